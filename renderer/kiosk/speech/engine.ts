import type { SpeechRate } from '../../../electron/bridge/speech.contract.ts'
import type { Language } from '../../ui/strings/texts.ts'

/** One sentence, in the language that it is written in. */
export interface Utterance {
  readonly text: string
  readonly language: Language
}

/** Something that makes sound. The screen never waits for it. */
export interface SpeechEngine {
  can(language: Language): boolean
  /** Settles when the sentence is over, or at once when `signal` aborts; a sentence that cannot be said is not an error. */
  speak(utterance: Utterance, rate: SpeechRate, signal: AbortSignal): Promise<'said' | 'not-said'>
}

/** Runs `then` after so many milliseconds; answers how to call it off. */
export type After = (delayMs: number, then: () => void) => () => void
export const realAfter: After = (delayMs, then) => {
  const timer = setTimeout(then, delayMs)
  return () => clearTimeout(timer)
}

const START_MS = 3_000
/** The slowest glyph of espeak at rate 1, and as long again. */
const GLYPH_MS = 900

/** An engine that has not ended by now never will (speechSynthesis may never fire `end`). */
export const longestMs = (text: string, rate: SpeechRate): number => START_MS + (text.length * GLYPH_MS) / rate
