import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { firstIssue, jsonOrUndefined } from '../envelope/compact.ts'
import { verifyBundleManifest } from '../envelope/contact.ts'
import type { Suite } from '../envelope/suite.ts'
import { type BundleLine, BundleLineSchema, type BundleManifest } from '../protocol/contact.ts'
import { MAX_BATCH_BYTES, MAX_BATCH_ITEMS } from '../protocol/hub-api.ts'
import { makeDeviceKeys } from './device-keys.ts'
import type { Ingest, IngestResult } from './ingest.ts'
import { type HandedIn, type IngestRefusal, revokedWords } from './ingest-check.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'

/** A rescue bundle on a stick: sealed submissions that a terminal could not send (issue 3, item 7). */

export interface ImportParts {
  readonly store: HubStore
  readonly ingest: Ingest
  readonly sources: HubSources
  readonly suite: Suite
}
export type ImportResult =
  | {
      readonly ok: true
      readonly terminalId: string
      readonly listed: number
      readonly new: number
      readonly held: number
      readonly refused: readonly { readonly submissionId: string; readonly fault: string; readonly why: string }[]
      /** Listed by the manifest, but the file has no line for it: the stick is torn. */
      readonly absent: readonly string[]
    }
  /** Nothing of it was imported. */
  | { readonly ok: false; readonly fault: 'bad-bundle'; readonly line: number; readonly why: string }

/**
 * Reads the file twice, a line at a time: first to see that the manifest holds and lists every line, then to hand all of
 * it in. Importing it again, or beside the terminal that got its network back, changes nothing.
 */
export async function importBundle(parts: ImportParts, path: string): Promise<ImportResult> {
  const checked = await checkBundle(parts, path)
  if (!checked.ok) return checked
  const { manifest, seen } = checked
  const { terminalId, submissions } = manifest
  const at = instant(parts.sources)
  for (const { submissionId, chunks } of submissions) {
    if (chunks.length === 0) continue
    await parts.store.transaction(async (tx) => {
      // Nothing would end the offer of what is held.
      if ((await tx.held([submissionId])).size === 0) await tx.saveOffer({ terminalId, submissionId, chunks, at })
    })
  }
  const counts = { new: 0, held: 0 }
  const refused: { submissionId: string; fault: string; why: string }[] = []
  let waiting: HandedIn[] = []
  let waitingBytes = 0
  const handIn = async () => {
    if (waiting.length === 0) return
    for (const [index, each] of (await handInOf(parts.ingest, waiting)).entries()) {
      if (each.ok) counts[each.isNew ? 'new' : 'held']++
      else refused.push({ submissionId: waiting[index]?.submissionId ?? '', fault: each.fault, why: whyOf(each) })
    }
    waiting = []
    waitingBytes = 0
  }
  for await (const { line } of linesOf(path)) {
    if (!line.ok) throw new Error('import: the file changed while it was read')
    if (line.value.line === 'chunk') {
      const { sha256, base64 } = line.value
      await parts.store.storeChunk({ sha256, content: new Uint8Array(Buffer.from(base64, 'base64')), at })
    }
    if (line.value.line !== 'envelope') continue
    const { submissionId, sha256, envelope } = line.value
    if (waiting.length === MAX_BATCH_ITEMS || waitingBytes + envelope.length > MAX_BATCH_BYTES) await handIn()
    waiting.push({ submissionId, sha256, envelope })
    waitingBytes += envelope.length
  }
  await handIn()
  const absent = submissions.map(({ submissionId }) => submissionId).filter((id) => !seen.has(id))
  return { ok: true, terminalId, listed: submissions.length, ...counts, refused, absent }
}

/**
 * As one batch; one by one when they cannot be one, e.g. because some are of the name that the terminal had before: the
 * bundle's key vouches for the list, each envelope for itself.
 */
async function handInOf(ingest: Ingest, items: readonly HandedIn[]): Promise<readonly IngestResult[]> {
  const together = await ingest.batch(items)
  if (together.ok) return together.results
  const results: IngestResult[] = []
  for (const item of items) results.push(await ingest.single(item))
  return results
}

type Checked =
  | { readonly ok: true; readonly manifest: BundleManifest; readonly seen: ReadonlySet<string> }
  | Extract<ImportResult, { ok: false }>

async function checkBundle(parts: ImportParts, path: string): Promise<Checked> {
  let manifest: BundleManifest | undefined
  let listed = new Map<string, string>()
  let chunks = new Map<string, number>()
  const seen = new Set<string>()
  for await (const { number, line } of linesOf(path)) {
    const bad = (why: string) => ({ ok: false, fault: 'bad-bundle', line: number, why }) as const
    if (!line.ok) return bad(line.why)
    const { value } = line
    if (manifest === undefined) {
      if (value.line !== 'manifest') return bad('the first line is not the manifest')
      const read = await readManifest(parts, value.manifest)
      if (!read.ok) return bad(read.why)
      manifest = read.manifest
      listed = new Map(manifest.submissions.map((each) => [each.submissionId, each.sha256]))
      chunks = new Map(manifest.submissions.flatMap((each) => each.chunks.map((chunk) => [chunk.sha256, chunk.bytes])))
      continue
    }
    if (value.line === 'manifest') return bad('a second manifest')
    if (value.line === 'chunk') {
      const bytes = Buffer.from(value.base64, 'base64')
      if (chunks.get(value.sha256) !== bytes.byteLength) return bad('a chunk that the manifest does not list')
      if (parts.suite.sha256Hex(bytes) !== value.sha256) return bad('a chunk that does not have its hash')
    } else {
      if (listed.get(value.submissionId) !== value.sha256) return bad('a submission that the manifest does not list')
      if (parts.suite.sha256Hex(value.envelope) !== value.sha256) return bad('an envelope that does not have its hash')
      if (seen.has(value.submissionId)) return bad('a submission that came before')
      seen.add(value.submissionId)
    }
  }
  return manifest === undefined
    ? { ok: false, fault: 'bad-bundle', line: 0, why: 'the file is empty' }
    : { ok: true, manifest, seen }
}

async function readManifest(
  { store, suite }: ImportParts,
  jws: string,
): Promise<{ ok: true; manifest: BundleManifest } | { ok: false; why: string }> {
  const deviceKeys = makeDeviceKeys(store)
  let unknownBecause = 'no such terminal, or not its key'
  const keyOf = async (terminalId: string, kid: string) => {
    const key = await deviceKeys.findNow(terminalId, kid)
    if (key === undefined || key.revokedAt === null) return key?.jwk
    unknownBecause = revokedWords(key.revokedAt)
    return undefined
  }
  const verified = await verifyBundleManifest(jws, keyOf, suite)
  if (verified.ok) return { ok: true, manifest: verified.manifest }
  const why = verified.fault === 'key-unknown' ? unknownBecause : verified.detail
  return { ok: false, why: `the manifest does not hold: ${verified.fault}: ${why}` }
}

type ReadLine = { readonly ok: true; readonly value: BundleLine } | { readonly ok: false; readonly why: string }

async function* linesOf(path: string): AsyncGenerator<{ readonly number: number; readonly line: ReadLine }> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    const parsed = BundleLineSchema.safeParse(jsonOrUndefined(text))
    const line: ReadLine = parsed.success
      ? { ok: true, value: parsed.data }
      : { ok: false, why: `not a line of a bundle: ${firstIssue(parsed.error)}` }
    yield { number, line }
  }
}

function whyOf(refusal: IngestRefusal): string {
  switch (refusal.fault) {
    case 'hash-conflict':
      return `held: ${refusal.held}`
    case 'too-large':
      return `at most ${refusal.maxBytes} bytes`
    case 'chunks-missing':
      return refusal.missing.join(', ')
    default:
      return refusal.why
  }
}
