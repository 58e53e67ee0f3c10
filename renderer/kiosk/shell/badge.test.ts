import { expect, test } from 'vitest'
import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import { say } from '../../ui/strings/say.ts'
import { badgeOf } from './badge.ts'
import { shieldBox } from './double-strike.ts'
import { confirmProblem } from './intake.ts'
import { statusLine } from './status-line.ts'

const working: Devices = {
  idCardReader: { state: 'ready', samId: null },
  receiptPrinter: { state: 'ready', paperNearEnd: false },
  conditions: {
    'id-card-reader': { condition: 'ready', severity: 'normal', mend: 'nobody' },
    'receipt-printer': { condition: 'ready', severity: 'normal', mend: 'nobody' },
  },
}
const needs = ['id-card-reader', 'receipt-printer'] as const
const item = (
  offlinePolicy: 'A' | 'B' | 'C' | 'D',
  more: readonly ('document-scanner' | 'document-printer')[] = [],
) => ({
  offlinePolicy,
  needs: [...needs, ...more],
})

test.each([
  ['A', 'connected', 'done-here', null],
  ['A', 'hub-silent', 'taken-in', 'reason.offline'],
  ['A', 'no-network', 'taken-in', 'reason.offline'],
  ['B', 'connected', 'taken-in', 'reason.result-later'],
  ['B', 'no-network', 'taken-in', 'reason.offline'],
  ['C', 'connected', 'done-here', null],
  ['C', 'hub-silent', 'window', 'reason.needs-network'],
  ['C', 'no-network', 'window', 'reason.needs-network'],
  ['D', 'connected', 'done-here', null],
  ['D', 'no-network', 'taken-in', 'reason.offline'],
] as const)('policy %s, %s: %s', (policy, connection, kind, reason) => {
  expect(badgeOf(item(policy), working, connection)).toEqual({ kind, reason })
})

const conditions: readonly [Devices['conditions'][string & keyof Devices['conditions']], boolean][] = [
  [undefined, false],
  [{ condition: 'connecting', severity: 'normal', mend: 'nobody' }, true],
  [{ condition: 'busy', severity: 'normal', mend: 'nobody' }, true],
  [{ condition: 'media-low', severity: 'warning', mend: 'staff' }, true],
  [{ condition: 'media-empty', severity: 'alarm', mend: 'staff' }, false],
  [{ condition: 'not-reachable', severity: 'alarm', mend: 'staff' }, false],
]
test.each(conditions)('a device that is %j: fit %s', (condition, isFit) => {
  for (const need of ['id-card-reader', 'receipt-printer', 'document-scanner'] as const) {
    const { [need]: _, ...others } = working.conditions
    const devices = { ...working, conditions: condition === undefined ? others : { ...others, [need]: condition } }
    const badge = badgeOf({ offlinePolicy: 'A', needs: [need] }, devices, 'connected')
    const isMissing = condition === undefined && need === 'document-scanner'
    const reason = isMissing ? 'reason.no-document-scanner' : `reason.needs-${need}`
    expect(badge).toEqual(isFit ? { kind: 'done-here', reason: null } : { kind: 'window', reason })
  }
  expect(badgeOf({ offlinePolicy: 'A', needs: [] }, working, 'connected')?.kind).toBe('done-here')
})

test('what this machine does not have sends to the window; what is not known yet is not guessed', () => {
  expect(badgeOf(item('A', ['document-scanner']), working, 'connected')).toEqual({
    kind: 'window',
    reason: 'reason.no-document-scanner',
  })
  expect(badgeOf(item('A', ['document-printer']), working, 'connected')?.reason).toBe('reason.needs-document-printer')
  expect(badgeOf(item('A'), null, 'connected')).toBeNull()
  expect(badgeOf(item('A'), working, null)).toBeNull()
})

const paper = (required: boolean, pledgeInstead: boolean) => ({
  ...{ id: 'book', name: { zh: '户口本' }, sources: ['scan' as const], maxPages: 1, maxBytes: 1 },
  ...{ required, pledgeInstead },
})
const withPaper = (required: boolean, pledgeInstead: boolean) => ({
  ...item('A'),
  materials: [paper(false, false), paper(required, pledgeInstead)],
})
const withScanner = (severity: 'normal' | 'alarm'): Devices => ({
  ...working,
  conditions: {
    ...working.conditions,
    'document-scanner': { condition: severity === 'normal' ? 'ready' : 'media-jammed', severity, mend: 'staff' },
  },
})

const DONE_HERE = { kind: 'done-here', reason: null }
const toWindow = (reason: string) => ({ kind: 'window', reason })
test.each([
  ['no scanner', working, 'open', toWindow('reason.no-document-scanner')],
  ['a jammed scanner', withScanner('alarm'), 'open', toWindow('reason.needs-document-scanner')],
  ['a scanner, no room', withScanner('normal'), 'no-attachments', toWindow('reason.no-attachments')],
  ['a scanner', withScanner('normal'), 'open', DONE_HERE],
] as const)(
  'a paper that must be scanned with %s; one that may be pledged or left out asks no scanner',
  (_what, devices, intake, badge) => {
    expect(badgeOf(withPaper(true, false), devices, 'connected', intake)).toEqual(badge)
    expect(badgeOf(item('A', ['document-scanner']), devices, 'connected', intake)).toEqual(badge)
    expect(badgeOf(withPaper(true, true), devices, 'connected', intake)).toEqual(DONE_HERE)
    expect(badgeOf(withPaper(false, false), devices, 'connected', intake)).toEqual(DONE_HERE)
  },
)

test('results that are printed here send to the window, also with every device', () => {
  const fit = { condition: 'ready', severity: 'normal', mend: 'nobody' } as const
  const all = { ...working, conditions: { ...working.conditions, 'document-printer': fit } }
  expect(badgeOf(item('A', ['document-printer']), all, 'connected')).toEqual(toWindow('reason.print-at-window'))
})

test.each(['no-space', 'no-power'] as const)(
  'with %s every item goes to the window, and the status line says why',
  (intake) => {
    expect(badgeOf(item('A'), working, 'connected', intake)).toEqual({ kind: 'window', reason: `reason.${intake}` })
    expect(statusLine(view('connected', 3), NOW, intake)).toEqual({
      sign: 'diamond',
      connection: '已连接',
      queue: say(`intake.${intake}`),
      isForVisitor: true,
    })
  },
)

const NOW = Date.parse('2026-11-23T02:44:00.000Z')
const view = (connection: Connection, waiting: number, minutes = 42) => ({
  connection,
  waiting,
  oldestAcceptedAt: waiting === 0 ? null : new Date(NOW - minutes * 60_000).toISOString(),
  quarantined: 0,
  received: 0,
})

test.each([
  [view('connected', 0), 'dot', '已连接', '没有等待上传的办件'],
  [view('connected', 3), 'dot', '已连接', '正在送3件，最早的等了42分钟'],
  [view('hub-silent', 1, 6), 'diamond', '网络通，对方没有回应', '等待上传1件，等了6分钟'],
  [view('no-network', 3), 'diamond', '没有连上网络', '等待上传3件，最早的等了42分钟'],
  [view('no-network', 0), 'diamond', '没有连上网络', '没有等待上传的办件'],
  [null, 'ring', '正在看网络', ''],
])('the status line says one truth (%#)', (queue, sign, connection, words) => {
  expect(statusLine(queue, NOW)).toEqual({ sign, connection, queue: words, isForVisitor: false })
})

test.each([
  ['open', null, null],
  ['open', 'not-stored', 'not-stored'],
  ['open', 'no-power', 'open-again'],
  ['open', 'no-space', 'open-again'],
  ['no-attachments', 'no-attachments', 'no-attachments'],
  ['no-power', null, 'no-power'],
  ['no-space', 'not-stored', 'no-space'],
  ['no-power', 'no-space', 'no-power'],
] as const)('confirm page with intake %s after %s says %s', (intake, problem, said) => {
  expect(confirmProblem(intake, problem)).toBe(said)
})

test('the shield against second strikes reaches as far as a finger that strikes twice', () => {
  expect(shieldBox(100, 200, 4)).toEqual({ left: 76, top: 176, side: 48 })
})
