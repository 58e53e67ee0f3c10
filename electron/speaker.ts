import { spawn } from 'node:child_process'
import type { Clock } from '../drivers/transport/clock.ts'
import type { SpeakAnswer, SpeechRate, SpokenLanguage } from './bridge/speech.contract.ts'
import type { Log } from './events.ts'

/**
 * Sentences into sound by espeak-ng (`espeak-ng --stdout --stdin`, its manual page). The text goes in by stdin, so that no
 * process list shows it; length, time and size are bounded; nothing is written anywhere.
 */

export interface Speaker {
  /** What it can speak; asked of the program once. */
  languages(): Promise<readonly SpokenLanguage[]>
  speak(
    wish: { readonly text: string; readonly language: SpokenLanguage; readonly rate: SpeechRate },
    signal?: AbortSignal,
  ): Promise<SpeakAnswer>
}

const VOICE: Readonly<Record<SpokenLanguage, string>> = { zh: 'cmn', en: 'en-gb', ug: 'ug' }
/** Words a minute at rate 1; espeak's own 175 is too fast for an old ear. */
const MODERATE_WPM = 150
/** A sentence takes well under a second on a slow machine. */
const PATIENCE_MS = 8_000
/** Two minutes of 22050 Hz, 16 bit, one channel. */
const MOST_BYTES = 6 * 1024 * 1024
const WAV_HEADER_BYTES = 44

type Ran = { readonly ok: true; readonly bytes: Buffer } | Extract<SpeakAnswer, { ok: false }>

export interface SpeakerParts {
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  readonly program?: string
}

export function createSpeaker({ clock, log, program = 'espeak-ng' }: SpeakerParts): Speaker {
  let endRunning: ((fault: 'replaced') => void) | null = null
  let known: Promise<readonly SpokenLanguage[]> | null = null

  function run(args: readonly string[], text: string, signal?: AbortSignal): Promise<Ran> {
    endRunning?.('replaced')
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
      const parts: Buffer[] = []
      let size = 0
      const settle = (answer: Ran) => {
        cancelPatience()
        signal?.removeEventListener('abort', onAbort)
        if (endRunning === end) endRunning = null
        child.kill('SIGKILL')
        resolve(answer)
      }
      const end = (fault: 'replaced') => settle({ ok: false, fault })
      const onAbort = () => end('replaced')
      const cancelPatience = clock.after(PATIENCE_MS, () => settle({ ok: false, fault: 'too-slow' }))
      endRunning = end
      signal?.addEventListener('abort', onAbort)
      child.on('error', () => settle({ ok: false, fault: 'missing' }))
      // A program that ended before it read all: its exit says so.
      child.stdin.on('error', () => undefined)
      child.stdout.on('data', (part: Buffer) => {
        size += part.length
        if (size > MOST_BYTES) return settle({ ok: false, fault: 'too-long' })
        parts.push(part)
      })
      child.on('close', (code) =>
        settle(code === 0 ? { ok: true, bytes: Buffer.concat(parts) } : { ok: false, fault: 'stopped' }),
      )
      child.stdin.end(text)
    })
  }

  async function askVoices(): Promise<readonly SpokenLanguage[]> {
    const ran = await run(['--voices'], '')
    if (!ran.ok) {
      log('speech-fault', { fault: ran.fault })
      // A slow moment passes; a missing program does not.
      if (ran.fault !== 'missing') known = null
      return []
    }
    const table = ran.bytes.toString('utf8')
    return (['zh', 'en', 'ug'] as const).filter((language) =>
      new RegExp(`^\\s*\\d+\\s+${VOICE[language]}\\s`, 'm').test(table),
    )
  }

  const languages = () => {
    known ??= askVoices()
    return known
  }

  return {
    languages,
    async speak({ text, language, rate }, signal) {
      if (!(await languages()).includes(language)) return { ok: false, fault: 'missing' }
      if (signal?.aborted) return { ok: false, fault: 'replaced' }
      const speed = String(Math.round(MODERATE_WPM * rate))
      const ran = await run(['--stdout', '--stdin', '-b', '1', '-v', VOICE[language], '-s', speed], text, signal)
      if (!ran.ok) {
        if (ran.fault !== 'replaced') log('speech-fault', { fault: ran.fault })
        return ran
      }
      if (ran.bytes.length <= WAV_HEADER_BYTES) return { ok: false, fault: 'stopped' }
      return { ok: true, wav: withSizes(ran.bytes).toString('base64') }
    },
  }
}

/** A stream's header does not know how long it will be; a file's must. */
function withSizes(wav: Buffer): Buffer {
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.writeUInt32LE(wav.length - WAV_HEADER_BYTES, 40)
  return wav
}
