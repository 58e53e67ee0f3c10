import { z } from 'zod'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { isNewer, keyFor, verifyKeySet } from '../sync/envelope/key-set.ts'
import type { SigningKey, Suite } from '../sync/envelope/suite.ts'
import type { Why } from '../sync/hub-client/call-failure.ts'
import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { HubKey, KeySet, Provisioning } from '../sync/protocol/keys.ts'
import type { Log } from './events.ts'
import { folderFiles, jsonOrUndefined, type SmallFiles } from './small-files.ts'

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
  /** A folder's path, or the files themselves. */
  readonly dir: string | SmallFiles
  readonly provisioning: Provisioning
  readonly log: Log
  /** Cryptography; the real one when not given. */
  readonly suite?: Suite
}

const DeviceKeyFileSchema = z.object({ privateJwk: z.record(z.string(), z.unknown()) })
const EnrolmentFileSchema = z.object({ terminalId: z.string(), deviceKid: z.string() })
/** The highest key set version ever seen, apart from the key set, so that a damaged or swapped one brings no old keys back. */
const HighestFileSchema = z.object({ keySetVersion: z.int().min(1) })

const DEVICE_KEY = 'device-key.json'
const KEY_SET = 'key-set.jws'
const HIGHEST = 'highest.json'
const ENROLMENT = 'enrolment.json'

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
export async function openTrust({ dir, provisioning, log, suite = joseSuite }: TrustOptions): Promise<TrustResult> {
  const files = typeof dir === 'string' ? await folderFiles(dir) : dir

  const loaded = await loadOrMakeDeviceKey(files, suite)
  if (!loaded.ok) return { ok: false, fault: 'device-key', detail: loaded.detail }
  const deviceKey = loaded.key
  let highest = await loadHighest()
  let keySet = await loadKeySet()
  let enrolled = await loadEnrolment()

  async function loadHighest(): Promise<number> {
    const text = await files.read(HIGHEST)
    if (text === undefined) return 0
    const parsed = HighestFileSchema.safeParse(jsonOrUndefined(text))
    if (parsed.success) return parsed.data.keySetVersion
    log('key-set-refused', { source: 'disk', fault: 'malformed', detail: `${HIGHEST} cannot be read` })
    return 0
  }

  async function loadKeySet(): Promise<KeySet | undefined> {
    const text = await files.read(KEY_SET)
    if (text === undefined) return undefined
    const verified = await verifyKeySet(text, provisioning.rootKeySha256, suite)
    if (!verified.ok) {
      log('key-set-refused', { source: 'disk', fault: verified.fault, detail: verified.detail })
      return undefined
    }
    const { version } = verified.keySet
    if (version < highest) {
      // Somebody put an old file back: its keys may have been withdrawn since.
      log('key-set-refused', { source: 'disk', fault: 'older', offered: version, held: highest })
      return undefined
    }
    highest = version
    return verified.keySet
  }

  /** Enrolment counts only for this terminal's name and this key. */
  async function loadEnrolment(): Promise<boolean> {
    const text = await files.read(ENROLMENT)
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
    await files.write(ENROLMENT, JSON.stringify({ terminalId, deviceKid: deviceKey.kid }))
    enrolled = true
    log('enrolled', { terminalId })
  }

  async function takeKeySet(hub: Pick<HubClient, 'getKeySet'>): Promise<Why | undefined> {
    const answer = await hub.getKeySet(provisioning.rootKeySha256)
    if (answer.outcome !== 'verified') return answer.why
    const { version } = answer.keySet
    if (version < highest) {
      log('key-set-refused', { source: 'hub', fault: 'older', offered: version, held: highest })
      return undefined
    }
    const isOther = version === keySet?.version && JSON.stringify(answer.keySet) !== JSON.stringify(keySet)
    // The root signed both: the hub was put back and counted on from there. What it signs with now is what it hands out.
    if (isOther) log('key-set-refused', { source: 'disk', fault: 'same-version', offered: version, held: version })
    else if (!isNewer(answer.keySet, keySet)) return undefined
    // The key set first: a crash in between leaves a number that is too low for a moment, never a key set refused.
    await files.write(KEY_SET, answer.jws)
    keySet = answer.keySet
    if (version > highest) await files.write(HIGHEST, JSON.stringify({ keySetVersion: version }))
    highest = version
    log('key-set-taken', { version })
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
      // A clock of 1970 or 2106 finds no key valid: sealing to the newest is right all the same, refusing citizens is not.
      sealKey: (nowIso) =>
        keySet === undefined ? undefined : (keyFor(keySet, 'seal', nowIso) ?? newestSealKey(keySet)),
      refresh(hub) {
        refreshing ??= refresh(hub).finally(() => {
          refreshing = undefined
        })
        return refreshing
      },
    },
  }
}

async function loadOrMakeDeviceKey(files: SmallFiles, suite: Suite): ReturnType<typeof readDeviceKey> {
  const read = await readDeviceKey(files, suite)
  if (read.ok || read.fault !== 'no-device-key') return read
  const { key, privateJwk } = await suite.generateSigningKey()
  await files.write(DEVICE_KEY, JSON.stringify({ privateJwk }))
  return { ok: true, key }
}

/** The device key as it lies in the folder of trust; changes nothing. */
export async function readDeviceKey(
  files: Pick<SmallFiles, 'read' | 'place'>,
  suite: Suite = joseSuite,
): Promise<
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly fault: 'device-key' | 'no-device-key'; readonly detail: string }
> {
  const text = await files.read(DEVICE_KEY)
  if (text === undefined)
    return { ok: false, fault: 'no-device-key', detail: `${files.place(DEVICE_KEY)} is not there` }
  const stored = DeviceKeyFileSchema.safeParse(jsonOrUndefined(text))
  const key = stored.success ? await keyOrUndefined(stored.data.privateJwk, suite) : undefined
  if (key !== undefined) return { ok: true, key }
  // Nothing of the file's content is said: it is the private key.
  const detail = `${files.place(DEVICE_KEY)} holds no usable device key: restore it from a backup, or move it away and enrol this terminal anew`
  return { ok: false, fault: 'device-key', detail }
}

async function keyOrUndefined(privateJwk: Record<string, unknown>, suite: Suite): Promise<SigningKey | undefined> {
  try {
    return await suite.signingKeyFromJwk(privateJwk)
  } catch (error) {
    // What signingKeyFromJwk promises to throw for a key that is none, and no other.
    if (error instanceof z.ZodError || (error instanceof Error && error.name === 'DataError')) return undefined
    throw error
  }
}

function newestSealKey(keySet: KeySet): Extract<HubKey, { use: 'seal' }> | undefined {
  let newest: Extract<HubKey, { use: 'seal' }> | undefined
  for (const key of keySet.keys)
    if (key.use === 'seal' && (newest === undefined || key.from > newest.from)) newest = key
  return newest
}
