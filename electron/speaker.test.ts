import { spawnSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { realClock } from '../drivers/transport/clock.ts'
import type { Log } from './events.ts'
import { createSpeaker } from './speaker.ts'

const hasEspeak = spawnSync('espeak-ng', ['--version']).status === 0
const why = 'no espeak-ng here: npm run setup'
const events: string[] = []
const log: Log = (event, fields) => void events.push(`${event} ${JSON.stringify(fields)}`)
afterEach(() => void events.splice(0))

const wish = { text: '请把身份证放在亮灯的地方。', language: 'zh', rate: 1 } as const
const speaker = (program?: string) =>
  createSpeaker({ clock: realClock, log, ...(program === undefined ? {} : { program }) })

/** Bytes of sound that the header promises, and those that are there. */
function sizes(base64: string) {
  const wav = Buffer.from(base64, 'base64')
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF')
  expect(wav.toString('latin1', 36, 40)).toBe('data')
  return { promised: wav.readUInt32LE(40), there: wav.length - 44 }
}

test('a Chinese sentence becomes a WAV file; slower is longer', async (context) => {
  if (!hasEspeak) return context.skip(why)
  const main = speaker()
  expect(await main.languages()).toEqual(['zh', 'en', 'ug'])
  const usual = await main.speak(wish)
  const slow = await main.speak({ ...wish, rate: 0.7 })
  if (!usual.ok || !slow.ok) throw new Error(`${JSON.stringify([usual, slow])}`)
  expect(sizes(usual.wav).promised).toBe(sizes(usual.wav).there)
  expect(sizes(slow.wav).there).toBeGreaterThan(sizes(usual.wav).there)
})

test('a newer sentence ends the one before, and what looks like an option is only text', async (context) => {
  if (!hasEspeak) return context.skip(why)
  const main = speaker()
  await main.languages()
  const first = main.speak({ ...wish, text: wish.text.repeat(12) })
  const second = main.speak({ ...wish, text: '--voices' })
  expect(await first).toEqual({ ok: false, fault: 'replaced' })
  expect((await second).ok).toBe(true)
  expect(events).toEqual([])
})

test('the page lost interest: nothing goes on', async (context) => {
  if (!hasEspeak) return context.skip(why)
  const main = speaker()
  await main.languages()
  const stop = new AbortController()
  const answer = main.speak({ ...wish, text: wish.text.repeat(12) }, stop.signal)
  await Promise.resolve()
  stop.abort()
  expect(await answer).toEqual({ ok: false, fault: 'replaced' })
})

test('without the program nothing is promised, and no word of the text is logged', async () => {
  const main = speaker('/nowhere/espeak-ng')
  expect(await main.languages()).toEqual([])
  expect(await main.speak(wish)).toEqual({ ok: false, fault: 'missing' })
  expect(events).toEqual(['speech-fault {"fault":"missing"}'])
})

test('a program that is never done is given up', async () => {
  const patience: (() => void)[] = []
  const clock = {
    after: (_ms: number, then: () => void) => {
      patience.push(then)
      return () => undefined
    },
  }
  const main = createSpeaker({ clock, log, program: 'yes' })
  const languages = main.languages()
  patience.at(-1)?.()
  expect(await languages).toEqual([])
  expect(events).toEqual(['speech-fault {"fault":"too-slow"}'])
})
