import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { CatalogueDocumentSchema, CheckpointSchema } from '../sync/protocol/worker-port.ts'
import type { HeldCatalogue, HeldPackage } from './held-package.ts'

type Checkpoint = z.infer<typeof CheckpointSchema>
type Change = z.infer<typeof CatalogueDocumentSchema> & { readonly deleted: boolean }

/** All packages that screens show, as one listing of documents with one name: another name means "read it anew". */
export interface Listing {
  /** The hub epoch of all; made of theirs when they differ, so that no two listings share a name. */
  readonly hubEpoch: string
  /** Grows whenever any of them does. */
  readonly version: number
  documents(): readonly Change[]
}

/** Null while there is no catalogue: the others are nothing without it. */
export function listingOf(
  held: HeldCatalogue | null,
  topics: HeldPackage<'topics'> | null = null,
  policies: HeldPackage<'policies'> | null = null,
): Listing | null {
  if (held === null) return null
  const manifests = [held, topics, policies].flatMap((each) => (each === null ? [] : [each.manifest]))
  return {
    hubEpoch: epochOf(manifests.map((manifest) => manifest.hubEpoch)),
    version: manifests.reduce((sum, manifest) => sum + manifest.version, 0),
    documents: () => [
      document('region', held.catalogue.region, 0),
      ...held.catalogue.items.map((item, i) => document(`item:${item.id}`, item, i + 1)),
      ...held.catalogue.divisions.map((division, i) => document(`division:${division.code}`, division, i + 1)),
      ...(topics?.content.topics ?? []).map((topic, i) => document(`topic:${topic.id}`, topic, i + 1)),
      ...(policies?.content.offline ?? []).map((policy, i) => document(`policy:${policy.itemId}`, policy, i + 1)),
    ],
  }
}

/**
 * A listing for the worker's pull replication: read in pieces by offset, started over whenever epoch or version are
 * others than the checkpoint's. Documents of a former version that are gone now are the reader's to drop: it knows which
 * ids the new version brought.
 */
export function changesSince(
  listing: Listing | null,
  checkpoint: Checkpoint | null,
  limit: number,
): { documents: Change[]; checkpoint: Checkpoint | null } {
  if (listing === null) return { documents: [], checkpoint }
  const { hubEpoch, version } = listing
  const sameVersion = checkpoint !== null && checkpoint.hubEpoch === hubEpoch && checkpoint.version === version
  const offset = sameVersion ? checkpoint.offset : 0
  const documents = listing.documents().slice(offset, offset + limit)
  return { documents, checkpoint: { hubEpoch, version, offset: offset + documents.length } }
}

function document(id: string, content: unknown, order: number): Change {
  return { id, body: JSON.stringify(content), order, deleted: false }
}

/** One epoch stays itself; several become a UUID of their own (RFC 9562, version 8). */
function epochOf(epochs: readonly string[]): string {
  const [first = ''] = epochs
  if (epochs.every((epoch) => epoch === first)) return first
  const hash = createHash('sha256').update(epochs.join(' ')).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
