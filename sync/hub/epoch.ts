import { signManifest } from '../envelope/package.ts'
import { PackageKindSchema } from '../protocol/receipt.ts'
import type { OnHubEvent } from './hub-events.ts'
import type { KeyRing } from './key-ring.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubStore, HubTx, NewEpoch, StoredPackage } from './store.ts'

export interface EpochParts {
  readonly store: HubStore
  readonly keys: Pick<KeyRing, 'current'>
  readonly sources: HubSources
  readonly onEvent?: OnHubEvent
}

/**
 * A new epoch inside a transaction: the hub may have lost what it signed for, and every terminal is to offer again what
 * it still holds. Packages are published again under its name, because a manifest names the epoch that it belongs to.
 * @returns the new epoch.
 */
export async function openEpochIn(
  tx: HubTx,
  parts: Omit<EpochParts, 'store'>,
  about: Pick<NewEpoch, 'why' | 'forgotten'> & { readonly terminalId?: string; readonly markSequence?: number },
): Promise<string> {
  const { why, forgotten, ...seen } = about
  const epoch = parts.sources.randomUuid()
  const at = instant(parts.sources)
  await tx.openEpoch({ epoch, at, why, ...(forgotten === undefined ? {} : { forgotten }) })
  for (const kind of PackageKindSchema.options) {
    const newest = await tx.newestPackage(kind)
    if (newest !== undefined) await publishIn(tx, kind, newest, epoch, parts)
  }
  parts.onEvent?.({ event: 'epoch.opened', level: 'warn', why, from: tx.hub.epoch, to: epoch, ...seen })
  return epoch
}

/** After a restore, by hand: see openEpochIn. */
export function startNewEpoch(parts: EpochParts, why: 'command' | 'restore'): Promise<string> {
  return parts.store.transaction((tx) => openEpochIn(tx, parts, { why }))
}

/** Signs a content as the next version of its kind and stores it. @returns the version. */
export async function publishIn(
  tx: HubTx,
  kind: (typeof PackageKindSchema.options)[number],
  given: Pick<StoredPackage, 'content' | 'sha256' | 'origin'>,
  hubEpoch: string,
  parts: Pick<EpochParts, 'keys' | 'sources'>,
): Promise<number> {
  const version = ((await tx.newestPackage(kind))?.version ?? 0) + 1
  const publishedAt = instant(parts.sources)
  const { content, sha256, origin } = given
  const bytes = Buffer.byteLength(content)
  const key = parts.keys.current().signing.package
  const manifest = await signManifest({ kind, version, hubEpoch, sha256, bytes, publishedAt }, key)
  await tx.insertPackage({ kind, version, epoch: hubEpoch, manifest, content, sha256, origin, publishedAt })
  return version
}
