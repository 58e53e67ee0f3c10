import type { ByteLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { ADDITIONAL_ADDRESS_BYTES, SELECT_DATA_BYTES } from './answers.ts'
import type { ReaderLog } from './log.ts'
import {
  type Answer,
  answerOfBody,
  buildRequest,
  type CommandName,
  createFrameParser,
  type DamageReason,
  type FrameEvent,
} from './protocol.ts'
import { SW3_FOUND, SW3_OK, statusWord, sw3Text } from './status-words.ts'

/** One request and its answer at a time, with time-outs and resending. */

/** 10, 11 and our own bad checksum: "resend, at most 3" (reference/devices.md 1.4). */
export const MAX_RESENDS = 3
/** After damage or silence the line must be still this long before the next request, lest a late rest is taken for
 * its answer. Longer than the 16 ms for which USB serial adapters hold bytes back. */
const QUIET_MS = 25
/**
 * A frame must be through so long after the last moment for its beginning, whatever keeps coming: 2321 bytes take 2.4 s
 * at the slowest speed, 9600 baud (devices.md 1.1).
 */
const MAX_FRAME_MS = 5_000
/** A line that never falls still is written to all the same after this; an over-long frame takes 0.3 s. */
const MAX_QUIET_WAIT_MS = 3_000

/** Time from the request to the answer's preamble; within a frame `interByteMs` alone counts, so slow speeds fit. */
export interface ReaderTimeouts {
  readonly findMs: number
  readonly selectMs: number
  readonly readMs: number
  readonly readFingerprintMs: number
  readonly addressMs: number
  readonly managementNumberMs: number
  /** The first status after opening: a module may still be at its self-test. */
  readonly statusMs: number
  /** Later status probes; shorter, because they are sent about once a second. */
  readonly probeMs: number
  readonly interByteMs: number
}

/** reference/devices.md 1.3: find and select 100 ms to 1 s, read 2 s, with fingerprint 3 s, address 1.5 s, status 3 s. */
export const READER_TIMEOUTS: ReaderTimeouts = {
  findMs: 500,
  selectMs: 1_000,
  readMs: 2_000,
  readFingerprintMs: 3_000,
  addressMs: 1_500,
  managementNumberMs: 1_500,
  statusMs: 3_000,
  probeMs: 1_000,
  interByteMs: 100,
}

export type ExchangeResult =
  /** `startedAtMs`: the clock when the request that was answered began to be written. */
  | { readonly ok: true; readonly answer: Answer; readonly startedAtMs: number; readonly resends: number }
  | { readonly ok: false; readonly fault: 'no-answer' | 'link-bad' | 'link-lost' }

export interface Exchange {
  /** Sends a command and waits for its answer; calls made meanwhile wait their turn. */
  request(command: CommandName, timeoutMs: number, data?: Uint8Array): Promise<ExchangeResult>
}

type Once =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly startedAtMs: number }
  | { readonly kind: 'damaged'; readonly reason: DamageReason | 'status-word' }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'link-lost' }

export interface ExchangeOptions {
  readonly link: ByteLink
  readonly clock: Clock
  readonly interByteMs: number
  readonly log: ReaderLog
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { link, clock, log } = options
  const parser = createFrameParser('answers')
  let lastByteMs = Number.NEGATIVE_INFINITY
  let lost = false
  /** Something may still arrive that belongs to an earlier request. */
  let unsettled = true
  let onEvents: ((events: FrameEvent[]) => void) | undefined
  let onLost: (() => void) | undefined
  let last: Promise<unknown> = Promise.resolve()

  link.onData((bytes) => {
    lastByteMs = clock.nowMs()
    onEvents?.(parser.push(bytes))
  })
  link.onClose(() => {
    lost = true
    onLost?.()
  })

  function once(command: CommandName, timeoutMs: number, data: Uint8Array | undefined): Promise<Once> {
    return new Promise((resolve) => {
      const startedAtMs = clock.nowMs()
      let cancelTimer = clock.after(timeoutMs, onTimer)
      const cancelLast = clock.after(timeoutMs + MAX_FRAME_MS, () => {
        log({ level: 'warn', event: 'reader-endless-answer', detail: { command } })
        settle({ kind: 'damaged', reason: 'truncated' })
      })
      const settle = (outcome: Once) => {
        cancelTimer()
        cancelLast()
        onEvents = undefined
        onLost = undefined
        unsettled = outcome.kind !== 'answer'
        resolve(outcome)
      }
      function take(events: FrameEvent[]): void {
        let damage: DamageReason | 'status-word' | undefined
        for (const event of events) {
          if (event.kind === 'damaged') {
            damage ??= event.reason
            continue
          }
          const answer = answerOfBody(event.body)
          if (answer.sw1 !== 0 || answer.sw2 !== 0) damage ??= 'status-word'
          else if (answersCommand(command, answer)) {
            settle({ kind: 'answer', answer, startedAtMs })
            return
          } else log({ level: 'warn', event: 'reader-stray-answer', detail: { command, sw3: sw3Text(answer.sw3) } })
        }
        cancelTimer()
        if (parser.midFrame()) cancelTimer = clock.after(options.interByteMs, onTimer)
        else if (damage !== undefined) settle({ kind: 'damaged', reason: damage })
        else cancelTimer = clock.after(Math.max(0, startedAtMs + timeoutMs - clock.nowMs()), onTimer)
      }
      function onTimer(): void {
        if (parser.midFrame()) take(parser.giveUp())
        else settle({ kind: 'no-answer' })
      }
      onEvents = take
      onLost = () => settle({ kind: 'link-lost' })
      void link.write(buildRequest(command, data))
    })
  }

  async function settleLine(): Promise<void> {
    const beganAtMs = clock.nowMs()
    const giveUpAtMs = beganAtMs + MAX_QUIET_WAIT_MS
    while (!lost) {
      const now = clock.nowMs()
      const waitMs = Math.min(Math.max(lastByteMs, beganAtMs) + QUIET_MS, giveUpAtMs) - now
      if (waitMs <= 0) break
      await new Promise<void>((resolve) => {
        clock.after(waitMs, resolve)
      })
    }
    parser.reset()
  }

  async function request(command: CommandName, timeoutMs: number, data?: Uint8Array): Promise<ExchangeResult> {
    for (let resends = 0; ; resends += 1) {
      // What came between two requests answers neither.
      if (unsettled) await settleLine()
      else parser.reset()
      if (lost) return { ok: false, fault: 'link-lost' }
      const outcome = await once(command, timeoutMs, data)
      let why: string
      if (outcome.kind === 'answer') {
        if (statusWord(outcome.answer.sw3).group !== 'link') {
          return { ok: true, answer: outcome.answer, startedAtMs: outcome.startedAtMs, resends }
        }
        why = sw3Text(outcome.answer.sw3)
      } else if (outcome.kind === 'damaged') {
        why = outcome.reason
      } else {
        return { ok: false, fault: outcome.kind }
      }
      log({ level: 'warn', event: 'reader-resend', detail: { command, why, resends } })
      if (resends === MAX_RESENDS) return { ok: false, fault: 'link-bad' }
    }
  }

  return {
    request(command, timeoutMs, data) {
      const result = last.then(() => request(command, timeoutMs, data))
      last = result
      return result
    },
  }
}

/**
 * Answers do not name their command, so one that comes too late could be taken for the next command's. A good answer
 * therefore must have the next one's shape; any other status word is believed.
 */
function answersCommand(command: CommandName, { sw3, data }: Answer): boolean {
  if (statusWord(sw3).group !== 'good') return true
  switch (command) {
    case 'findCard':
      return sw3 === SW3_FOUND
    case 'readTextPhoto':
    case 'readTextPhotoFingerprint':
      return sw3 === SW3_OK && data.length > SELECT_DATA_BYTES
    case 'selectCard':
      return sw3 === SW3_OK && data.length <= SELECT_DATA_BYTES
    case 'readAdditionalAddress':
      return sw3 === SW3_OK && data.length === ADDITIONAL_ADDRESS_BYTES
    case 'resetSam':
    case 'samStatus':
    case 'setMaxRfBytes':
      return sw3 === SW3_OK && data.length === 0
    case 'samId':
    case 'readManagementNumber':
      return sw3 === SW3_OK && data.length > 0
  }
}
