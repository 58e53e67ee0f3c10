import { afterEach, expect, test, vi } from 'vitest'
import { createActor, SimulatedClock } from 'xstate'
import type { RateAnswer } from '../../../electron/bridge/feedback.contract.ts'
import type { PrintReceiptAnswer } from '../../../electron/bridge/printing.contract.ts'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { Accepted, SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import {
  accepted,
  cardOf,
  catalogue,
  FIRST_PERSON,
  item,
  noBinding,
  noHandover,
  noPapers,
  onlyIdCard,
  SECOND_PERSON,
  sendAgreeing,
} from './session-fixture.ts'
import {
  ASK_AGAIN_MS,
  createSessionMachine,
  DOUBLE_STRIKE_MS,
  END_PATIENCE_MS,
  IDLE,
  RESTORE_PATIENCE_MS,
} from './session-machine.ts'
import type { EndReason, SessionDeps, SessionEvent } from './session-types.ts'

const signature = { strokes: [[[1, 2] as [number, number]]] }
const printed: PrintReceiptAnswer = { kind: 'settled', result: { ok: true, settledAtMs: 1 } }
const paperOut: PrintReceiptAnswer = {
  kind: 'settled',
  result: { ok: false, fault: 'paper-out', paper: 'nothing', state: { state: 'paper-out' } },
}

/** A promise that the test settles when it wants. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (cause: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(changes: Partial<SessionDeps> = {}) {
  const clock = new SimulatedClock()
  const saved: Snapshot[] = []
  const ended: EndReason[] = []
  let ids = 0
  const deps = {
    submit: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    ...noBinding,
    complain: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: true, accepted })),
    rate: vi.fn(async (): Promise<RateAnswer> => ({ ok: true })),
    byDraft: vi.fn(async (): Promise<Accepted | null> => null),
    print: vi.fn(async () => printed),
    restore: vi.fn(async (): Promise<Snapshot | null> => null),
    save: (snapshot: Snapshot) => void saved.push(snapshot),
    ...noPapers,
    end: async (why: EndReason) => void ended.push(why),
    ...onlyIdCard,
    agentLeft: vi.fn(async () => ({ left: 5 })),
    personData: async () => ({ outcome: 'offline' as const }),
    expectPrincipal: vi.fn((_expected: boolean) => undefined),
    ...noHandover,
    newId: () => `draft-${++ids}`,
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
  send({ type: 'CATALOGUE', catalogue }, { type: 'BRIDGE', connected: true })
  const journey = () => JSON.stringify(actor.getSnapshot().value.journey)
  const reached = (part: string) => vi.waitFor(() => expect(journey()).toContain(part))
  const context = () => actor.getSnapshot().context
  return { actor, clock, deps, saved, ended, send, journey, reached, context }
}

type Session = ReturnType<typeof start>

const card = (idNumber = FIRST_PERSON): SessionEvent => ({ type: 'CARD', event: cardOf(idNumber) })

async function toForm(session: Session) {
  session.send({ type: 'START' }, { type: 'CHOOSE', item }, { type: 'BEGIN' }, card())
  await session.reached('form')
}

async function toConfirm(session: Session) {
  await toForm(session)
  session.send(
    { type: 'ANSWER', field: 'kind', value: 'work' },
    { type: 'ANSWER', field: 'unit', value: 'unit one' },
    { type: 'NEXT' },
    { type: 'ANSWER', field: 'phone', value: '13800136021' },
    { type: 'NEXT' },
  )
  await session.reached('confirm')
}

async function toReceipt(session: Session) {
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' })
  await session.reached('receipt')
}

test('a touch leads home, a chosen item to its guide, and without a card to the reader', () => {
  const session = start()
  expect(session.journey()).toBe('"idle"')
  session.send({ type: 'START' })
  expect(session.journey()).toBe('"home"')
  session.send({ type: 'CHOOSE', item })
  expect(session.journey()).toBe('"item"')
  session.send({ type: 'BEGIN' })
  expect(session.journey()).toBe('{"card":"resident"}')
  session.send({ type: 'BACK' })
  expect(session.journey()).toBe('"item"')
  session.send({ type: 'BACK' })
  expect(session.journey()).toBe('"home"')
})

test('an item that was searched for leads back to the search and what was typed, home forgets it', () => {
  const session = start()
  session.send({ type: 'START' }, { type: 'SEARCH' })
  expect(session.journey()).toBe('"search"')
  session.send({ type: 'CHOOSE', item, query: 'typed' })
  expect(session.journey()).toBe('"item"')
  session.send({ type: 'BACK' })
  expect([session.journey(), session.context().query]).toEqual(['"search"', 'typed'])
  session.send({ type: 'BACK' })
  expect(session.journey()).toBe('"home"')
  session.send({ type: 'SEARCH' })
  expect(session.context().query).toBeNull()
  session.send({ type: 'CHOOSE', item, query: 'typed' }, { type: 'HOME' }, { type: 'CHOOSE', item }, { type: 'BACK' })
  expect(session.journey()).toBe('"home"')
})

test('somebody who searches and goes away is asked after, and the visit ends', () => {
  const session = start()
  session.send({ type: 'START' }, { type: 'SEARCH' })
  session.clock.increment(IDLE.standard.warnMs)
  for (let second = 0; second < IDLE.standard.seconds; second++) session.clock.increment(1000)
  expect(session.journey()).toContain('end')
})

test('a card on the idle page leads home, and the reader page is skipped then', async () => {
  const session = start()
  session.send(card())
  await session.reached('home')
  expect(session.deps.restore).toHaveBeenCalledWith(cardOf(FIRST_PERSON).readId)
  session.send({ type: 'CHOOSE', item }, { type: 'BEGIN' })
  expect(session.journey()).toBe('"form"')
})

test('the form begins with what the card answers, and shows faults only after the next page was asked for', async () => {
  const session = start()
  await toForm(session)
  expect(session.context().answers).toEqual({ home: '990100' })
  expect(session.context().faults).toEqual({})
  session.send({ type: 'NEXT' })
  expect(session.context().faults).toEqual({ kind: 'missing' })
  session.send({ type: 'ANSWER', field: 'kind', value: 'work' })
  expect(session.context().faults).toEqual({})
})

test('a page that asks nothing is stepped over, both ways', async () => {
  const session = start()
  await toForm(session)
  session.send({ type: 'ANSWER', field: 'kind', value: 'work' }, { type: 'ANSWER', field: 'unit', value: 'unit one' })
  session.send({ type: 'NEXT' })
  expect(session.context().pageIndex).toBe(2)
  session.send({ type: 'BACK' })
  expect(session.context().pageIndex).toBe(0)
  session.send({ type: 'ANSWER', field: 'kind', value: 'study' }, { type: 'NEXT' })
  expect(session.context().pageIndex).toBe(1)
})

test('every step is kept in main, with one draft number from the first to the last', async () => {
  const session = start()
  await toConfirm(session)
  expect(session.saved.map(({ step }) => step)).toEqual([0, 2, 'confirm'])
  expect(new Set(session.saved.map(({ draftId }) => draftId))).toEqual(new Set(['draft-1']))
})

test('an answer that is no longer asked does not travel', async () => {
  const session = start()
  await toConfirm(session)
  session.send({ type: 'CHANGE', field: 'kind' })
  session.send({ type: 'ANSWER', field: 'kind', value: 'study' }, { type: 'NEXT' })
  expect([session.journey(), session.context().pageIndex]).toEqual(['"form"', 1])
  session.send({ type: 'ANSWER', field: 'school', value: 'school one' }, { type: 'NEXT' })
  await session.reached('ready')
  expect(session.context().answers).toEqual({
    kind: 'study',
    school: 'school one',
    phone: '13800136021',
    home: '990100',
  })
})

test('back out of a change leaves everything as it was', async () => {
  const session = start()
  await toConfirm(session)
  session.send({ type: 'CHANGE', field: 'phone' }, { type: 'ANSWER', field: 'phone', value: '1' }, { type: 'BACK' })
  expect(session.context().answers.phone).toBe('13800136021')
  expect(session.journey()).toContain('ready')
})

test('nothing is submitted without the signature that the item wants', async () => {
  const session = start()
  await toConfirm(session)
  session.send({ type: 'SUBMIT' })
  expect(session.context().problem).toBe('signature-missing')
  expect(session.deps.submit).not.toHaveBeenCalled()
})

test('a double press submits once, prints once, and shows the ticket', async () => {
  const session = start()
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' }, { type: 'SUBMIT' })
  await session.reached('printed')
  expect(session.deps.submit).toHaveBeenCalledTimes(1)
  expect(session.deps.submit).toHaveBeenCalledWith(
    expect.objectContaining({ draftId: 'draft-1', item: { id: 'S90', version: 3 }, signature }),
  )
  expect(session.deps.print).toHaveBeenCalledTimes(1)
  expect(session.deps.print).toHaveBeenCalledWith(accepted.submissionId, false)
  expect(session.context().accepted).toEqual(accepted)
})

test('after a refusal the second strike of a double press does nothing; a later press goes with the same draft', async () => {
  const session = start({
    submit: vi.fn(async (): Promise<SubmitAnswer> => ({ ok: false, fault: 'not-stored', fields: [] })),
  })
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' })
  await session.reached('cooling')
  expect(session.context().problem).toBe('not-stored')
  session.send({ type: 'SUBMIT' })
  expect(session.deps.submit).toHaveBeenCalledTimes(1)
  session.clock.increment(DOUBLE_STRIKE_MS)
  session.send({ type: 'SUBMIT' })
  expect(session.deps.submit).toHaveBeenCalledTimes(2)
})

test('a lost answer of an accepted draft is found again once the bridge is back', async () => {
  const answer = later<SubmitAnswer>()
  const session = start({ submit: () => answer.promise, byDraft: vi.fn(async () => accepted) })
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' }, { type: 'BRIDGE', connected: false })
  answer.reject(new Error('line closed'))
  await session.reached('lost')
  session.clock.increment(ASK_AGAIN_MS)
  expect(session.deps.byDraft).not.toHaveBeenCalled()
  session.send({ type: 'BRIDGE', connected: true })
  await session.reached('receipt')
  expect(session.deps.byDraft).toHaveBeenCalledWith('draft-1')
})

test('a lost answer of a draft that main does not have offers to press again, with the same draft', async () => {
  const submit = vi
    .fn<SessionDeps['submit']>()
    .mockRejectedValueOnce(new Error('line closed'))
    .mockResolvedValueOnce({ ok: true, accepted })
  const session = start({ submit })
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' })
  await session.reached('lost')
  session.clock.increment(ASK_AGAIN_MS)
  await session.reached('cooling')
  expect(session.context().problem).toBe('not-arrived')
  session.clock.increment(DOUBLE_STRIKE_MS)
  session.send({ type: 'SUBMIT' })
  await session.reached('receipt')
  expect(submit.mock.calls.map(([request]) => request.draftId)).toEqual(['draft-1', 'draft-1'])
})

const snapshot: Snapshot = {
  draftId: 'draft-kept',
  item: { id: 'S90', version: 3 },
  step: 2,
  answers: { kind: 'work', unit: 'unit one' },
  signature,
}

test('a lost page comes back to its step with its draft', async () => {
  const session = start({ restore: async () => snapshot })
  session.send(card())
  await session.reached('form')
  expect(session.context()).toMatchObject({ draftId: 'draft-kept', pageIndex: 2, answers: snapshot.answers })
})

test('a page lost at confirm goes to the receipt when main had accepted, else back to confirm without a complaint', async () => {
  const done = start({ restore: async () => ({ ...snapshot, step: 'confirm' }), byDraft: async () => accepted })
  done.send(card())
  await done.reached('receipt')
  const open = start({ restore: async () => ({ ...snapshot, step: 'confirm' }) })
  open.send(card())
  await open.reached('ready')
  expect(open.context()).toMatchObject({ problem: null, draftId: 'draft-kept', signature })
})

test('a snapshot of another version of the item, or none in time, begins anew', async () => {
  const old = start({ restore: async () => ({ ...snapshot, item: { id: 'S90', version: 2 } }) })
  old.send(card())
  await old.reached('home')
  expect(old.context().draftId).toBeNull()
  const silent = start({ restore: () => new Promise(() => undefined) })
  silent.send(card())
  expect(silent.journey()).toContain('restoring')
  silent.clock.increment(RESTORE_PATIENCE_MS)
  expect(silent.journey()).toBe('"home"')
})

test('a printer that has no paper is told with its time, and printing again is not a second copy', async () => {
  const print = vi.fn(async () => paperOut)
  const session = start({ print })
  await toReceipt(session)
  await session.reached('failed')
  expect(session.context().trouble).toEqual({
    kind: 'fault',
    result: paperOut.kind === 'settled' ? paperOut.result : null,
  })
  expect(session.context().troubleAt).toEqual(new Date('2026-11-23T02:48:00.000Z'))
  print.mockResolvedValue(printed)
  session.send({ type: 'PRINT_AGAIN' })
  await session.reached('printed')
  expect(print.mock.calls).toEqual([
    [accepted.submissionId, false],
    [accepted.submissionId, false],
  ])
  expect(session.context().trouble).toBeNull()
  session.send({ type: 'PRINT_AGAIN' })
  await session.reached('printed')
  expect(print.mock.calls.at(-1)).toEqual([accepted.submissionId, true])
})

test('a print whose answer is lost is not called printed', async () => {
  const session = start({ print: () => Promise.reject(new Error('line closed')) })
  await toReceipt(session)
  await session.reached('failed')
  expect(session.context().trouble).toEqual({ kind: 'connection-lost' })
})

test('another item after a receipt keeps the card and nothing else', async () => {
  const session = start()
  await toReceipt(session)
  await session.reached('printed')
  session.send({ type: 'DELIVERY', delivery: { state: 'queued' } }, { type: 'ANOTHER' })
  expect(session.context()).toMatchObject({ accepted: null, delivery: null, draftId: null, answers: {}, item: null })
  expect(session.context().card).not.toBeNull()
})

test('home keeps the card and what was filled in', async () => {
  const session = start()
  await toForm(session)
  session.send(
    { type: 'ANSWER', field: 'kind', value: 'work' },
    { type: 'HOME' },
    { type: 'CHOOSE', item },
    { type: 'BEGIN' },
  )
  expect(session.journey()).toBe('"form"')
  expect(session.context().answers).toMatchObject({ kind: 'work' })
})

test.each([
  [toForm, 'left'],
  [toReceipt, 'done'],
] as const)('the end wipes and says why (%#)', async (walk, why) => {
  const session = start()
  await walk(session)
  session.send({ type: 'END' })
  await session.reached('ended')
  expect(session.ended).toEqual([why])
})

test('the end does not wait for a main that does not answer', async () => {
  const session = start({ end: () => new Promise(() => undefined) })
  await toForm(session)
  session.send({ type: 'END' })
  session.clock.increment(END_PATIENCE_MS)
  expect(session.journey()).toBe('"ended"')
})

test('nobody there: a warning after 120 s, 30 s to answer, then the end', async () => {
  const session = start()
  await toForm(session)
  session.clock.increment(IDLE.standard.warnMs - 1)
  expect(session.actor.getSnapshot().matches({ attention: 'awake' })).toBe(true)
  session.clock.increment(1)
  expect(session.actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
  session.clock.increment(1000)
  expect(session.context().secondsLeft).toBe(IDLE.standard.seconds - 1)
  for (let second = 1; second < IDLE.standard.seconds; second++) session.clock.increment(1000)
  await session.reached('ended')
  expect(session.ended).toEqual(['idle'])
})

test('a touch begins the 120 s anew, and takes the warning away, as often as it is needed', async () => {
  const session = start()
  await toForm(session)
  for (let round = 0; round < 12; round++) {
    session.clock.increment(IDLE.standard.warnMs - 1)
    session.send({ type: 'TOUCH' })
    session.clock.increment(IDLE.standard.warnMs + 5000)
    expect(session.actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
    session.send({ type: 'TOUCH' })
    expect(session.actor.getSnapshot().matches({ attention: 'awake' })).toBe(true)
  }
  expect(session.ended).toEqual([])
})

test('our slowness never counts: submitting, printing and reading stop the clock', async () => {
  const slow = start({ print: () => new Promise(() => undefined) })
  await toReceipt(slow)
  slow.clock.increment(IDLE.standard.warnMs * 3)
  expect(slow.actor.getSnapshot().matches({ attention: 'paused' })).toBe(true)
  const reading = start()
  reading.send(
    { type: 'START' },
    { type: 'CHOOSE', item },
    { type: 'BEGIN' },
    { type: 'CARD', event: { kind: 'reading' } },
  )
  reading.clock.increment(IDLE.standard.warnMs * 3)
  expect(reading.actor.getSnapshot().matches({ attention: 'paused' })).toBe(true)
})

test('the idle page waits for nobody', () => {
  const session = start()
  session.clock.increment(IDLE.standard.warnMs * 3)
  expect(session.actor.getSnapshot().matches({ attention: 'nobody' })).toBe(true)
})

test("what the bridge tells is no sign of life, a card's fault is", async () => {
  const session = start()
  await toForm(session)
  session.clock.increment(IDLE.standard.warnMs)
  session.send({ type: 'BRIDGE', connected: true }, { type: 'CATALOGUE', catalogue })
  expect(session.actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
  session.send({ type: 'CARD', event: { kind: 'card-fault', fault: 'lifted-early' } })
  expect(session.actor.getSnapshot().matches({ attention: 'awake' })).toBe(true)
})

test("another person's card beside ours is asked about; going on keeps the first, a new start ends the visit", async () => {
  const session = start()
  await toForm(session)
  session.send({ type: 'CARD', event: cardOf(FIRST_PERSON, { otherCard: true }) })
  expect(session.context().otherCard).toBe('beside')
  session.send({ type: 'KEEP_CARD' })
  expect(session.context()).toMatchObject({ otherCard: null, card: { applicant: { idNumber: FIRST_PERSON } } })
  session.send({ type: 'CARD', event: cardOf(FIRST_PERSON, { otherCard: true }) }, { type: 'CHANGE_CARD' })
  await session.reached('ended')
  expect(session.ended).toEqual(['card-changed'])
})

test('after a new start main goes on with the card that lies there: told at once, the fresh page begins with it', async () => {
  const before = start()
  await toForm(before)
  before.send({ type: 'ANSWER', field: 'kind', value: 'work' })
  before.send({ type: 'CARD', event: cardOf(FIRST_PERSON, { otherCard: true }) }, { type: 'CHANGE_CARD' })
  // Main tells the old page too, while that is still ending.
  before.send(card(SECOND_PERSON))
  await before.reached('ended')
  expect([before.ended, before.saved.length]).toEqual([['card-changed'], 1])

  const fresh = start()
  fresh.send(card(SECOND_PERSON))
  expect(fresh.journey()).toContain('restoring')
  await fresh.reached('home')
  expect(fresh.context()).toMatchObject({
    card: { applicant: { idNumber: SECOND_PERSON } },
    otherCard: null,
    answers: {},
    draftId: null,
  })
  fresh.send({ type: 'CHOOSE', item }, { type: 'BEGIN' })
  expect(fresh.journey()).toBe('"form"')
})

test('when main holds another person instead of ours, going on is not offered and nothing is mixed', async () => {
  const session = start()
  await toForm(session)
  session.send(card(SECOND_PERSON))
  expect(session.context()).toMatchObject({ otherCard: 'instead', card: { applicant: { idNumber: FIRST_PERSON } } })
  session.send({ type: 'KEEP_CARD' })
  expect(session.context().otherCard).toBe('instead')
})

test('with nothing filled in, another person simply begins', async () => {
  const session = start()
  session.send(card())
  await session.reached('home')
  session.send(card(SECOND_PERSON))
  expect(session.context()).toMatchObject({ otherCard: null, card: { applicant: { idNumber: SECOND_PERSON } } })
})

test('a look-up by ticket needs no card, and whoever does it is asked whether they are still there', async () => {
  const { send, journey, clock, actor, ended } = start()
  send({ type: 'LOOK_UP' })
  expect(journey()).toContain('lookup')
  send({ type: 'BACK' })
  expect(journey()).toContain('home')
  send({ type: 'LOOK_UP' })
  clock.increment(IDLE.standard.warnMs)
  expect(actor.getSnapshot().matches({ attention: 'asking' })).toBe(true)
  for (let second = 0; second < IDLE.standard.seconds; second++) clock.increment(1000)
  await vi.waitFor(() => expect(ended).toEqual(['idle']))
})

test('the maintainers\u2019 door opens from an empty machine only, never out of a visit or its wipe', () => {
  const empty = start()
  empty.send({ type: 'MAINTAIN' })
  expect(empty.journey()).toContain('maintenance')
  empty.send({ type: 'END' }, { type: 'MAINTAIN' })
  expect(empty.journey()).not.toContain('maintenance')
  const visit = start()
  visit.send({ type: 'START' }, { type: 'CARD', event: cardOf(FIRST_PERSON) }, { type: 'MAINTAIN' })
  expect(visit.journey()).toContain('home')
})

test('a newer catalogue waits until nobody reads the present one', () => {
  const { send, context } = start()
  const newer = { ...catalogue, items: [{ ...item, version: 4 }] }
  send({ type: 'START' }, { type: 'CATALOGUE', catalogue: newer })
  expect(context().catalogue).toBe(catalogue)
  const next = start()
  next.send({ type: 'CATALOGUE', catalogue: newer })
  expect(next.context().catalogue).toBe(newer)
})

test('while staff helps nothing is signed; what was signed before is signed again when she has left', async () => {
  const session = start()
  await toConfirm(session)
  session.send({ type: 'SIGN', signature }, { type: 'ASSIST', isHelping: true })
  expect(session.context()).toMatchObject({ signature: null, isHelped: true })
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' })
  expect(session.context()).toMatchObject({ signature: null, problem: 'staff-helping' })
  expect(session.deps.submit).not.toHaveBeenCalled()
  session.send({ type: 'ASSIST', isHelping: false })
  expect(session.context()).toMatchObject({ problem: null })
  session.send({ type: 'SIGN', signature }, { type: 'SUBMIT' })
  await session.reached('receipt')
})

test('another item keeps the staff who helps; what is asked of main does not name her', async () => {
  const session = start()
  session.send({ type: 'ASSIST', isHelping: true })
  await toForm(session)
  expect(session.context().isHelped).toBe(true)
  session.send({ type: 'HOME' }, { type: 'CHOOSE', item: { ...item, id: 'S91' } })
  expect(session.context().isHelped).toBe(true)
})

test('no rating is sent while staff helps; afterwards it is', async () => {
  const rate = vi.fn(async (): Promise<RateAnswer> => ({ ok: true }))
  const session = start({ rate })
  await toReceipt(session)
  await session.reached('printed')
  session.send({ type: 'FINISH' })
  session.send({ type: 'ASSIST', isHelping: true }, { type: 'RATE', change: { level: 5 } }, { type: 'RATE_SEND' })
  expect(rate).not.toHaveBeenCalled()
  session.send({ type: 'ASSIST', isHelping: false }, { type: 'RATE', change: { level: 5 } }, { type: 'RATE_SEND' })
  await vi.waitFor(() => expect(rate).toHaveBeenCalled())
})
