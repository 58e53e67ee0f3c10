import { beforeAll, beforeEach, expect, test } from 'vitest'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { CasePullResult, Have, PackageAnswer, StaffListAnswer } from '../sync/hub-client/answers.ts'
import { submissionId } from '../sync/journal/sample-frames.ts'
import type { CaseChange, CaseCheckpoint, ContactAnswer } from '../sync/protocol/contact.ts'
import type { PackageKind } from '../sync/protocol/receipt.ts'
import { type CaseBook, openCases } from './cases.ts'
import { openPackages, type Packages } from './packages.ts'
import { createPulling, type Pulling } from './pulling.ts'
import type { SmallFiles } from './small-files.ts'
import { EPOCH, type HubWorld, logBook, makeHubWorld, NOW, TERMINAL_ID } from './testing/fixtures.ts'

const OTHER_EPOCH = '11111111-1111-4111-8111-111111111111'
const deviceKey = (await generateSigningKey()).key
let world: HubWorld
beforeAll(async () => {
  world = await makeHubWorld()
})

let book: ReturnType<typeof logBook>
let packages: Packages
let cases: CaseBook
let pulling: Pulling
let asked: [PackageKind, Have][]
let give: (kind: PackageKind) => Promise<PackageAnswer<PackageKind>>
let casePulls: (CaseCheckpoint | null)[]
let pullCases: (checkpoint: CaseCheckpoint | null) => CasePullResult
let nowMs: number
let staffVersion: number | null
let staffPulls: number
let staffAnswer: StaffListAnswer
let staffTaken: number[]

beforeEach(async () => {
  book = logBook()
  packages = await openPackages(files(), world.keySet, book.log)
  cases = await openCases(files(), book.log)
  asked = []
  give = async () => ({ outcome: 'unchanged' })
  casePulls = []
  pullCases = () => ({ outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' })
  nowMs = 0
  staffVersion = null
  staffPulls = 0
  staffAnswer = { outcome: 'not-published' }
  staffTaken = []
  pulling = createPulling({
    terminalId: TERMINAL_ID,
    hub: {
      getPackage: async <K extends PackageKind>(kind: K, have: Have) => {
        asked.push([kind, have])
        return (await give(kind)) as PackageAnswer<K>
      },
      async pullCases({ checkpoint }) {
        casePulls.push(checkpoint)
        return pullCases(checkpoint)
      },
      async pullStaffList() {
        staffPulls++
        return staffAnswer
      },
    },
    staffList: {
      have: () => (staffVersion === null ? null : { version: staffVersion, hubEpoch: EPOCH }),
      async take({ manifest }) {
        staffTaken.push(manifest.version)
        return true
      },
    },
    trust: { deviceKey, keySet: () => world.keySet },
    packages,
    cases,
    monotonicMs: () => nowMs,
    log: book.log,
  })
})

/** Files in memory. */
function files(): SmallFiles {
  const kept = new Map<string, string>()
  return {
    place: (name) => name,
    read: async (name) => kept.get(name),
    write: async (name, text) => void kept.set(name, text),
  }
}
const answer = (part: Partial<ContactAnswer>): ContactAnswer => ({
  kind: 'contact-answer',
  terminalId: TERMINAL_ID,
  nonce: 'n'.repeat(16),
  at: NOW,
  hubEpoch: EPOCH,
  hubSequence: 0,
  backedUpThrough: null,
  keySetVersion: 1,
  packages: {},
  caseSequence: 0,
  proofWanted: false,
  ...part,
})
const verified = async (version: number, hubEpoch = EPOCH): Promise<PackageAnswer<PackageKind>> => ({
  outcome: 'verified',
  ...(await world.signedPackage('settings', version, { minimumRetentionMs: version }, hubEpoch)),
})

test('only what the answer names as newer is fetched, and it is taken', async () => {
  give = () => verified(3)
  await pulling.after(answer({ packages: { settings: 3 } }))
  expect(asked).toEqual([['settings', null]])
  expect(packages.have('settings')?.version).toBe(3)
  await pulling.after(answer({ packages: { settings: 3 } }))
  expect(asked).toHaveLength(1)
  give = () => verified(4)
  await pulling.after(answer({ packages: { settings: 4 } }))
  expect(asked[1]).toMatchObject(['settings', { version: 3, hubEpoch: EPOCH }])
  expect(packages.settings.get()?.content).toEqual({ minimumRetentionMs: 4 })
})

test('a hub that is away is asked again at the next contact', async () => {
  give = async () => ({ outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' })
  await pulling.after(answer({ packages: { settings: 3 } }))
  await pulling.after(answer({ packages: { settings: 3 } }))
  expect(asked).toHaveLength(2)
})

test('a package that cannot be proven is not taken, said, and not fetched at every contact', async () => {
  give = async () => ({ outcome: 'failed', why: 'bad-receipt', hubWide: true, retryAfterMs: null, detail: 'bad' })
  for (let n = 0; n < 10; n++) {
    nowMs += 60_000
    await pulling.after(answer({ packages: { settings: 3 } }))
  }
  expect(packages.have('settings')).toBeNull()
  expect(asked).toHaveLength(1)
  expect(book.of('package-refused')).toHaveLength(1)
  nowMs += 60_000
  give = () => verified(3)
  await pulling.after(answer({ packages: { settings: 3 } }))
  expect(packages.have('settings')?.version).toBe(3)
})

test('after the hub went back to a backup: asked once, and a number that comes again in its new epoch is taken', async () => {
  give = () => verified(5)
  await pulling.after(answer({ packages: { settings: 5 } }))
  give = async () => ({ outcome: 'older', version: 4 })
  for (let n = 0; n < 3; n++) await pulling.after(answer({ hubEpoch: OTHER_EPOCH, packages: { settings: 4 } }))
  expect(asked).toHaveLength(2)
  expect(packages.have('settings')?.version).toBe(5)
  give = () => verified(5, OTHER_EPOCH)
  await pulling.after(answer({ hubEpoch: OTHER_EPOCH, packages: { settings: 5 } }))
  expect(packages.have('settings')).toMatchObject({ version: 5, hubEpoch: OTHER_EPOCH })
})

const change = (n: number, sequence: number): CaseChange => ({
  sequence,
  submissionId: submissionId(n),
  ticket: '2222222F',
  state: '已受理',
  at: NOW,
})
function page(changes: CaseChange[], more: boolean, fromStart = false, hubEpoch = EPOCH): CasePullResult {
  const checkpoint = { hubEpoch, sequence: changes.at(-1)?.sequence ?? 0 }
  const common = { terminalId: TERMINAL_ID, nonce: 'n'.repeat(16), at: NOW, hubEpoch }
  return { outcome: 'answered', answer: { kind: 'case-pull-answer', ...common, fromStart, changes, checkpoint, more } }
}

test('case states are pulled page by page when there is news, and only then', async () => {
  await pulling.after(answer({ caseSequence: 0 }))
  expect(casePulls).toEqual([])
  pullCases = (checkpoint) => (checkpoint === null ? page([change(1, 1)], true, true) : page([change(2, 2)], false))
  await pulling.after(answer({ caseSequence: 2 }))
  expect(casePulls).toEqual([null, { hubEpoch: EPOCH, sequence: 1 }])
  expect(cases.of(submissionId(2))).toEqual({ state: '已受理', at: NOW })
  await pulling.after(answer({ caseSequence: 2 }))
  expect(casePulls).toHaveLength(2)
})

test('the staff list is pulled when the hub names another than is held, and what is badly signed is not taken', async () => {
  await pulling.after(answer({}))
  expect(staffPulls).toBe(0)
  const manifest = { kind: 'staff', terminalId: TERMINAL_ID, version: 7, hubEpoch: EPOCH } as const
  const about = { sha256: '0'.repeat(64), bytes: 1, publishedAt: NOW }
  const list = { kind: 'staff-list', terminalId: TERMINAL_ID, issuedAt: NOW, expiresAt: NOW, members: [] } as const
  const signed = { manifest: 'm', content: 'c' }
  staffAnswer = { outcome: 'verified', manifest: { ...manifest, ...about }, list: { ...list, members: [] }, signed }
  await pulling.after(answer({ staffListVersion: 7 }))
  expect(staffTaken).toEqual([7])
  staffVersion = 7
  await pulling.after(answer({ staffListVersion: 7 }))
  expect(staffPulls).toBe(1)
  staffAnswer = { outcome: 'failed', why: 'bad-receipt', hubWide: true, retryAfterMs: null, detail: 'staff' }
  await pulling.after(answer({ staffListVersion: 8 }))
  await pulling.after(answer({ staffListVersion: 8 }))
  expect([staffPulls, staffTaken]).toEqual([3, [7]])
  expect(book.of('staff-list-refused')).toHaveLength(2)
})

test('a new epoch pulls them from the start', async () => {
  pullCases = () => page([change(1, 9)], false, true)
  await pulling.after(answer({ caseSequence: 9 }))
  pullCases = () => page([change(2, 1)], false, true, OTHER_EPOCH)
  await pulling.after(answer({ hubEpoch: OTHER_EPOCH, caseSequence: 1 }))
  expect(cases.of(submissionId(1))).toBeUndefined()
  expect(cases.checkpoint).toEqual({ hubEpoch: OTHER_EPOCH, sequence: 1 })
})

test('a pull that breaks off keeps what it has and goes on at the next contact', async () => {
  pullCases = (checkpoint) =>
    checkpoint === null
      ? page([change(1, 1)], true, true)
      : { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' }
  await pulling.after(answer({ caseSequence: 2 }))
  pullCases = () => page([change(2, 2)], false)
  await pulling.after(answer({ caseSequence: 2 }))
  expect(casePulls.at(-1)).toEqual({ hubEpoch: EPOCH, sequence: 1 })
  expect(cases.of(submissionId(2))).toBeDefined()
})
