import type { ByteLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import type { LineBoardLog } from './log.ts'
import { type BoardMessage, readBoard, type TerminalMessage, terminalBody } from './messages.ts'
import { buildFrame, createLineParser } from './protocol.ts'
import type { LineBoardTiming } from './timing.ts'

/** One open wire to one board: requests with their answers, one at a time, and what the board says by itself. */

export type Reply =
  | { readonly ok: true; readonly message: BoardMessage }
  | { readonly ok: false; readonly fault: 'no-answer' | 'link-bad' | 'unplugged' }

export interface Conversation {
  /** Resends with the same number, which the board does not carry out twice. Calls made meanwhile wait their turn. */
  request(message: TerminalMessage): Promise<Reply>
  /** Damaged frames and unknown messages since the last call. */
  takeDamage(): number
  close(): Promise<void>
}

export interface ConversationOptions {
  readonly link: ByteLink
  readonly clock: Clock
  readonly timing: LineBoardTiming
  readonly log: LineBoardLog
  /** Whatever the board says that answers no request. */
  readonly onMessage: (message: BoardMessage) => void
  /** A frame of the board did not arrive: its numbers left one out. */
  readonly onGap: () => void
}

export function createConversation(options: ConversationOptions): Conversation {
  const { link, clock, timing, log } = options
  const parser = createLineParser()
  let lane: Promise<unknown> = Promise.resolve()
  let lastSequence = 0
  let heard: number | undefined
  /** Since the wire was opened, and how many of them were told. */
  let damaged = 0
  let damageTaken = 0
  let ended = false
  let waiting: { readonly sequence: number; settle(reply: BoardMessage | undefined): void } | undefined

  function take(sequence: number, body: string): void {
    const expected = heard === undefined ? sequence : (heard + 1) & 0xff
    heard = sequence
    const message = readBoard(body)
    if (message === undefined) {
      damaged += 1
      return
    }
    if (message.word === 'HELLO' && message.re === undefined) {
      // It has just been switched on and counts from its own beginning.
    } else if (sequence !== expected) {
      log({ event: 'line-board.gap', missed: (sequence - expected) & 0xff })
      options.onGap()
    }
    if (message.re === undefined) options.onMessage(message)
    else if (waiting?.sequence === message.re) waiting.settle(message)
    // Else a late answer to a request that was answered or given up; what it says of the inputs is true all the same.
    else if (message.word === 'STATE') options.onMessage(message)
  }

  link.onData((bytes) => {
    for (const event of parser.push(bytes)) {
      if (event.kind === 'frame') take(event.frame.sequence, event.frame.body)
      else damaged += 1
    }
  })
  link.onClose(() => {
    ended = true
    waiting?.settle(undefined)
  })

  function once(sequence: number, frame: Uint8Array): Promise<BoardMessage | undefined> {
    return new Promise((resolve) => {
      const settle = (message: BoardMessage | undefined) => {
        cancel()
        waiting = undefined
        resolve(message)
      }
      const cancel = clock.after(timing.answerTimeoutMs, () => settle(undefined))
      waiting = { sequence, settle }
      void link.write(frame)
    })
  }

  async function run(message: TerminalMessage): Promise<Reply> {
    lastSequence = (lastSequence + 1) & 0xff
    const frame = buildFrame(lastSequence, terminalBody(message))
    const damagedBefore = damaged
    for (let left = timing.tries; left > 0; left -= 1) {
      if (ended) return { ok: false, fault: 'unplugged' }
      const answer = await once(lastSequence, frame)
      if (answer !== undefined) return { ok: true, message: answer }
    }
    if (ended) return { ok: false, fault: 'unplugged' }
    return { ok: false, fault: damaged > damagedBefore ? 'link-bad' : 'no-answer' }
  }

  return {
    request(message) {
      const turn = lane.then(() => run(message))
      lane = turn
      return turn
    },
    takeDamage() {
      const news = damaged - damageTaken
      damageTaken = damaged
      return news
    },
    close: () => link.close(),
  }
}
