import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import { type AnswerFault, addMonths } from '../../../sync/protocol/answers.ts'
import type { Field } from '../../../sync/protocol/service-item.ts'
import { type StringKey, say } from '../../ui/strings/say.ts'
import { rangeOf } from './date-choices.ts'
import { isTyped } from './input-kinds.ts'
import { longDate, longMonth } from './show.ts'

/** From faults and states to the sentence that says what happened and what to do. */

/** What is wrong with the card on the reader, or null when nothing is. */
export function cardSentence(reader: CardEvent): string | null {
  if (reader.kind === 'card-fault') return say(`card-fault.${reader.fault}`)
  if (reader.kind === 'social-security-fault') return say(`social-security-fault.${reader.trouble}`)
  if (reader.kind === 'social-security-refused') return say(`social-security-refusal.${reader.refusal}`)
  return reader.kind === 'card-refused' ? say(`card-refusal.${reader.refusal}`) : null
}

/** Why no card can be read at all, or null while the reader works. */
export function readerSentence(devices: Devices | null): string | null {
  if (devices === null) return null
  if (devices.idCardReader === null) return say('reader.none')
  const { state } = devices.idCardReader
  return state === 'ready' || state === 'reading' ? null : say(`reader.${state}`)
}

/** How the receipt printer is, in half a sentence. */
export function printerSentence(devices: Devices | null): string {
  if (devices === null) return say('printer.unknown')
  const printer = devices.receiptPrinter
  if (printer === null) return say('printer.none')
  if (printer.state === 'ready' && printer.paperNearEnd) return say('printer.ready-near-end')
  return say(`printer.${printer.state}`)
}

export function answerSentence(field: Field, fault: AnswerFault, today: string): string {
  if (fault === 'missing' && !isTyped(field)) return say('answer-fault.missing-choice')
  const values: Record<string, string | number> = {}
  if (field.type === 'date') {
    const range = rangeOf(field, today)
    values.from = longDate(range.from)
    values.to = longDate(range.to)
  }
  if (field.type === 'month') {
    values.from = longMonth(addMonths(today, field.earliestMonths))
    values.to = longMonth(addMonths(today, field.latestMonths))
  }
  if (field.type === 'amount') {
    values.min = field.minFen / 100
    values.max = field.maxFen / 100
  }
  if (field.type === 'whole-number') {
    values.min = field.min
    values.max = field.max
  }
  if (field.type === 'division' || field.type === 'address') values.level = say(`division.${field.level}`)
  return say(`answer-fault.${fault}` as StringKey, values)
}
