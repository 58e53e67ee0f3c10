/**
 * Commands to a card and its answers (ISO 7816-4), short ones only: 4 to 261 bytes there, 2 to 258 back. And the two
 * follow-ups that T=0 cards ask for: 61xx (fetch xx bytes by GET RESPONSE) and 6Cxx (ask again with the length xx).
 */

const HEADER_BYTES = 4
/** Header, Lc, 255 bytes, Le. */
export const MAX_COMMAND_BYTES = HEADER_BYTES + 1 + 255 + 1
/** 256 bytes and the status word. */
export const MAX_ANSWER_BYTES = 256 + 2
/** All of a chain of 61xx together. */
export const MAX_CHAINED_BYTES = 4_096
const MAX_CHAIN_LINKS = 32

export const SW_OK = 0x9000
export const SW_WRONG_P1P2 = 0x6a86
export const SW_NOT_SUPPORTED = 0x6a81
export const SW_FILE_NOT_FOUND = 0x6a82
export const SW_RECORD_NOT_FOUND = 0x6a83
const SW1_MORE = 0x61
const SW1_LENGTH = 0x6c
const INS_GET_RESPONSE = 0xc0

/** 1: header alone; 2: with Le; 3: with data; 4: with data and Le (ISO 7816-3 12.1). */
export type CommandCase = 1 | 2 | 3 | 4

/** Which case a command is, or undefined when its lengths do not fit together. */
export function caseOf(command: Uint8Array): CommandCase | undefined {
  if (command.length < HEADER_BYTES || command.length > MAX_COMMAND_BYTES) return undefined
  if (command.length === HEADER_BYTES) return 1
  if (command.length === HEADER_BYTES + 1) return 2
  const dataBytes = command[HEADER_BYTES] ?? 0
  // Lc 0 would begin an extended length, which we do not speak.
  if (dataBytes === 0) return undefined
  if (command.length === HEADER_BYTES + 1 + dataBytes) return 3
  return command.length === HEADER_BYTES + 2 + dataBytes ? 4 : undefined
}

/** T=0 carries no Le behind data: the card says 61xx instead. */
export function forT0(command: Uint8Array): Uint8Array {
  return caseOf(command) === 4 ? command.subarray(0, command.length - 1) : command
}

export type SplitAnswer =
  | { readonly ok: true; readonly data: Uint8Array; readonly sw: number }
  | { readonly ok: false; readonly detail: string }

/** Takes an answer apart; one that no card can give is refused. */
export function splitAnswer(answer: Uint8Array): SplitAnswer {
  if (answer.length < 2) return { ok: false, detail: `an answer of ${answer.length} bytes has no status word` }
  if (answer.length > MAX_ANSWER_BYTES) return { ok: false, detail: `an answer of ${answer.length} bytes is too long` }
  const sw1 = answer[answer.length - 2] ?? 0
  const sw2 = answer[answer.length - 1] ?? 0
  // ISO 7816-4 5.6: 6X except 60, and 9X; anything else is noise.
  const isStatus = (sw1 > 0x60 && sw1 <= 0x6f) || (sw1 >= 0x90 && sw1 <= 0x9f)
  if (!isStatus) return { ok: false, detail: `${swText((sw1 << 8) | sw2)} is no status word` }
  return { ok: true, data: Uint8Array.from(answer.subarray(0, answer.length - 2)), sw: (sw1 << 8) | sw2 }
}

export function swText(sw: number): string {
  return sw.toString(16).toUpperCase().padStart(4, '0')
}

/** Brings one command to the card and its bytes back; `Trouble` is whatever the wire can say. */
export type Transmit<Trouble> = (
  command: Uint8Array,
) => Promise<{ readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly trouble: Trouble }>

export type CardAnswer<Trouble> =
  | { readonly ok: true; readonly data: Uint8Array; readonly sw: number }
  | { readonly ok: false; readonly why: 'trouble'; readonly trouble: Trouble }
  | { readonly ok: false; readonly why: 'damaged'; readonly detail: string }

/** One command with what follows from it; `sw` is the last status word and never 61xx, and 6Cxx only when repeated. */
export async function exchangeCommand<Trouble>(
  transmit: Transmit<Trouble>,
  command: Uint8Array,
): Promise<CardAnswer<Trouble>> {
  let next = command
  let corrected = false
  const parts: Uint8Array[] = []
  let total = 0
  for (let links = 0; links < MAX_CHAIN_LINKS; links += 1) {
    const sent = await transmit(next)
    if (!sent.ok) return { ok: false, why: 'trouble', trouble: sent.trouble }
    const answer = splitAnswer(sent.bytes)
    if (!answer.ok) return { ok: false, why: 'damaged', detail: answer.detail }
    const sw1 = answer.sw >> 8
    const sw2 = answer.sw & 0xff
    const asked = caseOf(next)
    if (sw1 === SW1_LENGTH && !corrected && (asked === 2 || asked === 4) && answer.data.length === 0) {
      corrected = true
      next = Uint8Array.from(next)
      next[next.length - 1] = sw2
      continue
    }
    corrected = false
    parts.push(answer.data)
    total += answer.data.length
    if (total > MAX_CHAINED_BYTES) return { ok: false, why: 'damaged', detail: 'a chain of answers without an end' }
    if (sw1 !== SW1_MORE) return { ok: true, data: Buffer.concat(parts), sw: answer.sw }
    // The class byte keeps its logical channel and nothing else: secure messaging and chaining are not ours.
    next = Uint8Array.of((command[0] ?? 0) & 0x03, INS_GET_RESPONSE, 0, 0, sw2)
  }
  return { ok: false, why: 'damaged', detail: 'a chain of answers without an end' }
}
