import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isNewer, keyFor, verifyKeySet } from '../sync/envelope/key-set.ts'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from '../sync/envelope/signing-key.ts'
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
  /** Asks the hub for what is missing or newer; says what came of it. Never throws for a hub that is away. */
  refresh(hub: Pick<HubClient, 'getKeySet' | 'enrol'>): Promise<void>
}

export interface TrustOptions {
  readonly dir: string
  readonly provisioning: Provisioning
  readonly log: Log
}

const DeviceKeyFileSchema = z.object({ privateJwk: z.record(z.string(), z.unknown()) })
const EnrolmentFileSchema = z.object({ terminalId: z.string(), deviceKid: z.string() })

export async function openTrust({ dir, provisioning, log }: TrustOptions): Promise<Trust> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const keyFile = join(dir, 'device-key.json')
  const keySetFile = join(dir, 'key-set.jws')
  const enrolmentFile = join(dir, 'enrolment.json')

  const deviceKey = await loadOrMakeDeviceKey(keyFile)
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
    const parsed = EnrolmentFileSchema.safeParse(JSON.parse(text))
    return (
      parsed.success && parsed.data.terminalId === provisioning.terminalId && parsed.data.deviceKid === deviceKey.kid
    )
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

  async function takeKeySet(hub: Pick<HubClient, 'getKeySet'>): Promise<void> {
    const answer = await hub.getKeySet(provisioning.rootKeySha256)
    if (answer.outcome !== 'verified') return
    if (keySet !== undefined && answer.keySet.version < keySet.version) {
      log('key-set-refused', { source: 'hub', fault: 'older', offered: answer.keySet.version, held: keySet.version })
      return
    }
    if (!isNewer(answer.keySet, keySet)) return
    await writeAtomically(keySetFile, answer.jws)
    keySet = answer.keySet
    log('key-set-taken', { version: keySet.version })
  }

  return {
    deviceKey,
    keySet: () => keySet,
    enrolled: () => enrolled,
    sealKey: (nowIso) => (keySet === undefined ? undefined : keyFor(keySet, 'seal', nowIso)),
    async refresh(hub) {
      await takeKeySet(hub)
      if (!enrolled) await enrol(hub)
    },
  }
}

async function loadOrMakeDeviceKey(file: string): Promise<SigningKey> {
  const text = await readIfThere(file)
  if (text !== undefined) return signingKeyFromJwk(DeviceKeyFileSchema.parse(JSON.parse(text)).privateJwk)
  const { key, privateJwk } = await generateSigningKey()
  await writeAtomically(file, JSON.stringify({ privateJwk }))
  return key
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
