import { SAMPLE_PERSONS, type SamplePerson } from '../id-card-reader/sample-persons.ts'
import type { SocialSecurityField } from './states.ts'

/**
 * Invented cards for simulators, demos and tests: the same persons as on the sample ID cards, so a citizen can come with
 * both. Their numbers are in division 99xxxx, which is never given out.
 */
export interface SampleCard {
  readonly id: string
  /** Hexadecimal. */
  readonly atr: string
  readonly application: 'social-security' | 'bank'
  readonly fields: Readonly<Partial<Record<SocialSecurityField, string>>>
  /** 2 adds the record with a name's extension before the sex, which moves all later record numbers. */
  readonly generation: 1 | 2
  /** Whether records can be asked for by their tag, or by number only. */
  readonly recordsBy: 'tag' | 'number'
  /** t0: long answers by 61xx, wrong lengths by 6Cxx. direct: as over T=1. */
  readonly answers: 't0' | 'direct'
}

/** TS, T0 with 13 historical bytes; made up, in the style of the cards' own. */
const ATR = '3B6D00000081544CB686123499010100'

function cardOf(person: SamplePerson, serial: number, more: Partial<SampleCard> = {}): SampleCard {
  const { name = '', sex = '', ethnicGroup = '', birth = '', number = '' } = person.fields
  const cardNumber = `Y${String(99_000_000 + serial)}`
  return {
    id: person.id,
    atr: ATR,
    application: 'social-security',
    generation: 2,
    recordsBy: 'tag',
    answers: 't0',
    fields: {
      cardId: `990101D156000005${String(serial).padStart(16, '0')}`,
      cardClass: '3',
      specVersion: '3.00',
      issuerCode: '991560000005990101990101',
      issuedOn: '20200601',
      validTo: '20300601',
      cardNumber,
      number,
      name,
      sex,
      ethnicGroup,
      birthplace: '990101',
      birth,
    },
    ...more,
  }
}

const [zhao, sun, zhou, newborn] = SAMPLE_PERSONS
if (zhao === undefined || sun === undefined || zhou === undefined || newborn === undefined) {
  throw new Error('the sample persons are not all there')
}

/** The four of the dev dock; the eldest with a card of the first generation that knows record numbers only. */
export const SAMPLE_CARDS: readonly SampleCard[] = [
  cardOf(zhao, 1, { generation: 1, recordsBy: 'number' }),
  cardOf(sun, 2, { answers: 'direct' }),
  cardOf(zhou, 3),
  cardOf(newborn, 4),
]

/** A name that needs the extension, and ends its first record in the middle of a character. */
export const LONG_NAME_CARD: SampleCard = {
  ...cardOf(zhou, 5),
  id: 'long-name',
  fields: { ...cardOf(zhou, 5).fields, name: 'A买买提·阿卜杜热依木·麦麦提明·吐尔逊江' },
}

export const BANK_CARD: SampleCard = {
  ...cardOf(zhou, 6),
  id: 'bank-card',
  atr: '3B6D00000031C064A9EC0100000000009000',
  application: 'bank',
  fields: {},
}

export function sampleCard(id: string): SampleCard | undefined {
  return [...SAMPLE_CARDS, LONG_NAME_CARD, BANK_CARD].find((card) => card.id === id)
}
