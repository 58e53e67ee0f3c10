import type { SpeechRate } from '../../../electron/bridge/speech.contract.ts'
import type { SpeechEngine, Utterance } from './engine.ts'

export interface SpeechState {
  readonly speaking: boolean
  /** Stopped before the end: 接着念 goes on there. */
  readonly canResume: boolean
  readonly rate: SpeechRate
}

export interface SpeechQueue {
  /** Says these in the place of whatever is being said. */
  say(utterances: readonly Utterance[]): void
  /** Says the last page again, from its beginning. */
  repeat(): void
  /** Goes on where it was stopped. */
  resume(): void
  stop(): void
  setRate(rate: SpeechRate): void
  /** As at the beginning of a visit: silent, nothing remembered, moderate. */
  reset(): void
  get(): SpeechState
  subscribe(listener: () => void): () => void
}

const USUAL: SpeechState = { speaking: false, canResume: false, rate: 1 }

/** One sentence after the other; sentences that the engine has no voice for are passed over. */
export function createSpeechQueue(engine: SpeechEngine): SpeechQueue {
  let state = USUAL
  let page: readonly Utterance[] = []
  let next = 0
  let running: AbortController | null = null
  const listeners = new Set<() => void>()
  const put = (change: Partial<SpeechState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  async function run(from: number): Promise<void> {
    running?.abort()
    const own = new AbortController()
    running = own
    next = from
    put({ speaking: true, canResume: false })
    while (next < page.length) {
      const utterance = page[next]
      if (utterance !== undefined && engine.can(utterance.language))
        await engine.speak(utterance, state.rate, own.signal)
      if (own.signal.aborted) return
      next++
    }
    running = null
    put({ speaking: false })
  }

  const stop = () => {
    if (running === null) return
    running.abort()
    running = null
    put({ speaking: false, canResume: next < page.length })
  }
  const start = (from: number) => {
    if (page.some((utterance) => engine.can(utterance.language))) void run(from)
    else stop()
  }

  return {
    say(utterances) {
      page = utterances
      start(0)
    },
    repeat: () => start(0),
    resume: () => start(next < page.length ? next : 0),
    stop,
    setRate: (rate) => put({ rate }),
    reset() {
      stop()
      page = []
      next = 0
      put(USUAL)
    },
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
