import { expect, test } from 'vitest'
import type { SpeechRate } from '../../../electron/bridge/speech.contract.ts'
import { browserEngine } from './browser-engine.ts'
import { clipEngine } from './clip-engine.ts'
import type { SpeechEngine, Utterance } from './engine.ts'
import { masked } from './mask.ts'
import { sameQuestion, utterancesOf } from './page-words.ts'
import { createSpeechQueue } from './speech-queue.ts'

const zh = (text: string): Utterance => ({ text, language: 'zh' })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Says what it is told to, and is over when the test says so. */
function fakeEngine() {
  const said: string[] = []
  const rates: SpeechRate[] = []
  const stopped: string[] = []
  let over: () => void = () => undefined
  const engine: SpeechEngine = {
    can: (language) => language === 'zh',
    speak({ text }, rate, signal) {
      said.push(text)
      rates.push(rate)
      return new Promise((resolve) => {
        over = () => resolve('said')
        signal.addEventListener('abort', () => {
          stopped.push(text)
          resolve('not-said')
        })
      })
    },
  }
  const finish = async () => {
    over()
    await settled()
  }
  return { engine, said, rates, stopped, finish }
}

test('one sentence after the other; another page replaces the rest', async () => {
  const { engine, said, stopped, finish } = fakeEngine()
  const queue = createSpeechQueue(engine)
  queue.say([zh('一'), zh('二'), zh('三')])
  expect(queue.get().speaking).toBe(true)
  await finish()
  expect(said).toEqual(['一', '二'])
  queue.say([zh('四')])
  await settled()
  expect(said).toEqual(['一', '二', '四'])
  expect(stopped).toContain('二')
  await finish()
  expect(queue.get()).toEqual({ speaking: false, canResume: false, rate: 1 })
})

test('a touch stops it; it goes on where it was stopped, or from the beginning, and in the new speed', async () => {
  const { engine, said, rates, finish } = fakeEngine()
  const queue = createSpeechQueue(engine)
  queue.say([zh('一'), zh('二')])
  await finish()
  queue.stop()
  expect(queue.get()).toMatchObject({ speaking: false, canResume: true })
  queue.setRate(0.7)
  queue.resume()
  await settled()
  queue.repeat()
  await settled()
  expect(said).toEqual(['一', '二', '二', '一'])
  expect(rates).toEqual([1, 1, 0.7, 0.7])
})

test('the end of the visit leaves nothing: no sound, no words, the usual speed', async () => {
  const { engine, said } = fakeEngine()
  const queue = createSpeechQueue(engine)
  queue.setRate(1.3)
  queue.say([zh('一'), zh('二')])
  queue.reset()
  expect(queue.get()).toEqual({ speaking: false, canResume: false, rate: 1 })
  queue.resume()
  queue.repeat()
  await settled()
  expect(said).toEqual(['一'])
})

test('what the engine has no voice for is passed over, and a page of only that is silent', async () => {
  const { engine, said } = fakeEngine()
  const queue = createSpeechQueue(engine)
  queue.say([{ text: 'བོད', language: 'bo' }, zh('一')])
  await settled()
  expect(said).toEqual(['一'])
  queue.say([{ text: 'བོད', language: 'bo' }])
  expect(queue.get().speaking).toBe(false)
})

const pension = {
  question: zh('您现在领的是哪一种养老金？'),
  hint: zh('选一个。'),
  answers: [zh('企业退休金，在工厂上班退的休'), zh('我说不清')],
}

test('question, hint, then each answer with its place', () => {
  expect(utterancesOf(pension, null).map(({ text }) => text)).toEqual([
    '您现在领的是哪一种养老金？',
    '选一个。',
    '企业退休金，在工厂上班退的休。第一个，共两个。',
    '我说不清。第二个，共两个。',
  ])
})

test('names and numbers are said as 星号, into a headset as they are', () => {
  const secrets = { words: ['', '赵', '赵德厚', '990101193907220016'], star: '星号' }
  const words = { question: zh('赵德厚，990101 19390722 0016，对吗？'), hint: zh('手机 138 0013 6021'), answers: [] }
  expect(utterancesOf(words, secrets).map(({ text }) => text)).toEqual(['星号，星号，对吗？', '手机 星号'])
  expect(utterancesOf(words, null)[0]?.text).toContain('赵德厚')
  expect(masked('990101 ＊＊＊＊＊＊＊＊ 0016', secrets)).toBe('星号')
  expect(masked('2026年10月31日，第3步', secrets)).toBe('2026年10月31日，第3步')
})

test('a long text is said in pieces that main can make', () => {
  const long = '办好了会告诉您，'.repeat(60)
  const pieces = utterancesOf({ question: zh(long), hint: null, answers: [] }, null).map(({ text }) => text)
  expect(pieces.every((piece) => piece.length <= 160)).toBe(true)
  expect(pieces.join('')).toBe(long)
})

test('only another question or other answers make another page', () => {
  expect(sameQuestion(pension, { ...pension, hint: zh('59秒') })).toBe(true)
  expect(sameQuestion(pension, { ...pension, answers: pension.answers.slice(1) })).toBe(false)
})

/** A browser whose `end` never comes. */
function muteBrowser(voices: readonly string[]) {
  const patience: (() => void)[] = []
  const spoken: SpeechSynthesisUtterance[] = []
  let cancelled = 0
  const voiceOf = (lang: string): SpeechSynthesisVoice => ({
    ...{ lang, name: lang, default: false, localService: true, voiceURI: lang },
  })
  const synthesis = {
    getVoices: () => voices.map(voiceOf),
    speak: (utterance: SpeechSynthesisUtterance) => void spoken.push(utterance),
    cancel: () => void cancelled++,
  }
  const make = (text: string) => ({ ...new EventTarget(), text }) as SpeechSynthesisUtterance
  const after = (_ms: number, then: () => void) => {
    patience.push(then)
    return () => undefined
  }
  return { engine: browserEngine(synthesis, after, make), patience, spoken, cancelled: () => cancelled }
}

test('the browser speaks with a voice of the language; an end that never comes is not waited for', async () => {
  const { engine, patience, spoken, cancelled } = muteBrowser(['en-US', 'zh-CN'])
  expect([engine.can('zh'), engine.can('en'), engine.can('ug')]).toEqual([true, true, false])
  const saying = engine.speak(zh('一'), 0.7, new AbortController().signal)
  expect(spoken[0]).toMatchObject({ text: '一', lang: 'zh-CN', rate: 0.7 })
  patience[0]?.()
  expect(await saying).toBe('not-said')
  expect(cancelled()).toBe(1)
})

test('a touch silences the browser at once', async () => {
  const { engine, cancelled } = muteBrowser(['zh-CN'])
  const touch = new AbortController()
  const saying = engine.speak(zh('一'), 1, touch.signal)
  touch.abort()
  expect(await saying).toBe('not-said')
  expect(cancelled()).toBe(1)
})

const never = () => () => undefined

test('a clip of main is played; one that main cannot make is left out', async () => {
  const played: number[] = []
  const play = async (wav: ArrayBuffer) => void played.push(wav.byteLength)
  const good = clipEngine(['zh'], async () => ({ ok: true, wav: btoa('12345') }), play, never)
  expect(await good.speak(zh('一'), 1, new AbortController().signal)).toBe('said')
  expect(played).toEqual([5])
  expect(good.can('bo')).toBe(false)
  const bad = clipEngine(['zh'], async () => ({ ok: false, fault: 'missing' }), play, never)
  expect(await bad.speak(zh('一'), 1, new AbortController().signal)).toBe('not-said')
  const gone = clipEngine(['zh'], () => Promise.reject(new Error('no line')), play, never)
  expect(await gone.speak(zh('一'), 1, new AbortController().signal)).toBe('not-said')
  expect(played).toEqual([5])
})

test('a clip that is on its way when the touch comes is not played', async () => {
  const touch = new AbortController()
  const played: number[] = []
  let answer: () => void = () => undefined
  const asked = new Promise<{ ok: true; wav: string }>((resolve) => {
    answer = () => resolve({ ok: true, wav: btoa('12345') })
  })
  const engine = clipEngine(
    ['zh'],
    () => asked,
    async () => void played.push(1),
    never,
  )
  const saying = engine.speak(zh('一'), 1, touch.signal)
  touch.abort()
  expect(await saying).toBe('not-said')
  answer()
  await settled()
  expect(played).toEqual([])
})
