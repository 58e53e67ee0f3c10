import { describe, expect, it } from 'vitest'
import { matchesReader, parsePcscUrl } from './pcsc-url.ts'

const NONE = undefined

describe('pcsc: addresses', () => {
  it.each([
    ['pcsc:*', { pattern: '*', share: 'exclusive', socketPath: NONE }],
    ['PCSC:ACS ACR*', { pattern: 'ACS ACR*', share: 'exclusive', socketPath: NONE }],
    ['pcsc:ACS%20ACR%3F?share=shared', { pattern: 'ACS ACR?', share: 'shared', socketPath: NONE }],
    ['pcsc:*?socket=/run/x%20y/comm', { pattern: '*', share: 'exclusive', socketPath: '/run/x y/comm' }],
    ['pcsc:读卡器*', { pattern: '读卡器*', share: 'exclusive', socketPath: NONE }],
    ['pcsc:Reader [CCID] 00 00', { pattern: 'Reader [CCID] 00 00', share: 'exclusive', socketPath: NONE }],
  ])('reads %s', (text, address) => {
    expect(parsePcscUrl(text)).toEqual({ ok: true, address })
  })

  it.each([
    ['', 'does not begin with pcsc:'],
    ['usb:072f:2200', 'does not begin with pcsc:'],
    ['pcsc:', 'names no reader'],
    ['pcsc:%20', 'names no reader'],
    ['pcsc://*', 'has slashes'],
    ['pcsc:%E0%A4%A', 'bad % escape'],
    [`pcsc:${'x'.repeat(129)}`, 'longer than'],
    ['pcsc:*#x', '#fragment'],
    ['pcsc:*?share=mine', 'share "mine"'],
    ['pcsc:*?share=shared&share=shared', 'more than once'],
    ['pcsc:*?shared', 'unknown parameter "shared"'],
    ['pcsc:*?socket=', 'empty or longer'],
    [`pcsc:*?socket=/${'x'.repeat(108)}`, 'empty or longer'],
  ])('refuses %s and says why', (text, why) => {
    const parsed = parsePcscUrl(text)
    expect(parsed).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(parsed.ok ? '' : parsed.detail).toContain(why)
  })
})

describe('patterns', () => {
  it.each([
    ['*', 'ACS ACR122U 00 00', true],
    ['acs*', 'ACS ACR122U 00 00', true],
    ['*00 01', 'ACS ACR1281 Dual Reader 00 01', true],
    ['*00 01', 'ACS ACR1281 Dual Reader 00 00', false],
    ['ACS*Dual*', 'ACS ACR1281 Dual Reader 00 00', true],
    ['ACS ACR????U*', 'ACS ACR122U 00 00', false],
    ['ACS ACR???U*', 'ACS ACR122U 00 00', true],
    ['Reader [CCID]*', 'Reader [CCID] 00 00', true],
    ['Reader .*', 'Reader X 00 00', false],
    ['ACS', 'ACS ACR122U 00 00', false],
    ['**A**', 'xA', true],
    ['*ab*ab', 'abab ab', true],
    ['*ab*abc', 'abab ab', false],
    ['读?器*', '读卡器 00 00', true],
    ['', '', true],
    ['', 'x', false],
  ])('%s over %s: %s', (pattern, name, fits) => {
    expect(matchesReader(pattern, name)).toBe(fits)
  })

  it('no pattern takes long: this one would with a backtracking regular expression', () => {
    expect(matchesReader(`${'*a'.repeat(60)}b`, 'a'.repeat(127))).toBe(false)
  })
})
