import type { FuzzTarget } from '../testing/fuzz-target.ts'
import { MAX_ANSWER_BYTES, splitAnswer } from './apdu.ts'
import { createByteQueue, MAX_QUEUED_BYTES } from './byte-queue.ts'
import { READERS_BYTES, readReaders } from './protocol.ts'
import { SAMPLE_CARDS } from './sample-cards.ts'
import { createSimulatedReaders } from './simulated-readers.ts'
import { decodeField, splitRecord } from './social-security-files.ts'
import { createVirtualCard } from './virtual-card.ts'

/** Parsers of this class for the fuzz campaign. None of these protocols has a checksum: there is no `isGood`. */

/** Copies of what is made but once: a campaign asks for seeds at every input. */
function once(make: () => readonly Uint8Array[]): () => readonly Uint8Array[] {
  let made: readonly Uint8Array[] | undefined
  return () => {
    made ??= make()
    return made.map((bytes) => Uint8Array.from(bytes))
  }
}

function tables(): readonly Uint8Array[] {
  const readers = createSimulatedReaders()
  const empty = readers.table()
  readers.plug('A Reader 00 00')
  readers.plug('读卡器 00 01')
  const [card] = SAMPLE_CARDS
  if (card !== undefined) readers.insert('A Reader 00 00', createVirtualCard(card))
  return [empty, readers.table()]
}

/** What a sample card answers to the commands that read it. */
function answers(): readonly Uint8Array[] {
  const [, spec] = SAMPLE_CARDS
  if (spec === undefined) return []
  const card = createVirtualCard(spec)
  const commands = [
    '00A404000F7378312E73682EC9E7BBE1B1A3D5CF',
    '00A4020002EF06',
    '00B2080000',
    '00B2090000',
    '00B24E0000',
    '00B20D0000',
  ]
  return commands.flatMap((hex) => {
    const answer = card.transmit(Buffer.from(hex, 'hex'))
    return answer.kind === 'answer' ? [answer.bytes] : []
  })
}

/** The table of readers as it arrives: in pieces, after whatever else is on the stream. */
const readersTarget: FuzzTarget = {
  name: 'smart-card/readers',
  seeds: once(tables),
  maxHeldBytes: MAX_QUEUED_BYTES,
  feed(bytes, pieces) {
    const queue = createByteQueue()
    let outcome: 'accepted' | 'rejected' = 'rejected'
    let at = 0
    for (const size of [...pieces, bytes.length]) {
      const piece = bytes.subarray(at, at + size)
      at += piece.length
      if (piece.length === 0) continue
      if (!queue.push(piece)) return 'rejected'
      if (queue.held() > MAX_QUEUED_BYTES) throw new RangeError(`${queue.held()} bytes are held`)
      for (;;) {
        const table = queue.take(READERS_BYTES)
        if (table === undefined) break
        const read = readReaders(table)
        if (!read.ok) return 'rejected'
        if (read.readers.length > 0) outcome = 'accepted'
      }
    }
    return outcome
  },
}

/** A card's answer, whole as the service hands it over; then as a record, and as each kind of field. */
const answerTarget: FuzzTarget = {
  name: 'smart-card/answer',
  seeds: once(answers),
  maxHeldBytes: MAX_ANSWER_BYTES,
  feed(bytes) {
    const answer = splitAnswer(bytes)
    if (!answer.ok) return 'rejected'
    const record = splitRecord(answer.data)
    if (!record.ok) return 'rejected'
    const kinds = ['an', 'cn', 'hex'] as const
    return kinds.some((kind) => decodeField(kind, record.value).ok) ? 'accepted' : 'rejected'
  },
}

export const fuzzTargets: readonly FuzzTarget[] = [readersTarget, answerTarget]
