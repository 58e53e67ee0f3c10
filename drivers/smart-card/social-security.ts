import {
  exchangeCommand,
  SW_NOT_SUPPORTED,
  SW_OK,
  SW_RECORD_NOT_FOUND,
  SW_WRONG_P1P2,
  swText,
  type Transmit,
} from './apdu.ts'
import { decodeField, FILES, type FileOfCard, fieldsOf, SSSE_NAME, splitRecord } from './social-security-files.ts'
import { MAX_FIELD_UNITS, type SocialSecurityField } from './states.ts'

/**
 * Reads the two public files of a social-security card (LD/T 32; reference/devices.md 2.1): selects its environment by
 * name and reads EF05 (issuer) and EF06 (holder) record by record. Needs no PIN, reads nothing else.
 */

export type SocialSecurityReading<Trouble> =
  | { readonly ok: true; readonly fields: Partial<Record<SocialSecurityField, string>> }
  | { readonly ok: false; readonly why: 'trouble'; readonly trouble: Trouble; readonly step: string }
  | { readonly ok: false; readonly why: 'wrong-card' | 'unreadable'; readonly sw: string; readonly step: string }
  | { readonly ok: false; readonly why: 'damaged'; readonly detail: string; readonly step: string }

/** Records of a file when they are counted through; EF06 of the second generation has 7. */
const MAX_RECORDS = 12

type Failure<Trouble> = Exclude<SocialSecurityReading<Trouble>, { ok: true }>
type Answer<Trouble> = { readonly ok: true; readonly data: Uint8Array; readonly sw: number } | Failure<Trouble>

export async function readSocialSecurity<Trouble>(
  transmit: Transmit<Trouble>,
): Promise<SocialSecurityReading<Trouble>> {
  async function ask(step: string, command: Uint8Array): Promise<Answer<Trouble>> {
    const answer = await exchangeCommand(transmit, command)
    return answer.ok ? answer : { ...answer, step }
  }

  const environment = await ask('SSSE', select(0x04, SSSE_NAME))
  if (!environment.ok) return environment
  if (environment.sw !== SW_OK) return { ok: false, why: 'wrong-card', sw: swText(environment.sw), step: 'SSSE' }

  const found = new Map<number, Uint8Array>()
  for (const file of FILES) {
    const selected = await ask(file.name, select(0x02, file.id))
    if (!selected.ok) return selected
    if (selected.sw !== SW_OK) return { ok: false, why: 'unreadable', sw: swText(selected.sw), step: file.name }
    const failed = await readFile(file, ask, found)
    if (failed !== undefined) return failed
  }
  const fields: Partial<Record<SocialSecurityField, string>> = {}
  for (const field of fieldsOf(found)) {
    const decoded = decodeField(field.kind, field.bytes)
    if (!decoded.ok) return { ok: false, why: 'damaged', detail: decoded.detail, step: field.name }
    if (decoded.text.length > MAX_FIELD_UNITS) {
      return { ok: false, why: 'damaged', detail: 'longer than any field', step: field.name }
    }
    if (decoded.text !== '') fields[field.name] = decoded.text
  }
  for (const needed of ['number', 'name'] as const) {
    if (fields[needed] === undefined) {
      return { ok: false, why: 'unreadable', sw: swText(SW_RECORD_NOT_FOUND), step: needed }
    }
  }
  return { ok: true, fields }
}

/**
 * By tag, so that each record is the one that was meant; cards that only know numbers are counted through instead. In
 * both ways a record counts by the tag that it carries itself: numbers differ between the generations of the card.
 */
async function readFile<Trouble>(
  file: FileOfCard,
  ask: (step: string, command: Uint8Array) => Promise<Answer<Trouble>>,
  found: Map<number, Uint8Array>,
): Promise<Failure<Trouble> | undefined> {
  let byNumber = false
  for (let index = 0; index < (byNumber ? MAX_RECORDS : file.tags.length); index += 1) {
    const tag = byNumber ? undefined : file.tags[index]
    const step = tag === undefined ? `${file.name} record ${index + 1}` : `${file.name} tag ${tag.toString(16)}`
    const answer = await ask(step, readRecord(tag ?? index + 1, tag === undefined ? 'number' : 'tag'))
    if (!answer.ok) return answer
    if (answer.sw === SW_RECORD_NOT_FOUND) {
      if (byNumber) return undefined
      continue
    }
    if (answer.sw !== SW_OK) {
      if (!byNumber && index === 0 && (answer.sw === SW_NOT_SUPPORTED || answer.sw === SW_WRONG_P1P2)) {
        byNumber = true
        index = -1
        continue
      }
      return { ok: false, why: 'unreadable', sw: swText(answer.sw), step }
    }
    const record = splitRecord(answer.data)
    if (!record.ok) return { ok: false, why: 'damaged', detail: record.detail, step }
    if (tag !== undefined && record.tag !== tag) return { ok: false, why: 'damaged', detail: 'another tag', step }
    if (file.tags.includes(record.tag) && !found.has(record.tag)) found.set(record.tag, record.value)
  }
  return undefined
}

function select(p1: number, name: Uint8Array): Uint8Array {
  return Uint8Array.of(0x00, 0xa4, p1, 0x00, name.length, ...name)
}

/** Le 00: the card gives all it has, or says how much by 6Cxx. */
function readRecord(record: number, by: 'tag' | 'number'): Uint8Array {
  return Uint8Array.of(0x00, 0xb2, record, by === 'tag' ? 0x00 : 0x04, 0x00)
}
