import {
  SAMPLE_BAD_CARDS,
  SAMPLE_OTHER_CARDS,
  SAMPLE_PERSONS,
  samplePerson,
} from '../../drivers/id-card-reader/sample-persons.ts'
import { type CardReaderSimulator, createCardReaderSimulator } from '../../drivers/id-card-reader/simulator.ts'
import type { BenchState } from '../bridge/dock.contract.ts'

/** The card reader of the workbench, and who can come to it. */
export interface CardBench {
  readonly reader: CardReaderSimulator
  /** For the terminal's settings. */
  readonly readerUrl: string
  look(): Pick<BenchState, 'persons' | 'reader'>
  /** False when there is no such person. */
  put(personId: string): boolean
}

export interface CardBenchOptions {
  /** A serial path for the reader's far end (a PTY); without it the reader listens on TCP. */
  readonly readerPath?: string
  /** The near end that the terminal opens, when `readerPath` is given. */
  readonly readerUrl?: string
}

const NOTES: Readonly<Record<string, string>> = {
  citizen: '居民身份证',
  'foreigner-2017': '外国人永久居留证（2017）',
  'foreigner-2023': '外国人永久居留证（2023）',
  'hk-mo-tw': '港澳台居民居住证',
}

export async function openCardBench({ readerPath, readerUrl = '' }: CardBenchOptions): Promise<CardBench> {
  const reader = createCardReaderSimulator()
  let url = readerUrl
  if (readerPath === undefined) url = await reader.listen()
  else {
    const attached = await reader.attach(`serial://${readerPath}`)
    if (!attached.ok) throw new Error(`reader simulator: ${attached.fault} ${attached.detail}`)
  }
  const persons = [...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS, ...SAMPLE_BAD_CARDS].map((person) => ({
    id: person.id,
    name: person.fields.name ?? person.fields.chineseName ?? person.id,
    note: SAMPLE_BAD_CARDS.includes(person) ? '坏卡' : (NOTES[person.cardType] ?? person.cardType),
  }))
  return {
    reader,
    readerUrl: url,
    look() {
      const { plugged, card, cardAlreadyRead } = reader.view()
      return { persons, reader: { plugged, card: card ?? null, alreadyRead: cardAlreadyRead } }
    },
    put(personId) {
      const person = samplePerson(personId)
      if (person === undefined) return false
      reader.takeCard()
      reader.putCard(person)
      return true
    },
  }
}
