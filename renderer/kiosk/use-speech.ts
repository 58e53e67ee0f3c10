import { useEffect, useRef, useState } from 'react'
import type { Look } from '../ui/look.ts'
import { type StringKey, say } from '../ui/strings/say.ts'
import { speaking } from './speech/speaking.ts'
import type { SpeechQueue } from './speech/speech-queue.ts'
import { useBridge, useLine } from './use-watch.ts'

type SpeechParts = typeof import('./speech/start-speech.ts') & typeof import('./speech/page-words.ts')
interface Voice {
  readonly parts: SpeechParts
  /** null: this machine cannot read aloud. */
  readonly queue: SpeechQueue | null
}

export interface SpeechTool {
  readonly label: StringKey
  readonly isOff: boolean
  readonly press: () => void
}

export interface SpeechUse {
  readonly tool: SpeechTool
  /** null until there is a voice. */
  readonly queue: SpeechQueue | null
  readonly isOn: boolean
  readonly hush: () => void
}

interface SpeechWish {
  readonly look: Look
  /** Between the idle page and the wipe: only then is anything read. */
  readonly isVisit: boolean
  /** Said as 星号 where others hear it. */
  readonly secrets: readonly string[]
  /** Known only where a headset can be told from a loudspeaker; off until then. */
  readonly isHeadset?: () => boolean
}

const noHeadset = () => false

/**
 * Reads each page aloud: in elder mode from the start, else from a touch on 朗读 on. Any touch or key stops it, another
 * page replaces it, the end of the visit makes it forget. Fetched once the page stands; the screen never waits for it.
 */
export function useSpeech({ look, isVisit, secrets, isHeadset = noHeadset }: SpeechWish): SpeechUse {
  const bridge = useBridge()
  const line = useLine()
  const [voice, setVoice] = useState<Voice | null>(null)
  const [wish, setWish] = useState<'by-mode' | 'on' | 'off'>('by-mode')
  const queue = voice?.queue ?? null
  const isOn = wish === 'on' || (wish === 'by-mode' && look.mode === 'elder')
  const latest = useRef({ secrets, isHeadset })
  latest.current = { secrets, isHeadset }

  const isKnown = voice !== null
  useEffect(() => {
    if (line === null || isKnown) return
    const begin = async () => {
      const [start, words] = await Promise.all([import('./speech/start-speech.ts'), import('./speech/page-words.ts')])
      setVoice({ parts: { ...start, ...words }, queue: await start.startSpeech(bridge) })
    }
    const idle = requestIdleCallback(() => {
      begin().catch((cause: unknown) => console.warn('not known whether this machine can read aloud', cause))
    })
    return () => cancelIdleCallback(idle)
  }, [bridge, line, isKnown])

  useEffect(() => {
    if (queue === null) return
    // The line goes only once the finger is up: what moves between down and up loses the press.
    let isDown = false
    const tell = () => {
      if (!isDown) speaking.set(queue.get().speaking)
    }
    const stop = () => queue.stop()
    const down = () => {
      isDown = true
      stop()
    }
    const up = () => {
      isDown = false
      setTimeout(tell)
    }
    const unsubscribe = queue.subscribe(tell)
    window.addEventListener('pointerdown', down, { capture: true })
    for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, up, { capture: true })
    window.addEventListener('keydown', stop, { capture: true })
    return () => {
      unsubscribe()
      window.removeEventListener('pointerdown', down, { capture: true })
      for (const end of ['pointerup', 'pointercancel']) window.removeEventListener(end, up, { capture: true })
      window.removeEventListener('keydown', stop, { capture: true })
    }
  }, [queue])

  useEffect(() => {
    if (voice === null || queue === null || !isVisit) return
    // The end of the visit: silent, at the usual speed, nothing kept.
    return () => queue.reset()
  }, [voice, queue, isVisit])
  useEffect(() => {
    const root = document.getElementById('root')
    if (voice === null || queue === null || root === null || !isVisit || !isOn) return
    return voice.parts.followPage(root, (words) => {
      const said = latest.current.isHeadset() ? null : { words: latest.current.secrets, star: say('speech.star') }
      queue.say(voice.parts.utterancesOf(words, said))
    })
  }, [voice, queue, isVisit, isOn])

  const isNone = voice !== null && queue === null
  return {
    queue,
    isOn,
    hush: () => {
      queue?.stop()
      setWish('off')
    },
    tool: {
      label: isNone ? 'speech.cannot' : isOn ? 'speech.tool.again' : 'speech.tool.read',
      isOff: queue === null || !isVisit,
      press: () => (isOn ? queue?.repeat() : setWish('on')),
    },
  }
}
