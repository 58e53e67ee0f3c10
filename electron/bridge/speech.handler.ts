import { implement } from '@orpc/server'
import type { Speaker } from '../speaker.ts'
import { speech } from './speech.contract.ts'

export function speechHandlers(speaker: Speaker) {
  const os = implement(speech)
  return os.router({
    voices: os.voices.handler(async () => ({ languages: [...(await speaker.languages())] })),
    speak: os.speak.handler(({ input, signal }) => speaker.speak(input, signal)),
  })
}
