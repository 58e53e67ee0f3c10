import { expect, test } from 'vitest'
import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import { signInBy } from '../../../sync/protocol/sign-in.ts'
import { badgeOf } from './badge.ts'
import { isElderBy, saysAge } from './elder-age.ts'
import { otherWaysLine, signInWays } from './sign-in-ways.ts'

const fit = { condition: 'ready', severity: 'normal', mend: 'nobody' } as const
const broken = { condition: 'not-responding', severity: 'alarm', mend: 'maintainer' } as const
const devices = (conditions: Devices['conditions']): Devices => ({
  ...{ idCardReader: null, receiptPrinter: null },
  conditions: { 'receipt-printer': fit, ...conditions },
})
const alone = { signIn: null, isHelped: false }
const helped = { signIn: null, isHelped: true }
const item = (assurance: 2 | 3 | 4) => ({ assurance, offlinePolicy: 'A' as const, needs: ['id-card-reader' as const] })
const all = { 'smart-card': fit, 'code-scanner': fit }

test.each([
  ['all there', { ...all }, 'connected', null, null],
  ['no network', { ...all }, 'no-network', null, 'offline'],
  ['not known yet', { ...all }, null, null, 'offline'],
  ['none of them', {}, 'connected', 'no-reader', 'no-scanner'],
  ['both broken', { 'smart-card': broken, 'code-scanner': broken }, 'connected', 'reader-broken', 'scanner-broken'],
  [
    'a card put in wrong',
    { ...all, 'smart-card': { ...broken, condition: 'media-misplaced' as const } },
    'connected',
    null,
    null,
  ],
] as const)('%s', (_what, conditions, connection, socialSecurity, code) => {
  const ways = signInWays(item(3), devices({ 'id-card-reader': fit, ...conditions }), connection, alone)
  expect(ways).toEqual({ canRead: true, socialSecurity, code, witness: false })
})

test('where the chip is asked for, the others say so, and a witness is none', () => {
  const ways = signInWays(item(4), devices(all), 'connected', helped)
  expect(ways).toMatchObject({ socialSecurity: 'needs-chip', code: 'needs-chip', witness: false })
  expect(signInWays(item(3), devices(all), 'connected', helped).witness).toBe(false)
  expect(signInWays(item(2), devices(all), 'connected', helped).witness).toBe(true)
})

const DONE_HERE = { kind: 'done-here', reason: null }
const NO_CHIP = { kind: 'window', reason: 'reason.needs-chip' }
const NO_READER = { kind: 'window', reason: 'reason.needs-id-card-reader' }
test.each([
  ['another card is enough', item(3), all, alone, DONE_HERE],
  ['only the chip is', item(4), all, alone, NO_CHIP],
  ['only the chip is, and staff is here', item(4), {}, helped, NO_CHIP],
  ['nothing else is here', item(2), {}, alone, NO_READER],
  ['staff is here, and enough', item(2), {}, helped, DONE_HERE],
  ['staff is here, and not enough', item(3), {}, helped, NO_READER],
  ['the chip was read before it broke', item(4), {}, { ...alone, signIn: signInBy('id-card') }, DONE_HERE],
  ['another card was read before', item(4), {}, { ...alone, signIn: signInBy('social-security-card') }, NO_CHIP],
] as const)('the reader is broken, %s: said before anybody signs in', (_what, asked, conditions, present, badge) => {
  const here = devices({ 'id-card-reader': broken, ...conditions })
  expect(badgeOf(asked, here, 'connected', 'open', present)).toEqual(badge)
})

test('what can be used instead is named while the reader is broken, and only then', () => {
  const line = (conditions: Devices['conditions'], present = alone) =>
    otherWaysLine(signInWays(item(2), devices(conditions), 'connected', present))
  expect(line({ ...all, 'id-card-reader': fit })).toBeNull()
  expect(line({ ...all, 'id-card-reader': broken })).toContain('社会保障卡、手机上的码')
  expect(line({ 'id-card-reader': broken }, helped)).toContain('请工作人员当面核对')
  expect(line({ 'id-card-reader': broken })).toBeNull()
})

test('elder mode is offered by what a card says of its holder, not by what was typed or redeemed', () => {
  expect(isElderBy('1941-03-07', '2026-11-23')).toBe(true)
  expect(saysAge(signInBy('id-card'))).toBe(true)
  expect(saysAge(signInBy('social-security-card'))).toBe(true)
  expect(saysAge(signInBy('code'))).toBe(false)
  expect(saysAge({ by: 'witness', assurance: 'provisional', witness: { id: '017', name: '李静' } })).toBe(false)
})
