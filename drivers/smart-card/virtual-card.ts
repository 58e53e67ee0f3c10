import iconv from 'iconv-lite'
import { INS, SW } from './iso7816.ts'
import type { SampleCard } from './sample-cards.ts'
import { FILES, type FieldOfCard, type FileOfCard, NAME_EXTENSION, SSSE_NAME } from './social-security-files.ts'

/** The inside of a simulated chip card: which answer a command gets, and how the card can be made to misbehave. */

/** Any bytes that are no answer: a status word of 5A5A does not exist. */
const DEFAULT_GARBAGE = Uint8Array.of(0xa5, 0x00, 0xff, 0x5a, 0x5a)
/** More than any short answer, less than what vpcd can carry. */
const OVER_LONG_BYTES = 400

/** How the next answers go wrong. `times` is 1 unless given; `ins` limits it to commands with that instruction byte. */
export type CardMisbehaviour = { readonly times?: number; readonly ins?: number } & (
  | { readonly kind: 'silence' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'status'; readonly sw: number }
  | { readonly kind: 'garbage'; readonly bytes?: Uint8Array }
  | { readonly kind: 'too-short' }
  | { readonly kind: 'over-long' }
  /** A right status word over a record whose length is a lie, or whose tag is another's. */
  | { readonly kind: 'wrong-length' }
  | { readonly kind: 'wrong-tag' }
  /** Says 61xx for ever. */
  | { readonly kind: 'endless' }
  /** Lifted while it was asked. */
  | { readonly kind: 'lift' }
)

export type VirtualAnswer =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array; readonly delayMs: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'lifted' }

export interface VirtualCard {
  readonly id: string
  readonly atr: Uint8Array
  /** Power or reset: nothing is selected any more. */
  reset(): void
  transmit(command: Uint8Array): VirtualAnswer
  misbehave(misbehaviour: CardMisbehaviour): void
  behave(): void
  counters(): { readonly commands: number; readonly resets: number; readonly bankCommands: number }
}

export function createVirtualCard(spec: SampleCard): VirtualCard {
  const files = FILES.map((file) => ({ file, records: recordsOf(file, spec) }))
  let inEnvironment = false
  let selected: (typeof files)[number] | undefined
  let toFetch: Uint8Array | undefined
  let pending: { misbehaviour: CardMisbehaviour; left: number }[] = []
  let commands = 0
  let resets = 0
  let bankCommands = 0

  function selectByName(name: Uint8Array): Uint8Array {
    if (Buffer.from(name).toString('latin1').includes('PAY.SYS.')) {
      bankCommands += 1
      return SW.ok
    }
    if (spec.application !== 'social-security' || !Buffer.from(name).equals(SSSE_NAME)) return SW.fileNotFound
    inEnvironment = true
    selected = undefined
    return long(Buffer.concat([Uint8Array.of(0x6f, 2 + name.length, 0x84, name.length), name]))
  }

  /** More than the status word: T=0 cards have it fetched. */
  function long(data: Uint8Array): Uint8Array {
    if (spec.answers === 'direct') return Buffer.concat([data, SW.ok])
    toFetch = data
    return Uint8Array.of(0x61, data.length & 0xff)
  }

  function readRecord(command: Uint8Array): Uint8Array {
    const [, , p1 = 0, p2 = 0, le = 0] = command
    const fileNumber = p2 >> 3
    const file = fileNumber === 0 ? selected : files.find((each) => each.file.id[1] === fileNumber)
    if (!inEnvironment || file === undefined) return SW.noCurrentFile
    const mode = p2 & 0x07
    if (mode !== 0x04 && (mode !== 0x00 || spec.recordsBy === 'number')) return SW.notSupported
    const record = mode === 0x04 ? file.records[p1 - 1] : file.records.find((each) => each[0] === p1)
    if (record === undefined) return SW.recordNotFound
    if (spec.answers === 't0' && le !== record.length) return Uint8Array.of(0x6c, record.length)
    return Buffer.concat([record, SW.ok])
  }

  function honest(command: Uint8Array): Uint8Array {
    const [, ins, p1 = 0, , p3 = 0] = command
    const fetched = toFetch
    toFetch = undefined
    switch (ins) {
      case INS.select: {
        const name = command.subarray(5, 5 + p3)
        if (p1 === 0x04) return selectByName(name)
        const file = files.find((each) => Buffer.from(each.file.id).equals(name))
        if (!inEnvironment || file === undefined) return SW.fileNotFound
        selected = file
        return SW.ok
      }
      case INS.readRecord:
        return readRecord(command)
      case INS.getResponse:
        return fetched === undefined ? SW.conditionsNotMet : Buffer.concat([fetched.subarray(0, p3 || 256), SW.ok])
      default:
        return SW.unknownInstruction
    }
  }

  function take(ins: number | undefined): CardMisbehaviour | undefined {
    const entry = pending.find(({ misbehaviour }) => misbehaviour.ins === undefined || misbehaviour.ins === ins)
    if (entry === undefined) return undefined
    entry.left -= 1
    if (entry.left <= 0) pending = pending.filter((each) => each !== entry)
    return entry.misbehaviour
  }

  return {
    id: spec.id,
    atr: Buffer.from(spec.atr, 'hex'),
    reset() {
      resets += 1
      inEnvironment = false
      selected = undefined
      toFetch = undefined
    },
    transmit(command) {
      commands += 1
      const misbehaviour = take(command[1])
      if (misbehaviour?.kind === 'silence') return { kind: 'silence' }
      if (misbehaviour?.kind === 'lift') return { kind: 'lifted' }
      const right = honest(command)
      const delayMs = misbehaviour?.kind === 'slow' ? misbehaviour.delayMs : 0
      return { kind: 'answer', bytes: misbehaviour === undefined ? right : damage(right, misbehaviour), delayMs }
    },
    misbehave(misbehaviour) {
      pending.push({ misbehaviour, left: misbehaviour.times ?? 1 })
    },
    behave() {
      pending = []
    },
    counters: () => ({ commands, resets, bankCommands }),
  }
}

function damage(answer: Uint8Array, misbehaviour: CardMisbehaviour): Uint8Array {
  const changed = Uint8Array.from(answer)
  switch (misbehaviour.kind) {
    case 'status':
      return Uint8Array.of(misbehaviour.sw >> 8, misbehaviour.sw & 0xff)
    case 'garbage':
      return misbehaviour.bytes ?? DEFAULT_GARBAGE
    case 'too-short':
      return Uint8Array.of(0x90)
    case 'over-long':
      return Buffer.concat([new Uint8Array(OVER_LONG_BYTES - 2), SW.ok])
    case 'wrong-length':
      changed[1] = (changed[1] ?? 0) + 1
      return changed
    case 'wrong-tag':
      changed[0] = (changed[0] ?? 0) + 1
      return changed
    case 'endless':
      return Uint8Array.of(0x61, 0x10)
    default:
      return changed
  }
}

/** A file's records, in the order that the card's generation has. */
function recordsOf(file: FileOfCard, { fields, generation }: SampleCard): readonly Uint8Array[] {
  return file.fields.flatMap((field) => {
    const text = fields[field.name]
    if (text === undefined) return []
    if (field.name !== 'name') return [recordOf(field.tag, bytesOf(field, text), field.bytes)]
    const bytes = iconv.encode(text, 'gbk')
    const first = recordOf(field.tag, bytes.subarray(0, field.bytes), field.bytes)
    if (generation === 1) return [first]
    return [first, recordOf(NAME_EXTENSION.tag, bytes.subarray(field.bytes), NAME_EXTENSION.bytes)]
  })
}

function bytesOf(field: FieldOfCard, text: string): Uint8Array {
  if (field.kind === 'an') return iconv.encode(text, 'gbk')
  return Buffer.from(text.padEnd(field.bytes * 2, 'F'), 'hex')
}

/** Padded on the right with zero bytes to the length that the specification gives it. */
function recordOf(tag: number, value: Uint8Array, bytes: number): Uint8Array {
  const record = new Uint8Array(2 + bytes)
  record[0] = tag
  record[1] = bytes
  record.set(value.subarray(0, bytes), 2)
  return record
}
