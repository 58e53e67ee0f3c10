import { z } from 'zod'
import { jsonOrUndefined, jsonPart } from '../envelope/compact.ts'
import { readEnvelope } from '../envelope/read-envelope.ts'
import type { Suite } from '../envelope/suite.ts'
import { type Chunk, EnvelopeSchema, MAX_ENVELOPE_BYTES, type SubmissionSummary } from '../protocol/submission.ts'
import type { DeviceKeys } from './device-keys.ts'

export interface HandedIn {
  /** From the path. */
  readonly submissionId: string
  /** SHA-256 of the envelope's UTF-8 bytes, as the sender counted it. */
  readonly sha256: string
  readonly envelope: string
}

export type IngestRefusal =
  | { readonly ok: false; readonly fault: 'bad-envelope' | 'key-unknown' | 'upgrade-needed'; readonly why: string }
  | { readonly ok: false; readonly fault: 'too-large'; readonly maxBytes: number }
  | { readonly ok: false; readonly fault: 'hash-conflict'; readonly held: string }
  | { readonly ok: false; readonly fault: 'chunks-missing'; readonly missing: readonly string[] }

/** What the signature covers, checked; not yet compared with what the hub holds. */
export interface Checked extends HandedIn {
  readonly ok: true
  readonly summary: SubmissionSummary
  readonly deviceKid: string
  readonly chunks: readonly Chunk[]
}

const VersionSchema = z.object({ v: z.int() })
/** The one version of the summary that this hub reads. */
const SUMMARY_VERSION = 1

/** Size and hash, before anything is looked up; undefined when both are right. */
export function wrongBytes(handedIn: HandedIn, suite: Suite): IngestRefusal | undefined {
  const { envelope, sha256 } = handedIn
  if (Buffer.byteLength(envelope) > MAX_ENVELOPE_BYTES) {
    return { ok: false, fault: 'too-large', maxBytes: MAX_ENVELOPE_BYTES }
  }
  if (suite.sha256Hex(envelope) === sha256) return undefined
  return { ok: false, fault: 'bad-envelope', why: 'the envelope does not have the hash that was sent with it' }
}

/** Version, device signature, and that path, summary and sealed header speak of one submission. Opens nothing. */
export async function checkEnvelope(
  handedIn: HandedIn,
  deviceKeys: DeviceKeys,
  suite: Suite,
): Promise<Checked | IngestRefusal> {
  let unknownBecause = 'no such terminal, or not its key'
  let deviceKid = ''
  const keyOf = async (terminalId: string, kid: string) => {
    deviceKid = kid
    const key = await deviceKeys.find(terminalId, kid)
    if (key === undefined || key.revokedAt === null) return key?.jwk
    unknownBecause = revokedWords(key.revokedAt)
    return undefined
  }
  const read = await readEnvelope(handedIn.envelope, keyOf, suite)
  if (!read.ok) {
    const version = summaryVersion(handedIn.envelope)
    if (version !== undefined && version !== SUMMARY_VERSION) {
      return { ok: false, fault: 'upgrade-needed', why: `this hub reads summaries of version ${SUMMARY_VERSION}` }
    }
    if (read.fault === 'key-unknown') return { ok: false, fault: 'key-unknown', why: unknownBecause }
    return { ok: false, fault: 'bad-envelope', why: `${read.fault}: ${read.detail}` }
  }
  if (read.summary.submissionId !== handedIn.submissionId) {
    return { ok: false, fault: 'bad-envelope', why: 'the path names another submission than the envelope' }
  }
  return { ok: true, ...handedIn, summary: read.summary, deviceKid, chunks: read.header.chunks }
}

export function revokedWords(revokedAt: string): string {
  return `this device key was revoked at ${revokedAt}`
}

/** The version that an unverified summary claims: only to tell "of another age" from "broken". */
function summaryVersion(envelope: string): number | undefined {
  const summary = EnvelopeSchema.safeParse(jsonOrUndefined(envelope)).data?.summary
  const claimed = jsonPart(summary?.split('.')[1], VersionSchema)
  return claimed?.v
}
