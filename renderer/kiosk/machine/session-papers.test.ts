import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { ScanAnswer, ScannedPage, ScanRequest } from '../../../electron/bridge/scanning.contract.ts'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import type { Material, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { SubmitRequest } from '../../../sync/protocol/submission.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noHandover,
  onlyIdCard,
  sendAgreeing,
} from './session-fixture.ts'
import { createSessionMachine, IDLE } from './session-machine.ts'
import type { SessionDeps, SessionEvent } from './session-types.ts'

const text = (zh: string) => ({ zh })
const paper = (id: string, change: Partial<Material> = {}): Material => ({
  ...{ id, name: text(id), required: true, sources: ['scan'], maxPages: 1, maxBytes: 1000, pledgeInstead: false },
  ...change,
})
/** A book of three pages, a letter that may be pledged, a note that may be left out and is wanted from workers only. */
const withPapers: ServiceItem = {
  ...item,
  signature: false,
  materials: [
    paper('book', { maxPages: 3 }),
    paper('letter', { pledgeInstead: true }),
    paper('note', { required: false, when: { field: 'kind', in: ['work'] } }),
  ],
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(changes: Partial<SessionDeps> = {}) {
  const clock = new SimulatedClock()
  const saved: Snapshot[] = []
  const submitted: SubmitRequest[] = []
  const asked: ScanRequest[] = []
  /** What main's tray holds; a scan lays `next` into it. */
  let tray: ScannedPage[] = []
  let count = 0
  const lay = (materialId: string, pages: number) => {
    for (let each = 0; each < pages; each++)
      tray = [...tray, { pageId: `page-${++count}`, materialId, mediaType: 'image/jpeg', bytes: 9 }]
  }
  const discarded: string[] = []
  const answers: ScanAnswer[] = []
  const deps: SessionDeps = {
    submit: async (request): Promise<SubmitAnswer> => {
      submitted.push(request)
      return { ok: true, accepted }
    },
    ...noBinding,
    complain: async () => ({ ok: true, accepted }),
    rate: async () => ({ ok: true }),
    byDraft: async () => null,
    print: async () => ({ kind: 'settled', result: { ok: true, settledAtMs: 1 } }),
    restore: async () => null,
    save: (snapshot) => void saved.push(snapshot),
    async scan(request) {
      asked.push(request)
      const answer = answers.shift() ?? { ok: true, pages: 1, more: false }
      lay(request.materialId, answer.pages)
      return answer
    },
    cancelScan: vi.fn(),
    scannedPages: async () => tray,
    discardPage(_draftId, pageId) {
      discarded.push(pageId)
      tray = tray.filter((page) => page.pageId !== pageId)
    },
    ...onlyIdCard,
    agentLeft: async () => ({ left: 5 }),
    personData: async () => ({ outcome: 'offline' as const }),
    expectPrincipal: () => undefined,
    ...noHandover,
    end: async () => undefined,
    newId: () => 'draft-1',
    today: () => '2026-11-23',
    now: () => new Date('2026-11-23T02:48:00.000Z'),
    ...changes,
  }
  const actor = createActor(createSessionMachine(deps), { clock })
  actor.start()
  stops.push(() => actor.stop())
  const send = (...events: SessionEvent[]) => {
    for (const event of events) sendAgreeing(actor, event)
  }
  send({ type: 'CATALOGUE', catalogue: { ...catalogue, items: [withPapers] } }, { type: 'BRIDGE', connected: true })
  const journey = () => JSON.stringify(actor.getSnapshot().value.journey)
  const reached = (part: string) => vi.waitFor(() => expect(journey()).toContain(part))
  const context = () => actor.getSnapshot().context
  const isPaused = () => actor.getSnapshot().matches({ attention: 'paused' })
  return {
    actor,
    clock,
    deps,
    saved,
    submitted,
    asked,
    answers,
    discarded,
    lay,
    send,
    journey,
    reached,
    context,
    isPaused,
  }
}
type Session = ReturnType<typeof start>

const card: SessionEvent = { type: 'CARD', event: cardOf(FIRST_PERSON) }

async function toPapers(session: Session, kind: 'work' | 'study' = 'work') {
  session.send({ type: 'START' }, { type: 'CHOOSE', item: withPapers }, { type: 'BEGIN' }, card)
  await session.reached('form')
  session.send({ type: 'ANSWER', field: 'kind', value: kind })
  if (kind === 'work') session.send({ type: 'ANSWER', field: 'unit', value: 'unit one' }, { type: 'NEXT' })
  else session.send({ type: 'NEXT' }, { type: 'ANSWER', field: 'school', value: 'school one' }, { type: 'NEXT' })
  session.send({ type: 'ANSWER', field: 'phone', value: '13800136021' }, { type: 'NEXT' })
  await session.reached('choosing')
}

async function scanOne(session: Session) {
  session.send({ type: 'SCAN' })
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' })
}

test('each wanted paper is asked for in turn, and what is submitted says how each is given', async () => {
  const session = start()
  await toPapers(session)
  await scanOne(session)
  expect(session.journey()).toContain('choosing')
  await scanOne(session)
  session.send({ type: 'NEXT' })
  expect(session.context().paperIndex).toBe(1)
  session.send({ type: 'GIVE', way: 'pledge' })
  expect(session.context().paperIndex).toBe(2)
  session.send({ type: 'GIVE', way: 'none' })
  await session.reached('ready')
  session.send({ type: 'SUBMIT' })
  await session.reached('receipt')
  expect(session.submitted[0]?.materials).toEqual([
    { materialId: 'book', by: 'scan' },
    { materialId: 'letter', by: 'pledge' },
  ])
  // So many more are asked for as may still come.
  expect(session.asked.map(({ atMost }) => atMost)).toEqual([3, 2])
  expect(session.asked[0]).toMatchObject({ draftId: 'draft-1', materialId: 'book', maxBytes: 1000 })
})

test('a paper that is not wanted with these answers is not asked for', async () => {
  const session = start()
  await toPapers(session, 'study')
  await scanOne(session)
  session.send({ type: 'NEXT' }, { type: 'GIVE', way: 'pledge' })
  await session.reached('ready')
})

test('what the item does not allow is not taken: no pledge for the book, no leaving out, no next without a page', async () => {
  const session = start()
  await toPapers(session)
  session.send({ type: 'GIVE', way: 'pledge' }, { type: 'GIVE', way: 'none' }, { type: 'NEXT' })
  expect([session.journey(), session.context().paperIndex]).toEqual([expect.stringContaining('choosing'), 0])
})

test('every page of a feeder is looked at; one that is not good goes, and as many as may be end the paper', async () => {
  const session = start()
  await toPapers(session)
  session.answers.push({ ok: true, pages: 3, more: false })
  session.send({ type: 'SCAN' })
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' }, { type: 'PAGE_AGAIN' })
  await session.reached('checking')
  expect(session.discarded).toEqual(['page-2'])
  expect(session.context().unchecked).toEqual(['page-3'])
  session.send({ type: 'PAGE_GOOD' })
  expect(session.journey()).toContain('choosing')
  await scanOne(session)
  // Three of three.
  expect(session.context().paperIndex).toBe(1)
  expect(session.context().papers).toEqual({ book: 'scan' })
})

test('a scanner’s trouble is told, what came before it is looked at, and a scan that was given up is no trouble', async () => {
  const session = start()
  await toPapers(session)
  session.answers.push({ ok: false, fault: 'jam', pages: 0 })
  session.send({ type: 'SCAN' })
  await vi.waitFor(() => expect(session.context().paperTrouble).toBe('jam'))
  await session.reached('choosing')
  session.answers.push({ ok: false, fault: 'feeder-empty', pages: 1 }, { ok: false, fault: 'cancelled', pages: 0 })
  session.send({ type: 'SCAN' })
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' })
  expect(session.context().paperTrouble).toBe('feeder-empty')
  session.send({ type: 'SCAN' })
  await session.reached('choosing')
  expect(session.context().paperTrouble).toBeNull()
})

test('a lost answer loses no page: main’s tray is asked', async () => {
  const session = start({ scan: () => Promise.reject(new Error('the line broke')) })
  await toPapers(session)
  session.lay('book', 1)
  session.send({ type: 'SCAN' })
  await session.reached('checking')
  expect(session.context().paperTrouble).toBe('lost')
})

test('the idle clock pauses while it scans, and both ways out give the scan up', async () => {
  const session = start({ scan: () => new Promise(() => undefined) })
  await toPapers(session)
  session.send({ type: 'SCAN' })
  expect(session.isPaused()).toBe(true)
  session.clock.increment(IDLE.standard.warnMs * 10)
  expect(session.journey()).toContain('scanning')
  session.send({ type: 'BACK' })
  expect(session.deps.cancelScan).toHaveBeenCalledTimes(1)
  session.send({ type: 'HOME' })
  expect(session.deps.cancelScan).toHaveBeenCalledTimes(2)
  expect([session.journey(), session.isPaused()]).toEqual(['"home"', false])
})

test('back goes paper by paper into the form; from the summary to the last paper, and by name to any', async () => {
  const session = start()
  await toPapers(session)
  await scanOne(session)
  session.send({ type: 'NEXT' }, { type: 'BACK' })
  expect(session.context().paperIndex).toBe(0)
  session.send({ type: 'BACK' })
  expect(session.journey()).toBe('"form"')
  session.send({ type: 'NEXT' })
  await session.reached('choosing')
  session.send({ type: 'NEXT' }, { type: 'GIVE', way: 'pledge' }, { type: 'GIVE', way: 'none' })
  await session.reached('ready')
  session.send({ type: 'BACK' })
  await session.reached('choosing')
  expect(session.context().paperIndex).toBe(2)
  session.send({ type: 'GIVE', way: 'none' })
  await session.reached('ready')
  session.send({ type: 'CHANGE_PAPER', materialId: 'letter' })
  await session.reached('choosing')
  expect(session.context().paperIndex).toBe(1)
})

test('a changed answer comes back to the summary, by way of a paper that it makes wanted', async () => {
  const session = start()
  await toPapers(session, 'study')
  await scanOne(session)
  session.send({ type: 'NEXT' }, { type: 'GIVE', way: 'pledge' })
  await session.reached('ready')
  session.send({ type: 'CHANGE', field: 'phone' }, { type: 'ANSWER', field: 'phone', value: '13900136021' })
  session.send({ type: 'NEXT' })
  await session.reached('ready')
  session.send({ type: 'CHANGE', field: 'kind' }, { type: 'ANSWER', field: 'kind', value: 'work' })
  session.send({ type: 'ANSWER', field: 'unit', value: 'unit one' }, { type: 'NEXT' })
  await session.reached('choosing')
  expect(session.context().paperIndex).toBe(2)
})

test('giving a paper another way takes its pages out of the tray', async () => {
  const session = start()
  await toPapers(session)
  await scanOne(session)
  session.send({ type: 'NEXT' })
  session.send({ type: 'SCAN' })
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' }, { type: 'BACK' })
  session.send({ type: 'GIVE', way: 'pledge' })
  expect(session.discarded).toEqual(['page-2'])
  session.send({ type: 'BACK' }, { type: 'BACK' }, { type: 'DROP_PAGES' })
  expect(session.discarded).toEqual(['page-2'])
  expect(session.context().scanned).toEqual([])
  session.send({ type: 'BACK' })
  expect(session.discarded).toEqual(['page-2', 'page-1'])
})

test('pages thrown away in error come back, in their order and without being looked at anew', async () => {
  const session = start()
  await toPapers(session)
  await scanOne(session)
  await scanOne(session)
  session.send({ type: 'DROP_PAGES' })
  expect(session.context()).toMatchObject({ scanned: [], dropped: [{ pageId: 'page-1' }, { pageId: 'page-2' }] })
  session.send({ type: 'NEXT' })
  expect(session.journey()).toContain('choosing')
  session.send({ type: 'UNDROP_PAGES' })
  expect(session.context()).toMatchObject({ scanned: [{ pageId: 'page-1' }, { pageId: 'page-2' }], dropped: [] })
  session.send({ type: 'NEXT' })
  expect(session.discarded).toEqual([])
  expect(session.context()).toMatchObject({ paperIndex: 1, unchecked: [] })
})

test('the next scan ends what could be undone: main drops the old pages before it lays a new one', async () => {
  const session = start()
  await toPapers(session)
  await scanOne(session)
  session.send({ type: 'DROP_PAGES' }, { type: 'SCAN' })
  await session.reached('checking')
  expect(session.discarded).toEqual(['page-1'])
  expect(session.context()).toMatchObject({ scanned: [{ pageId: 'page-2' }], dropped: [] })
  session.send({ type: 'PAGE_GOOD' }, { type: 'UNDROP_PAGES' })
  expect(session.context().scanned).toHaveLength(1)
  expect(session.asked.at(-1)?.atMost).toBe(3)
})

test('a lost page comes back to its papers, and every page that main still holds is looked at again', async () => {
  const before = start()
  await toPapers(before)
  await scanOne(before)
  before.send({ type: 'NEXT' })
  const found = before.saved.at(-1)
  expect(found).toMatchObject({ step: 'papers', papers: [{ materialId: 'book', by: 'scan' }], papersLeftOut: [] })
  const session = start({ restore: async () => found ?? null })
  session.lay('book', 1)
  session.send(card)
  await session.reached('checking')
  session.send({ type: 'PAGE_GOOD' })
  await session.reached('choosing')
  expect(session.context().answers).toMatchObject({ unit: 'unit one' })
})

test('a lost page that stood at the summary comes back to it when its papers are still there, else to the papers', async () => {
  const before = start()
  await toPapers(before, 'study')
  await scanOne(before)
  before.send({ type: 'NEXT' }, { type: 'GIVE', way: 'pledge' })
  await before.reached('ready')
  const found = before.saved.at(-1) ?? null
  expect(found?.step).toBe('confirm')
  const gone = start({ restore: async () => found })
  gone.send(card)
  await gone.reached('choosing')
  expect(gone.context().paperIndex).toBe(0)
  const there = start({ restore: async () => found })
  there.lay('book', 1)
  there.send(card)
  await there.reached('checking')
  there.send({ type: 'PAGE_GOOD' })
  await there.reached('choosing')
})

test('a signature is for the words that stood there: a paper that is given another way takes it away', async () => {
  const session = start()
  await toPapers(session, 'study')
  await scanOne(session)
  session.send({ type: 'NEXT' }, { type: 'GIVE', way: 'pledge' })
  await session.reached('ready')
  const signature = { strokes: [[[1, 1] as [number, number]]] }
  session.send({ type: 'SIGN', signature }, { type: 'CHANGE_PAPER', materialId: 'letter' })
  await session.reached('choosing')
  session.send({ type: 'GIVE', way: 'pledge' })
  await session.reached('ready')
  expect(session.context().signature).toEqual(signature)
  session.send({ type: 'CHANGE_PAPER', materialId: 'letter' })
  await session.reached('choosing')
  await scanOne(session)
  await session.reached('ready')
  expect(session.context()).toMatchObject({ papers: { letter: 'scan' }, signature: null })
})

test('who comes with a letter types for whom, and the letter is a paper that must be scanned', async () => {
  const byLetter: ServiceItem = {
    ...withPapers,
    materials: [],
    proxy: {
      ...{ allowed: true, who: text('家人'), authorities: ['scanned-authority'] },
      ...{
        paper: { id: 'authority', name: text('委托书'), maxPages: 1 },
        relations: [{ value: 'child', label: text('儿女') }],
      },
    },
  }
  const session = start()
  session.send({ type: 'START' }, { type: 'CHOOSE', item: byLetter }, { type: 'BEGIN', forSomebodyElse: true }, card)
  await session.reached('asking')
  session.send({ type: 'ANSWER', field: 'proxy-name', value: '赵德厚' }, { type: 'NEXT' })
  session.send({ type: 'ANSWER', field: 'proxy-number', value: '99010119410307001X' }, { type: 'NEXT' })
  await session.reached('form')
  session.send({ type: 'ANSWER', field: 'kind', value: 'work' }, { type: 'ANSWER', field: 'unit', value: 'unit one' })
  session.send({ type: 'NEXT' }, { type: 'ANSWER', field: 'phone', value: '13800136021' }, { type: 'NEXT' })
  await session.reached('choosing')
  for (const way of ['pledge', 'none'] as const) session.send({ type: 'GIVE', way })
  expect(session.journey()).toContain('choosing')
  await scanOne(session)
  await session.reached('ready')
  session.send({ type: 'SUBMIT' })
  await session.reached('receipt')
  expect(session.submitted[0]).toMatchObject({
    proxy: { authority: 'scanned-authority', principal: { name: '赵德厚', idNumber: '99010119410307001X' } },
    materials: [{ materialId: 'authority', by: 'scan' }],
  })
})
