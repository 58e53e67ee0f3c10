import type { Language } from '../../ui/strings/texts.ts'
import { type After, longestMs, type SpeechEngine } from './engine.ts'

/** What of speechSynthesis is used. */
export type Synthesis = Pick<SpeechSynthesis, 'getVoices' | 'speak' | 'cancel'>
type MakeUtterance = (text: string) => SpeechSynthesisUtterance

/** Moderate: the hall hears it too. */
const VOLUME = 0.7
const TAG: Readonly<Record<Language, RegExp>> = { zh: /^(zh|cmn)/i, en: /^en/i, ug: /^ug/i, bo: /^bo/i }

/** The browser's own voices. */
export function browserEngine(synthesis: Synthesis, after: After, make: MakeUtterance): SpeechEngine {
  const voiceOf = (language: Language) => synthesis.getVoices().find((voice) => TAG[language].test(voice.lang))
  return {
    can: (language) => voiceOf(language) !== undefined,
    speak({ text, language }, rate, signal) {
      const voice = voiceOf(language)
      if (voice === undefined || signal.aborted) return Promise.resolve('not-said')
      return new Promise((resolve) => {
        const utterance = make(text)
        const settle = (how: 'said' | 'not-said') => {
          callOff()
          signal.removeEventListener('abort', stop)
          resolve(how)
        }
        const stop = () => {
          synthesis.cancel()
          settle('not-said')
        }
        const callOff = after(longestMs(text, rate), stop)
        signal.addEventListener('abort', stop)
        utterance.voice = voice
        utterance.lang = voice.lang
        utterance.rate = rate
        utterance.volume = VOLUME
        utterance.onend = () => settle('said')
        utterance.onerror = () => settle('not-said')
        synthesis.speak(utterance)
      })
    },
  }
}
