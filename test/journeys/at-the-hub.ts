import { setTimeout as wait } from 'node:timers/promises'
import { hubRows, type World } from '../support/world.ts'
import type { JourneyEnd } from './journey.ts'

/** The hub opens what it holds beside taking it in: so long it may take. */
const OPENING_LIMIT_MS = 60_000
const ASK_EVERY_MS = 200

/**
 * What was promised and does not hold at the hub once the network is back, in words. Each ticket must be a row; the
 * envelope must list a chunk for every scanned page; and the hub must have opened it and found each page whole by its
 * hash and every wanted paper given (已受理).
 */
export async function notAtTheHub(world: World, ends: readonly JourneyEnd[]): Promise<readonly string[]> {
  const promised = ends.flatMap((end) => (end.end === 'accepted' ? [end] : []))
  if (promised.length > 0) await world.delivered(promised.length)
  const rows = new Map((await hubRows(world.stack)).map((row) => [row.ticket, row]))
  const missing: string[] = []
  for (const { ticket, scanned } of promised) {
    const row = rows.get(ticket)
    if (row === undefined) {
      missing.push(`${ticket}: not at the hub`)
      continue
    }
    const chunks = chunksListed(String(row.envelope))
    if (scanned === 0 ? chunks !== 0 : chunks < scanned)
      missing.push(`${ticket}: ${scanned} pages scanned, ${chunks} chunks at the hub`)
    const state = await caseState(world, String(row.submission_id))
    if (state !== '已受理') missing.push(`${ticket}: ${state}`)
  }
  return missing
}

/** By the protected header of the sealed part (design.md section 4, step 3), which the hub reads without opening it. */
function chunksListed(envelope: string): number {
  const { sealed } = JSON.parse(envelope) as { readonly sealed: string }
  const [header = ''] = sealed.split('.')
  const { chunks = [] } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { chunks?: readonly unknown[] }
  return chunks.length
}

async function caseState(world: World, submissionId: string): Promise<string> {
  const page = new URL(`/submissions/${submissionId}`, world.stack.hubUrl)
  const endsAtMs = performance.now() + OPENING_LIMIT_MS
  for (;;) {
    const state = /已受理|需补正|不予受理/.exec(await (await fetch(page)).text())?.[0]
    if (state !== undefined) return state
    if (performance.now() > endsAtMs) return 'not opened'
    await wait(ASK_EVERY_MS)
  }
}
