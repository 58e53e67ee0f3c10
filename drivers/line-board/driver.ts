import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { openLink as openRealLink } from '../transport/open-link.ts'
import { type Conversation, createConversation, type Reply } from './conversation.ts'
import { createInputs } from './inputs.ts'
import type { LineBoardLog } from './log.ts'
import { type BoardMessage, MAX_BEEP_MS, MIN_BEEP_MS, PROTOCOL_VERSION, type TerminalMessage } from './messages.ts'
import type { Lamp, LampMode, LineBoardEvent, LineBoardFault, LineBoardResult, LineBoardState } from './states.ts'
import { DEFAULT_TIMING, type LineBoardTiming } from './timing.ts'

export interface LineBoardOptions {
  /** serial:///dev/ttyUSB1?baud=115200 or tcp://host:port */
  readonly url: string
  readonly clock: Clock
  /** Called in the turn in which it happened; must not throw. */
  readonly onEvent: (event: LineBoardEvent) => void
  readonly log: LineBoardLog
  readonly openLink?: OpenLink
  readonly timing?: Partial<LineBoardTiming>
}

export interface LineBoard {
  /** Connects and keeps connected, with capped back-off, until stop(). */
  start(): void
  /** Puts all lamps out if the board still listens; resolves when the wire is closed. */
  stop(): Promise<void>
  state(): LineBoardState
  /** Kept and set again when the board comes back. Ok when the board has said so. */
  lamp(lamp: Lamp, mode: LampMode): Promise<LineBoardResult>
  /** The lamp at the slot in use, and no other; null puts all out. */
  showSlot(lamp: Lamp | null, mode?: 'on' | 'blink'): Promise<LineBoardResult>
  /** 10 to 2000 ms. Never made up for later: a beep that comes late misleads. */
  beep(ms: number): Promise<LineBoardResult>
}

export function createLineBoard(options: LineBoardOptions): LineBoard {
  const { clock, log } = options
  const timing: LineBoardTiming = { ...DEFAULT_TIMING, ...options.timing }
  const openLink = options.openLink ?? openRealLink
  const inputs = createInputs()
  /** What the lamps should show; those never spoken of are dark. */
  const wanted = new Map<Lamp, LampMode>()
  let state: LineBoardState = { state: 'connecting' }
  let stopped = true
  let running: Promise<void> | undefined
  let conversation: Conversation | undefined
  /** Lamps of the board that answers now; undefined until it has told them. */
  let fitted: { readonly lamps: readonly Lamp[]; readonly beeper: boolean } | undefined
  let wake: (() => void) | undefined
  let failures = 0
  /** The board was switched off and on: dark, whatever it was told. */
  let greetAgain = false

  function setState(next: LineBoardState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    const changed = next.state !== state.state
    state = next
    if (changed)
      log({ event: 'line-board.state', state: next.state, ...('fault' in next ? { fault: next.fault } : {}) })
    options.onEvent({ event: 'state', state })
  }

  function hear(message: BoardMessage): void {
    if (stopped) return
    if (message.word === 'STATE') {
      const { events, state: next } = inputs.take(message.inputs)
      setState(next)
      for (const event of events) {
        if (event.event === 'power') log({ event: 'line-board.power', mains: event.mains })
        if (event.event === 'door') log({ event: 'line-board.door', open: event.open })
        options.onEvent(event)
      }
    } else if (message.word === 'HELLO') {
      log({ event: 'line-board.restarted' })
      greetAgain = true
      wake?.()
    }
  }

  /** What was missed may have been the hello of a board that was switched off and on. */
  function onGap(): void {
    greetAgain = true
    wake?.()
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        wake = undefined
        resolve()
      }
      const cancel = clock.after(Math.max(0, delayMs), done)
      wake = done
    })
  }

  /**
   * Says hello, looks at the inputs, then sets the lamps: all of them on a wire that is new, whoever lit them before; later,
   * when the board may have been switched off and on, those that should be lit.
   */
  async function greet(current: Conversation): Promise<Reply> {
    greetAgain = false
    const hello = await current.request({ word: 'HELLO' })
    if (!hello.ok) return hello
    if (hello.message.word !== 'HELLO') return { ok: false, fault: 'link-bad' }
    const { version, lamps, beeper } = hello.message
    if (version !== PROTOCOL_VERSION) {
      log({ event: 'line-board.unknown-version', version })
      setState({ state: 'unknown-board', version })
      return hello
    }
    const isNew = fitted === undefined
    fitted = { lamps, beeper }
    const asked = await ask(current)
    if (!asked.ok) return asked
    for (const lamp of lamps) {
      const mode = wanted.get(lamp) ?? 'off'
      if (mode === 'off' && !isNew) continue
      const set = await current.request({ word: 'LAMP', lamp, mode })
      if (!set.ok) return set
    }
    return asked
  }

  async function ask(current: Conversation): Promise<Reply> {
    const reply = await current.request({ word: 'ASK' })
    if (!reply.ok) return reply
    if (reply.message.word !== 'STATE') return { ok: false, fault: 'link-bad' }
    failures = 0
    hear(reply.message)
    return reply
  }

  /** Serves one open wire until it ends or has been silent for too long. */
  async function serve(current: Conversation): Promise<void> {
    let silent = 0
    greetAgain = true
    while (!stopped) {
      const startedAtMs = clock.nowMs()
      const reply = greetAgain || fitted === undefined ? await greet(current) : await ask(current)
      const damaged = current.takeDamage()
      if (damaged > 0) log({ event: 'line-board.damaged', frames: damaged })
      if (stopped) return
      if (reply.ok) silent = 0
      else {
        if (reply.fault === 'unplugged') return
        silent += 1
        inputs.forget()
        setState({ state: reply.fault })
        // Whatever it is that answers now, it is greeted first.
        fitted = undefined
        if (silent >= timing.silentAsksToReopen) return
      }
      if (greetAgain && reply.ok) continue
      await pause(startedAtMs + timing.askMs - clock.nowMs())
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const opened = await openLink(options.url, timing.openTimeoutMs)
      if (!opened.ok) {
        if (stopped) return
        log({ event: 'line-board.open-failed', fault: opened.fault, detail: opened.detail })
        setState({ state: 'unplugged', fault: opened.fault })
        // Only a settings change cures a wrong address.
        if (opened.fault === 'bad-url') return
      } else {
        await converse(opened.link)
        if (stopped) return
      }
      await pause(Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures, 16)))
      failures += 1
    }
  }

  async function converse(link: Parameters<typeof createConversation>[0]['link']): Promise<void> {
    const current = createConversation({ link, clock, timing, log, onMessage: hear, onGap })
    conversation = current
    link.onClose((reason) => {
      if (conversation !== current) return
      forget()
      if (stopped) return
      log({ event: 'line-board.link-lost', fault: reason.fault, detail: reason.detail })
      setState({ state: 'unplugged', fault: reason.fault })
      wake?.()
    })
    if (!stopped) await serve(current)
    if (conversation === current && !stopped) {
      // Silent for too long: only a new wire is a new beginning. The state that was told stays.
      forget()
      await current.close()
    }
  }

  function forget(): void {
    conversation = undefined
    fitted = undefined
    inputs.forget()
  }

  function failed(fault: LineBoardFault): LineBoardResult {
    return { ok: false, fault, state }
  }

  async function command(message: TerminalMessage): Promise<LineBoardResult> {
    if (stopped) return failed('stopped')
    const current = conversation
    if (current === undefined) return failed('unplugged')
    if (fitted === undefined) return failed(state.state === 'link-bad' ? 'link-bad' : 'no-answer')
    const isFitted = message.word === 'LAMP' ? fitted.lamps.includes(message.lamp) : fitted.beeper
    if (!isFitted) return failed('not-fitted')
    const reply = await current.request(message)
    if (!reply.ok) return failed(reply.fault)
    if (reply.message.word === 'OK') return { ok: true }
    const why = reply.message.word === 'NO' ? reply.message.why : reply.message.word
    log({ event: 'line-board.refused', word: message.word, why })
    return failed('refused')
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      failures = 0
      setState({ state: 'connecting' })
      const before = running
      running = (async () => {
        await before
        await run()
      })()
    },
    async stop() {
      if (stopped) return
      const current = conversation
      const lit = [...wanted].filter(([lamp, mode]) => mode !== 'off' && fitted?.lamps.includes(lamp) === true)
      wanted.clear()
      stopped = true
      wake?.()
      if (current !== undefined) {
        for (const [lamp] of lit) {
          const reply = await current.request({ word: 'LAMP', lamp, mode: 'off' })
          // The board puts them out by itself when it hears nothing more.
          if (!reply.ok) break
        }
        await current.close()
      }
      await running
      forget()
      setState({ state: 'stopped' })
    },
    state: () => state,
    lamp(lamp, mode) {
      wanted.set(lamp, mode)
      return command({ word: 'LAMP', lamp, mode })
    },
    async showSlot(lamp, mode = 'blink') {
      const lit = [...wanted.keys()].filter((each) => each !== lamp && wanted.get(each) !== 'off')
      for (const each of lit) wanted.set(each, 'off')
      if (lamp !== null) wanted.set(lamp, mode)
      for (const each of lit) {
        const out = await command({ word: 'LAMP', lamp: each, mode: 'off' })
        if (!out.ok && out.fault !== 'not-fitted') return out
      }
      return lamp === null ? { ok: true } : command({ word: 'LAMP', lamp, mode })
    },
    async beep(ms) {
      if (!Number.isInteger(ms) || ms < MIN_BEEP_MS || ms > MAX_BEEP_MS) return failed('bad-value')
      return command({ word: 'BEEP', ms })
    },
  }
}
