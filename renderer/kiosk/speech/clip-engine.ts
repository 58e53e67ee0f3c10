import type { SpeakAnswer, SpeechRate, SpokenLanguage } from '../../../electron/bridge/speech.contract.ts'
import type { Language } from '../../ui/strings/texts.ts'
import { type After, longestMs, type SpeechEngine } from './engine.ts'

/** Asks main for the sound of a sentence. */
export type AskClip = (
  wish: { text: string; language: SpokenLanguage; rate: SpeechRate },
  signal: AbortSignal,
) => Promise<SpeakAnswer>
/** Plays a WAV file to its end or until `signal` aborts. */
export type PlayClip = (wav: ArrayBuffer, signal: AbortSignal) => Promise<void>

/** Clips that main makes by espeak-ng; a clip lives in memory while it is played. */
export function clipEngine(
  languages: readonly SpokenLanguage[],
  ask: AskClip,
  play: PlayClip,
  after: After,
): SpeechEngine {
  const spoken = (language: Language) => languages.find((known) => known === language)
  return {
    can: (language) => spoken(language) !== undefined,
    async speak({ text, language }, rate, signal) {
      const known = spoken(language)
      if (known === undefined) return 'not-said'
      const over = new AbortController()
      const stop = () => over.abort()
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      const callOff = after(longestMs(text, rate), stop)
      const ended = new Promise<'not-said'>((resolve) => {
        if (over.signal.aborted) resolve('not-said')
        over.signal.addEventListener('abort', () => resolve('not-said'))
      })
      const said = async (): Promise<'said' | 'not-said'> => {
        const answer = await ask({ text, language: known, rate }, over.signal)
        if (!answer.ok || over.signal.aborted) return 'not-said'
        await play(bytesOf(answer.wav), over.signal)
        return 'said'
      }
      try {
        return await Promise.race([said(), ended])
      } catch (cause) {
        // Main went away, or this machine has no sound: the screen goes on without.
        console.warn('a sentence was not said', cause)
        return 'not-said'
      } finally {
        callOff()
        signal.removeEventListener('abort', stop)
      }
    },
  }
}

function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place)
  return bytes.buffer
}

/** Moderate: the hall hears it too. */
const VOLUME = 0.7

/** Plays by Web Audio: the page's policy lets no media be loaded. */
export function webAudioPlayer(): PlayClip {
  let context: AudioContext | null = null
  return async (wav, signal) => {
    context ??= new AudioContext()
    const { destination } = context
    await context.resume()
    const source = context.createBufferSource()
    source.buffer = await context.decodeAudioData(wav)
    if (signal.aborted) return
    const gain = new GainNode(context, { gain: VOLUME })
    source.connect(gain).connect(destination)
    await new Promise<void>((resolve) => {
      source.onended = () => resolve()
      signal.addEventListener('abort', () => source.stop())
      source.start()
    })
  }
}
