import {
  additionalAddressText,
  buildAdditionalAddress,
  buildReadData,
  buildSamId,
  managementNumberText,
  samIdText,
  splitReadAnswer,
} from './answers.ts'
import { createPaddingTrimmer } from './hid-packets.ts'
import { buildAnswer, createFrameParser, type FrameEvent, type FrameParser, MAX_LEN } from './protocol.ts'
import { SAMPLE_OTHER_CARDS, SAMPLE_PERSONS } from './sample-persons.ts'
import { decodeTextBlock, encodeTextBlock } from './text-block.ts'

/** The parsers of this class for the fuzz campaign: FuzzTargets by shape, since what is shipped imports no test tools. */
type Verdict = 'accepted' | 'rejected'

const PREAMBLE_HEX = 'aaaaaa9669'
const HEADER_BYTES = 7
const PACKET_BYTES = 64

const cards = () =>
  [...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS].map((person) => encodeTextBlock(person.cardType, person.fields))

function answerSeeds(): Uint8Array[] {
  const photo = Uint8Array.from({ length: 1024 }, (_, index) => index & 0xff)
  return [
    buildAnswer(0x90),
    buildAnswer(0x9f, new Uint8Array(4)),
    buildAnswer(0x90, new Uint8Array(8)),
    ...cards().map((text) => buildAnswer(0x90, buildReadData(text, photo))),
    ...cards().map((text) => buildAnswer(0x90, buildReadData(text, photo, photo))),
  ]
}

/** Every body that stands in the bytes as a whole frame, judged without the parser; as hexadecimal text. */
function bodiesIn(bytes: Uint8Array): Set<string> {
  const hex = Buffer.from(bytes).toString('hex')
  const bodies = new Set<string>()
  for (let at = hex.indexOf(PREAMBLE_HEX); at >= 0; at = hex.indexOf(PREAMBLE_HEX, at + 1)) {
    if (at % 2 !== 0) continue
    const from = at / 2
    const len = ((bytes[from + 5] ?? 0) << 8) | (bytes[from + 6] ?? 0)
    const end = from + HEADER_BYTES + len
    if (len < 4 || len > MAX_LEN || end > bytes.length) continue
    let check = 0
    for (let place = from + 5; place < end; place += 1) check ^= bytes[place] ?? 0
    if (check === 0) bodies.add(Buffer.from(bytes.subarray(from + HEADER_BYTES, end - 1)).toString('hex'))
  }
  return bodies
}

/** Throws when the parser delivers what is no frame, or keeps more than it may. */
function judge(parser: FrameParser, events: readonly FrameEvent[], bodies: ReadonlySet<string>): boolean {
  if (parser.heldBytes() >= HEADER_BYTES + MAX_LEN) throw new Error(`${parser.heldBytes()} bytes are held`)
  for (const event of events) {
    if (event.kind !== 'frame') continue
    const body = Buffer.from(event.body).toString('hex')
    if (!bodies.has(body)) throw new Error(`delivered what is no frame: ${body}`)
  }
  return events.some((event) => event.kind === 'frame')
}

function* piecesOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

const frames = {
  name: 'id-card-reader/frames',
  seeds: answerSeeds,
  maxHeldBytes: HEADER_BYTES + MAX_LEN - 1,
  isGood: (bytes: Uint8Array) => bodiesIn(bytes).size > 0,
  feed(bytes: Uint8Array, pieces: readonly number[]): Verdict {
    const parser = createFrameParser('answers')
    const bodies = bodiesIn(bytes)
    let accepted = false
    for (const piece of piecesOf(bytes, pieces)) accepted = judge(parser, parser.push(piece), bodies) || accepted
    return judge(parser, parser.giveUp(), bodies) || accepted ? 'accepted' : 'rejected'
  },
}

const hidPackets = {
  name: 'id-card-reader/hid-packets',
  seeds: answerSeeds,
  maxHeldBytes: HEADER_BYTES + MAX_LEN - 1,
  isGood: (bytes: Uint8Array) => bodiesIn(bytes).size > 0,
  /** Packets have one size; `pieces` says nothing here. */
  feed(bytes: Uint8Array): Verdict {
    const trimmer = createPaddingTrimmer()
    const parser = createFrameParser('answers')
    const kept: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      kept.push(trimmer.take(bytes.subarray(at, at + PACKET_BYTES)))
    }
    const stream = Buffer.concat(kept)
    const bodies = bodiesIn(stream)
    const accepted = judge(parser, parser.push(stream), bodies)
    return judge(parser, parser.giveUp(), bodies) || accepted ? 'accepted' : 'rejected'
  },
}

/** Behind the checksum: the parts of a read answer and the text of each card type. */
const readAnswers = {
  name: 'id-card-reader/read-answers',
  seeds: () => cards().flatMap((text) => [buildReadData(text, new Uint8Array(64)), buildReadData(text, text, text)]),
  maxHeldBytes: 0,
  feed(bytes: Uint8Array): Verdict {
    const answers = [splitReadAnswer(bytes), splitReadAnswer(bytes, true)]
    for (const answer of answers) {
      if (!answer.ok) continue
      const promised = [bytes.subarray(0, 2), bytes.subarray(2, 4)].map((field) => Buffer.from(field).readUInt16BE())
      const lengths = [answer.text.length, answer.photo.length]
      if (String(lengths) !== String(promised)) throw new Error(`${promised} were promised, ${lengths} came`)
    }
    const texts = answers.map((answer) => answer.ok && decodeTextBlock(answer.text).ok)
    return texts.includes(true) ? 'accepted' : 'rejected'
  },
}

const items = {
  name: 'id-card-reader/items',
  seeds: () => [
    buildSamId('05.01-20120101-0000000001-0000000001'),
    buildAdditionalAddress('云洲市南桥区望河路8号'),
    new Uint8Array(16),
  ],
  maxHeldBytes: 0,
  feed(bytes: Uint8Array): Verdict {
    const texts = [samIdText(bytes), additionalAddressText(bytes), managementNumberText(bytes)]
    return texts.some((text) => text !== undefined) ? 'accepted' : 'rejected'
  },
}

export const fuzzTargets = [frames, hidPackets, readAnswers, items]
