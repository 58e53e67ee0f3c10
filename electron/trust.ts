import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isNewer, keyFor, verifyKeySet } from '../sync/envelope/key-set.ts'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from '../sync/envelope/signing-key.ts'
import type { Why } from '../sync/hub-client/call-failure.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { HubKey, KeySet, Provisioning } from '../sync/protocol/keys.ts'
import { writeAtomically } from './atomic-file.ts'
import type { Log } from './events.ts'

/**
 * Whom this terminal trusts, and who it is (design.md section 4, step 0): its own device key, the highest key set of
 * the hub that our root signed, and whether the hub knows us. Kept under `dir`; works offline with what it has.
 */
export interface Trust {
  readonly deviceKey: SigningKey
  keySet(): KeySet | undefined
  enrolled(): boolean
  sealKey(nowIso: string): Extract<HubKey, { use: 'seal' }> | undefined
  /**
   * Asks the hub for what is missing or newer; says what came of it. Never throws for a hub that is away, only for a disk
   * that does not take what was got: then nothing has changed and the next time asks again. Calls never overlap. Answers
   * why no key set came, or undefined.
   */
  refresh(hub: Pick<HubClient, 'getKeySet' | 'enrol'>): Promise<Why | undefined>
}

export interface TrustOptions {
  readonly dir: string
  readonly provisioning: Provisioning
  readonly log: Log
}

const DeviceKeyFileSchema = z.object({ privateJwk: z.record(z.string(), z.unknown()) })
const EnrolmentFileSchema = z.object({ terminalId: z.string(), deviceKid: z.string() })

export type TrustResult =
  | { readonly ok: true; readonly trust: Trust }
  /**
   * The device key is there but cannot be used. A new one is never made in its place: the hub knows the old one, and a
   * maintainer must decide.
   */
  | { readonly ok: false; readonly fault: 'device-key'; readonly detail: string }

/**
 * Reads what is kept, or begins it. A key set or enrolment that is damaged on disk is logged and asked for again.
 * Throws what the file system throws.
 */
export async function openTrust({ dir, provisioning, log }: TrustOptions): Promise<TrustResult> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const keyFile = join(dir, 'device-key.json')
  const keySetFile = join(dir, 'key-set.jws')
  const enrolmentFile = join(dir, 'enrolment.json')

  const loaded = await loadOrMakeDeviceKey(keyFile)
  if (!loaded.ok) return loaded
  const deviceKey = loaded.key
  let keySet = await loadKeySet()
  let enrolled = await loadEnrolment()

  async function loadKeySet(): Promise<KeySet | undefined> {
    const text = await readIfThere(keySetFile)
    if (text === undefined) return undefined
    const verified = await verifyKeySet(text, provisioning.rootKeySha256)
    if (verified.ok) return verified.keySet
    log('key-set-refused', { source: 'disk', fault: verified.fault, detail: verified.detail })
    return undefined
  }

  /** Enrolment counts only for this terminal's name and this key. */
  async function loadEnrolment(): Promise<boolean> {
    const text = await readIfThere(enrolmentFile)
    if (text === undefined) return false
    const parsed = EnrolmentFileSchema.safeParse(jsonOrUndefined(text))
    if (!parsed.success) {
      log('enrolment-failed', {
        outcome: 'damaged-file',
        detail: 'enrolment.json cannot be read; the hub is asked again',
      })
      return false
    }
    return parsed.data.terminalId === provisioning.terminalId && parsed.data.deviceKid === deviceKey.kid
  }

  async function enrol(hub: Pick<HubClient, 'enrol'>): Promise<void> {
    const { terminalId, enrolmentCode: code } = provisioning
    const answer = await hub.enrol({ terminalId, code, deviceKey })
    if (answer.outcome !== 'enrolled') {
      log('enrolment-failed', { outcome: answer.outcome, detail: answer.detail })
      return
    }
    await writeAtomically(enrolmentFile, JSON.stringify({ terminalId, deviceKid: deviceKey.kid }))
    enrolled = true
    log('enrolled', { terminalId })
  }

  async function takeKeySet(hub: Pick<HubClient, 'getKeySet'>): Promise<Why | undefined> {
    const answer = await hub.getKeySet(provisioning.rootKeySha256)
    if (answer.outcome !== 'verified') return answer.why
    if (keySet !== undefined && answer.keySet.version < keySet.version) {
      log('key-set-refused', { source: 'hub', fault: 'older', offered: answer.keySet.version, held: keySet.version })
      return undefined
    }
    if (!isNewer(answer.keySet, keySet)) return undefined
    await writeAtomically(keySetFile, answer.jws)
    keySet = answer.keySet
    log('key-set-taken', { version: keySet.version })
    return undefined
  }

  async function refresh(hub: Pick<HubClient, 'getKeySet' | 'enrol'>): Promise<Why | undefined> {
    const why = await takeKeySet(hub)
    if (!enrolled) await enrol(hub)
    return why
  }

  let refreshing: Promise<Why | undefined> | undefined
  return {
    ok: true,
    trust: {
      deviceKey,
      keySet: () => keySet,
      enrolled: () => enrolled,
      sealKey: (nowIso) => (keySet === undefined ? undefined : keyFor(keySet, 'seal', nowIso)),
      refresh(hub) {
        refreshing ??= refresh(hub).finally(() => {
          refreshing = undefined
        })
        return refreshing
      },
    },
  }
}

async function loadOrMakeDeviceKey(
  file: string,
): Promise<{ readonly ok: true; readonly key: SigningKey } | Extract<TrustResult, { ok: false }>> {
  const text = await readIfThere(file)
  if (text === undefined) {
    const { key, privateJwk } = await generateSigningKey()
    await writeAtomically(file, JSON.stringify({ privateJwk }))
    return { ok: true, key }
  }
  const stored = DeviceKeyFileSchema.safeParse(jsonOrUndefined(text))
  const key = stored.success ? await keyOrUndefined(stored.data.privateJwk) : undefined
  if (key !== undefined) return { ok: true, key }
  // Nothing of the file's content is said: it is the private key.
  const detail = `${file} holds no usable device key: restore it from a backup, or move it away and enrol this terminal anew`
  return { ok: false, fault: 'device-key', detail }
}

async function keyOrUndefined(privateJwk: Record<string, unknown>): Promise<SigningKey | undefined> {
  try {
    return await signingKeyFromJwk(privateJwk)
  } catch (error) {
    // What signingKeyFromJwk promises to throw for a key that is none, and no other.
    if (error instanceof z.ZodError || (error instanceof Error && error.name === 'DataError')) return undefined
    throw error
  }
}

/** For files that may be damaged: what is no JSON is nothing. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
