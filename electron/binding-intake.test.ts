import { randomInt, randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { openEnvelope } from '../sync/envelope/open.ts'
import { generateSigningKey, type SigningKey } from '../sync/envelope/signing-key.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { BINDING_CONSENTED, type BindRequest } from '../sync/protocol/binding.ts'
import { consentText } from '../sync/protocol/consent.ts'
import { type BindingIntake, createBindingIntake } from './binding-intake.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import { SubmitAnswerSchema } from './bridge/submissions.contract.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { createIntake } from './intake.ts'
import type { BindingTold } from './person-book.ts'
import { createPrincipalSeat, type PrincipalSeat } from './principal-seat.ts'
import { createSealedLine } from './sealed-line.ts'
import {
  CATALOGUE,
  type HubWorld,
  type JournalOnMemory,
  journalOnMemory,
  logBook,
  makeHubWorld,
  manualClock,
  NOW,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const SON = { name: '周明远', number: '990101198611020033', birth: '19861102', sex: '1' }
const FATHER = { name: '赵德厚', number: '99010119410307001X', birth: '19410307', sex: '1' }
const BINDING_ID = '3b241101-e2bb-4255-8caf-4136c566a962'

let world: HubWorld
let deviceKey: SigningKey
beforeAll(async () => {
  world = await makeHubWorld()
  deviceKey = (await generateSigningKey()).key
})

let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let session: CardSession
let seat: PrincipalSeat
let bindings: BindingIntake
let told: Map<string, BindingTold>
let state: IntakeState
let isHelped: boolean

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  told = new Map()
  state = 'open'
  isHelped = false
  const times = { nowIso: () => NOW, today: () => '2026-11-23', log: book.log }
  seat = createPrincipalSeat(times)
  session = createCardSession({ clock: manualClock(), ...times, seat })
  session.open(randomUUID())
  const { manifest } = await world.signedCatalogue(1)
  const sealKey = world.keySet.keys.find((key) => key.use === 'seal')
  const trust = { deviceKey, enrolled: () => true, sealKey: () => sealKey }
  const { journal, ledger } = held
  const common = { journal, ledger, session, trust, ...times, state: () => state }
  const later = (run: () => void) => void setImmediate(run)
  const line = createSealedLine({ ...common, terminalId: TERMINAL_ID, suite: joseSuite, randomInt, later })
  const packages = { catalogue: createCell({ manifest, catalogue: CATALOGUE }) }
  const intake = createIntake({ ...common, line, terminalId: TERMINAL_ID, packages })
  bindings = createBindingIntake({
    ...{ ...common, line, intake, principal: seat.applicant },
    ...{ told: (id) => told.get(id), isStaffHelping: () => isHelped },
  })
})

function put(person: typeof SON): void {
  const fields = { ...person, address: '云洲市南桥区', validTo: '长期' }
  session.onReader({
    ...{ event: 'card', readId: 'r', wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } },
    card: { cardType: 'citizen', fields },
  })
}
function putBoth(principal = FATHER): void {
  put(SON)
  seat.expectCard(true)
  put(principal)
  seat.expectCard(false)
}
const request = (change: Partial<BindRequest> = {}): BindRequest => ({
  ...{ draftId: randomUUID(), relation: 'child', scope: { of: 'all' }, until: '2027-11-23' },
  consent: consentText(BINDING_CONSENTED),
  ...change,
})
const bind = async (asked: BindRequest) => SubmitAnswerSchema.parse(await bindings.bind(asked))
const unbind = async (draftId: string = randomUUID()) =>
  SubmitAnswerSchema.parse(await bindings.unbind({ draftId, bindingId: BINDING_ID }))

async function sealed(submissionId: string) {
  const read = await held.journal.readAccepted(submissionId)
  if (!read.ok) throw new Error(read.fault)
  const clear = JSON.stringify(read.frame)
  for (const { name, number } of [SON, FATHER])
    expect([clear.includes(name), clear.includes(number), book.text().includes(number)]).toEqual([false, false, false])
  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  if (!opened.ok) throw new Error(opened.fault)
  return opened.payload
}

test('both cards that main read are sealed and journalled, without network; asked again it is the same one', async () => {
  putBoth()
  const asked = request()
  const [one, two] = await Promise.all([bind(asked), bind(asked)])
  if (!one.ok) throw new Error(one.fault)
  expect(two).toEqual(one)
  expect(await bind(asked)).toEqual(one)
  expect(held.ledger.size).toBe(1)
  const { submissionId, itemId } = one.accepted
  expect(itemId).toBe('proxy-binding')
  expect(await sealed(submissionId)).toMatchObject({
    kind: 'proxy-binding',
    binding: {
      what: 'make',
      agent: { idNumber: SON.number, source: 'id-card-chip' },
      principal: { idNumber: FATHER.number, source: 'id-card-chip' },
      ...{ relation: 'child', scope: { of: 'all' }, until: '2027-11-23' },
    },
  })
  expect(session.receiptOf(submissionId)).toMatchObject({ name: FATHER.name, agentName: SON.name, binding: 'make' })
})

test('the page’s word for a card counts for nothing; nor do other words, another end, or a helping hand', async () => {
  expect(await bind(request())).toMatchObject({ fault: 'no-card' })
  put(SON)
  expect(await bind(request())).toMatchObject({ fault: 'no-principal' })
  putBoth()
  expect(await bind(request({ consent: '别的话' }))).toMatchObject({ fault: 'consent-missing' })
  expect(await bind(request({ until: '2027-11-24' }))).toEqual({
    ...{ ok: false, fault: 'bad-binding', fields: [{ field: 'binding', fault: 'until-too-late' }] },
  })
  isHelped = true
  expect(await bind(request())).toMatchObject({ fault: 'staff-helping' })
  isHelped = false
  state = 'no-space'
  expect(await bind(request())).toMatchObject({ fault: 'no-space' })
  state = 'open'
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await bind(request())).toMatchObject({ fault: 'not-stored' })
  expect(held.ledger.size).toBe(0)
})

test('a visit that is over takes the second card with it', async () => {
  putBoth()
  session.end('left')
  put(SON)
  expect(await bind(request())).toMatchObject({ fault: 'no-principal' })
})

test('only what the hub told of in this visit ends, on the side of whoever stands there', async () => {
  expect(await unbind()).toMatchObject({ fault: 'no-card' })
  put(FATHER)
  expect(await unbind()).toEqual({
    ...{ ok: false, fault: 'bad-binding', fields: [{ field: 'binding', fault: 'binding-unknown' }] },
  })
  told.set(BINDING_ID, { side: 'principal' })
  const answer = await unbind()
  if (!answer.ok) throw new Error(answer.fault)
  const by = { idNumber: FATHER.number }
  expect(await sealed(answer.accepted.submissionId)).toMatchObject({
    binding: { what: 'withdraw', bindingId: BINDING_ID, side: 'principal', by },
  })
  session.end('done')
  put(SON)
  const principal = { name: FATHER.name, idNumber: FATHER.number }
  told.set(BINDING_ID, { side: 'agent', principal, scope: { of: 'all' }, until: '2027-11-23' })
  const bySon = await unbind()
  if (!bySon.ok) throw new Error(bySon.fault)
  expect(await sealed(bySon.accepted.submissionId)).toMatchObject({
    binding: { side: 'agent', by: { idNumber: SON.number } },
  })
})
