import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BoardMessage,
  boardBody,
  readBoard,
  readTerminal,
  type TerminalMessage,
  terminalBody,
} from './messages.ts'
import { buildFrame, MAX_BODY_BYTES } from './protocol.ts'
import { LAMPS, type LineBoardInputs } from './states.ts'

const NOTHING: LineBoardInputs = { mains: null, batteryPercent: null, door: null, presence: null }

describe('what the terminal says', () => {
  it.each<[string, TerminalMessage]>([
    ['HELLO', { word: 'HELLO' }],
    ['ASK', { word: 'ASK' }],
    ['LAMP reader blink', { word: 'LAMP', lamp: 'reader', mode: 'blink' }],
    ['BEEP 200', { word: 'BEEP', ms: 200 }],
  ])('%s', (body, message) => {
    expect(terminalBody(message)).toBe(body)
    expect(readTerminal(body)).toEqual(message)
  })

  it.each(['', 'hello', 'ASK now', 'LAMP', 'LAMP reader', 'LAMP sun on', 'LAMP reader red', 'LAMP reader on off'])(
    '%s is nothing',
    (body) => {
      expect(readTerminal(body)).toBeUndefined()
    },
  )

  it.each(['BEEP', 'BEEP 9', 'BEEP 2001', 'BEEP 0100', 'BEEP -1', 'BEEP 1e2', 'BEEP 100 200'])(
    '%s is nothing',
    (body) => {
      expect(readTerminal(body)).toBeUndefined()
    },
  )
})

describe('what the board says', () => {
  it.each<[string, BoardMessage]>([
    [
      'HELLO v=1 lamps=reader,receipt beeper=yes re=01',
      { word: 'HELLO', re: 1, version: 1, lamps: ['reader', 'receipt'], beeper: true },
    ],
    ['HELLO v=1 beeper=no', { word: 'HELLO', re: undefined, version: 1, lamps: [], beeper: false }],
    [
      'STATE mains=lost battery=87 door=open presence=yes',
      { word: 'STATE', re: undefined, inputs: { mains: 'lost', batteryPercent: 87, door: 'open', presence: true } },
    ],
    ['STATE mains=on re=FF', { word: 'STATE', re: 255, inputs: { ...NOTHING, mains: 'on' } }],
    ['STATE', { word: 'STATE', re: undefined, inputs: NOTHING }],
    ['OK re=0A', { word: 'OK', re: 10 }],
    ['NO why=no-such-lamp re=0A', { word: 'NO', re: 10, why: 'no-such-lamp' }],
  ])('%s', (body, message) => {
    expect(boardBody(message)).toBe(body)
    expect(readBoard(body)).toEqual(message)
  })

  it('keys and lamps that are not known are passed over', () => {
    expect(readBoard('STATE mains=on temperature=31')).toEqual(readBoard('STATE mains=on'))
    expect(readBoard('HELLO v=1 lamps=reader,disco beeper=yes')).toMatchObject({ lamps: ['reader'] })
  })

  it.each([
    '',
    'READY',
    'OK',
    'NO why=lamp',
    'OK re=0',
    'OK re=0a',
    'OK re=01 re=01',
    'HELLO',
    'HELLO v=x',
    'HELLO v=1 beeper=perhaps',
    'STATE mains',
    'STATE mains=off',
    'STATE battery=101',
    'STATE battery=-1',
    'STATE battery=05',
    'STATE door=ajar',
    'STATE presence=1',
    'STATE  mains=on',
    'STATE mains=on mains=lost',
  ])('%s is nothing', (body) => {
    expect(readBoard(body)).toBeUndefined()
  })

  it('the longest that it can say fits a frame', () => {
    const longest = boardBody({ word: 'HELLO', re: 255, version: 999, lamps: [...LAMPS], beeper: true })
    expect(longest.length).toBeLessThanOrEqual(MAX_BODY_BYTES)
    expect(() => buildFrame(255, longest)).not.toThrow()
  })

  it('any text is read without a crash', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 130 }), (text) => {
        readBoard(text)
        readBoard(`STATE ${text}`)
        readTerminal(text)
      }),
    )
  })
})
