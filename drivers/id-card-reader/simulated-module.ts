import {
  buildAdditionalAddress,
  buildManagementNumber,
  buildReadData,
  buildSamId,
  FIND_DATA_BYTES,
  SELECT_DATA_BYTES,
} from './answers.ts'
import { buildAnswer, type CommandName, maxRfBytes, PREAMBLE } from './protocol.ts'
import type { SamplePerson } from './sample-persons.ts'
import {
  SW3_COMMAND_ERROR,
  SW3_FIND_FAILED,
  SW3_FOUND,
  SW3_NO_ITEM,
  SW3_OK,
  SW3_READ_FAILED,
  SW3_SELECT_FAILED,
} from './status-words.ts'
import { encodeTextBlock } from './text-block.ts'

/** The inside of the simulated SAM module: which answer a command gets, and how it can be made to misbehave. */

/** Stands in for a photo: the format is closed, so any 1024 bytes are as good. */
const WLT_BYTES = 1024
const DEFAULT_SAM_ID = '05.01-20120101-0000000001-0000000001'
/** Looks like the start of a frame and is none. */
const DEFAULT_NOISE = Uint8Array.of(0x00, 0xff, 0xaa, 0xaa, 0xaa, 0x96, 0x12, 0xaa, 0xaa)
/** Longer than MAX_LEN by far. */
const OVER_LONG_LEN = 0xffff
const OVER_LONG_BYTES = 3_000

/** How the next answers go wrong. `times` is 1 unless given; `command` limits it to that command's answers. */
export type Misbehaviour = { readonly times?: number; readonly command?: CommandName } & (
  | { readonly kind: 'noise-before'; readonly noise?: Uint8Array }
  | { readonly kind: 'split-preamble' }
  | { readonly kind: 'wrong-checksum' }
  | { readonly kind: 'over-long' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'silence' }
  /** Right check byte, wrong length fields inside: only read answers have them. */
  | { readonly kind: 'inconsistent-lengths' }
  /** The read answers 41 and the card is gone. */
  | { readonly kind: 'lift-mid-read' }
  /** 40 on select: a bank or bus card. */
  | { readonly kind: 'not-an-id-card' }
  /** 31 on select. */
  | { readonly kind: 'card-rejects-sam' }
  | { readonly kind: 'status'; readonly sw3: number }
)

/** Misbehaviours that belong to one command by their nature. */
const COMMAND_OF_KIND: Readonly<Partial<Record<Misbehaviour['kind'], CommandName>>> = {
  'inconsistent-lengths': 'readTextPhoto',
  'lift-mid-read': 'readTextPhoto',
  'not-an-id-card': 'selectCard',
  'card-rejects-sam': 'selectCard',
}

/** What goes onto the wire: chunks, the later ones after a short stillness. */
export type SimulatedAnswer = readonly Uint8Array[]

export interface SimulatedModule {
  /** Replaces the card that lies there, as lifting and putting would. */
  putCard(person: SamplePerson): void
  takeCard(): void
  /** 60 or 66 to every command until it is set to undefined; a reset does not cure it. */
  setSamFault(sw3: number | undefined): void
  misbehave(misbehaviour: Misbehaviour): void
  /** Ends all misbehaviour and SAM faults. */
  behave(): void
  answer(command: CommandName | undefined, data?: Uint8Array): SimulatedAnswer
  /** What the module says to a damaged request: 10 or 11. */
  answerDamaged(sw3: number): SimulatedAnswer
  card(): { readonly present: string | undefined; readonly alreadyRead: boolean }
  readsServed(): number
  /** What 61 FF set last; undefined = as delivered. */
  maxRfBytes(): number | undefined
}

interface LyingCard {
  readonly person: SamplePerson
  found: boolean
  selected: boolean
  /** The re-read rule (devices.md 1.3): find answers 80 until the card was lifted. */
  alreadyRead: boolean
}

export function createSimulatedModule(samId = DEFAULT_SAM_ID): SimulatedModule {
  const samIdData = buildSamId(samId)
  let card: LyingCard | undefined
  let samFault: number | undefined
  let pending: { misbehaviour: Misbehaviour; left: number }[] = []
  let readsServed = 0
  let rfBytes: number | undefined

  function honest(command: CommandName | undefined, given: Uint8Array | undefined): { sw3: number; data?: Uint8Array } {
    if (command === undefined) return { sw3: SW3_COMMAND_ERROR }
    if (samFault !== undefined) return { sw3: samFault }
    switch (command) {
      case 'resetSam':
        if (card !== undefined) card = { ...card, found: false, selected: false }
        return { sw3: SW3_OK }
      case 'setMaxRfBytes': {
        const [bytes = 0] = given ?? []
        if (maxRfBytes(bytes) === undefined) return { sw3: SW3_COMMAND_ERROR }
        rfBytes = bytes
        return { sw3: SW3_OK }
      }
      case 'samStatus':
        return { sw3: SW3_OK }
      case 'samId':
        return { sw3: SW3_OK, data: samIdData }
      case 'findCard':
        if (card === undefined || card.alreadyRead) return { sw3: SW3_FIND_FAILED }
        card.found = true
        return { sw3: SW3_FOUND, data: new Uint8Array(FIND_DATA_BYTES) }
      case 'selectCard':
        if (card?.found !== true) return { sw3: SW3_SELECT_FAILED }
        card.selected = true
        return { sw3: SW3_OK, data: new Uint8Array(SELECT_DATA_BYTES) }
      case 'readTextPhoto':
      case 'readTextPhotoFingerprint': {
        if (card?.selected !== true) return { sw3: SW3_READ_FAILED }
        card.alreadyRead = true
        readsServed += 1
        const { cardType, fields } = card.person
        const fingerprint =
          command === 'readTextPhotoFingerprint' ? sampleFingerprint(card.person.fingerprintBytes ?? 0) : undefined
        return { sw3: SW3_OK, data: buildReadData(encodeTextBlock(cardType, fields), samplePhoto(), fingerprint) }
      }
      case 'readAdditionalAddress':
        if (card?.selected !== true) return { sw3: SW3_READ_FAILED }
        if (card.person.additionalAddress === undefined) return { sw3: SW3_NO_ITEM }
        return { sw3: SW3_OK, data: buildAdditionalAddress(card.person.additionalAddress) }
      case 'readManagementNumber':
        if (card?.selected !== true) return { sw3: SW3_READ_FAILED }
        if (card.person.managementNumber === undefined) return { sw3: SW3_NO_ITEM }
        return { sw3: SW3_OK, data: buildManagementNumber(card.person.managementNumber) }
    }
  }

  function takeMisbehaviour(command: CommandName | undefined): Misbehaviour | undefined {
    const entry = pending.find(({ misbehaviour }) => {
      const only = misbehaviour.command ?? COMMAND_OF_KIND[misbehaviour.kind]
      return only === undefined || only === command
    })
    if (entry === undefined) return undefined
    entry.left -= 1
    if (entry.left <= 0) pending = pending.filter((other) => other !== entry)
    return entry.misbehaviour
  }

  function answer(command: CommandName | undefined, given?: Uint8Array): SimulatedAnswer {
    const misbehaviour = takeMisbehaviour(command)
    switch (misbehaviour?.kind) {
      case 'silence':
        return []
      case 'lift-mid-read':
        card = undefined
        return [buildAnswer(SW3_READ_FAILED)]
      case 'not-an-id-card':
        return [buildAnswer(0x40)]
      case 'card-rejects-sam':
        return [buildAnswer(0x31)]
      case 'status':
        return [buildAnswer(misbehaviour.sw3)]
    }
    const { sw3, data } = honest(command, given)
    if (misbehaviour?.kind === 'inconsistent-lengths' && data !== undefined) {
      const wrong = Uint8Array.from(data)
      wrong[3] = (wrong[3] ?? 0) ^ 0x01
      return [buildAnswer(sw3, wrong)]
    }
    const frame = buildAnswer(sw3, data)
    return misbehaviour === undefined ? [frame] : damage(frame, misbehaviour)
  }

  return {
    putCard(person) {
      card = { person, found: false, selected: false, alreadyRead: false }
    },
    takeCard() {
      card = undefined
    },
    setSamFault(sw3) {
      samFault = sw3
    },
    misbehave(misbehaviour) {
      pending.push({ misbehaviour, left: misbehaviour.times ?? 1 })
    },
    behave() {
      pending = []
      samFault = undefined
    },
    answer,
    answerDamaged: (sw3) => [buildAnswer(sw3)],
    card: () => ({ present: card?.person.id, alreadyRead: card?.alreadyRead ?? false }),
    readsServed: () => readsServed,
    maxRfBytes: () => rfBytes,
  }
}

/** The wire's misbehaviours, applied to a frame that is right. */
function damage(frame: Uint8Array, misbehaviour: Misbehaviour): SimulatedAnswer {
  switch (misbehaviour.kind) {
    case 'noise-before':
      return [Uint8Array.from([...(misbehaviour.noise ?? DEFAULT_NOISE), ...frame])]
    case 'split-preamble':
      return [frame.subarray(0, 3), frame.subarray(3)]
    case 'wrong-checksum': {
      const wrong = Uint8Array.from(frame)
      wrong[wrong.length - 1] = (wrong[wrong.length - 1] ?? 0) ^ 0xff
      return [wrong]
    }
    case 'over-long': {
      const tooLong = new Uint8Array(OVER_LONG_BYTES).fill(0x55)
      tooLong.set(PREAMBLE, 0)
      tooLong[PREAMBLE.length] = OVER_LONG_LEN >> 8
      tooLong[PREAMBLE.length + 1] = OVER_LONG_LEN & 0xff
      return [tooLong]
    }
    case 'truncated':
      return [frame.subarray(0, Math.ceil(frame.length / 2))]
    default:
      return [frame]
  }
}

/** Stands in for one or two fingerprints of 512 bytes, whose format is closed as well. */
export function sampleFingerprint(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 17 + 3) & 0xff)
}

export function samplePhoto(): Uint8Array {
  return Uint8Array.from({ length: WLT_BYTES }, (_, index) => (index * 31 + 7) & 0xff)
}
