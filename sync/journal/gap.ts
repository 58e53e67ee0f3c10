import { type Body, type FactEntry, parseBody } from './entry.ts'
import { MAX_TICKETS } from './evidence.ts'
import { decodeFrame, nextMagic } from './framing.ts'
import type { Damage } from './journal-api.ts'

/** A place whose end is not known yet: the next intact frame tells it. */
export interface Gap {
  readonly segment: string
  readonly offset: number
  readonly fromSequence: number
  bytes: number
  tickets: readonly string[]
  frames: number
  accepted: number
  /** All that is missing there was counted in the bytes. */
  counted: boolean
}

/** Intact frames that begin at `from` or later, wherever. */
export function* intactFrom(
  bytes: Buffer,
  from: number,
): Generator<{ readonly offset: number; readonly body: Body | undefined }> {
  for (let at = nextMagic(bytes, from); at >= 0; at = nextMagic(bytes, at + 1)) {
    const decoded = decodeFrame(bytes.subarray(at))
    if (decoded.kind === 'frame') yield { offset: at, body: parseBody(decoded.body) }
  }
}

export function emptyGap(segment: string, offset: number, fromSequence: number): Gap {
  return { segment, offset, fromSequence, bytes: 0, tickets: [], frames: 0, accepted: 0, counted: true }
}

export function damageOf({ segment, offset, bytes, fromSequence, tickets }: Gap): Omit<Damage, 'throughSequence'> {
  return { kind: 'broken', segment, offset, bytes, fromSequence, tickets: [...tickets] }
}

export function ticketsOf(lines: Iterable<{ readonly entry: FactEntry }>): readonly string[] {
  const tickets: string[] = []
  for (const { entry } of lines) {
    if (tickets.length === MAX_TICKETS) break
    if (entry.known && entry.frame.type === 'accepted') tickets.push(entry.frame.ticket)
  }
  return tickets
}
