import type { Bridge } from '../bridge.ts'
import { browserEngine } from './browser-engine.ts'
import { clipEngine, webAudioPlayer } from './clip-engine.ts'
import { realAfter, type SpeechEngine } from './engine.ts'
import { type PageWords, readPage, sameQuestion } from './page-words.ts'
import { createSpeechQueue, type SpeechQueue } from './speech-queue.ts'

/** Chromium names its voices a moment after it was first asked, or never. */
const VOICES_PATIENCE_MS = 1_000
/** A page comes in a few changes; it is read once they are over. */
const SETTLE_MS = 150

/** The first engine that speaks Chinese: the browser's, main's clips, or none. */
async function pickEngine(bridge: Bridge): Promise<SpeechEngine | null> {
  if (typeof speechSynthesis !== 'undefined') {
    const own = browserEngine(speechSynthesis, realAfter, (text) => new SpeechSynthesisUtterance(text))
    if (!own.can('zh')) await voicesNamed()
    if (own.can('zh')) return own
  }
  const { languages } = await bridge.call((client) => client.speech.voices())
  if (!languages.includes('zh')) return null
  const ask = (wish: Parameters<Parameters<typeof clipEngine>[1]>[0], signal: AbortSignal) =>
    bridge.call((client) => client.speech.speak(wish, { signal }))
  return clipEngine(languages, ask, webAudioPlayer(), realAfter)
}

function voicesNamed(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, VOICES_PATIENCE_MS)
    speechSynthesis.addEventListener('voiceschanged', () => resolve(), { once: true })
  })
}

/** null: this machine cannot read aloud. Rejects while there is no line to ask main. */
export async function startSpeech(bridge: Bridge): Promise<SpeechQueue | null> {
  const engine = await pickEngine(bridge)
  return engine === null ? null : createSpeechQueue(engine)
}

/** Calls `onPage` with what the page says, now and whenever it asks something else; answers how to stop. */
export function followPage(root: HTMLElement, onPage: (words: PageWords) => void): () => void {
  let last: PageWords | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  const look = () => {
    timer = null
    const words = readPage(root)
    if (last !== null && sameQuestion(last, words)) return
    last = words
    onPage(words)
  }
  const soon = () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(look, SETTLE_MS)
  }
  const observer = new MutationObserver(soon)
  observer.observe(root, { subtree: true, childList: true, characterData: true })
  soon()
  return () => {
    observer.disconnect()
    if (timer !== null) clearTimeout(timer)
  }
}
