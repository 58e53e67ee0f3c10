import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openEnvelope } from '../sync/envelope/open.ts'
import { generateSigningKey, type SigningKey } from '../sync/envelope/signing-key.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { namedApplicant } from '../sync/protocol/identity.ts'
import { AGENT_DAY_LIMIT, type ProxyClaim } from '../sync/protocol/proxy.ts'
import { type Catalogue, CatalogueSchema } from '../sync/protocol/service-item.ts'
import type { SubmitRequest } from '../sync/protocol/submission.ts'
import { type AgentRation, openAgentRation } from './agent-ration.ts'
import { SubmitAnswerSchema } from './bridge/submissions.contract.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { handedIn } from './handed-in.ts'
import { createIntake, type Intake } from './intake.ts'
import type { HeldCatalogue } from './packages.ts'
import type { BindingTold } from './person-book.ts'
import { createPrincipalSeat, type PrincipalSeat } from './principal-seat.ts'
import type { SmallFiles } from './small-files.ts'
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

const TODAY = '2026-11-23'
const AGENT = { name: '周明远', number: '990101198611020033', birth: '19861102', sex: '1' }
const PRINCIPAL = { name: '赵德厚', number: '99010119410307001X', birth: '19410307', sex: '1' }
const THIRD = { name: '孙桂兰', number: '990101195806120022', birth: '19580612', sex: '2' }
const label = { zh: '我是' }

const [plain] = CATALOGUE.items
const catalogue: Catalogue = CatalogueSchema.parse({
  ...CATALOGUE,
  items: [
    {
      ...plain,
      needsForms: 2,
      proxy: {
        allowed: true,
        who: label,
        authorities: ['principal-present', 'scanned-authority', 'standing-binding', 'legal-guardian'],
        relations: ['child', 'parent'].map((value) => ({ value, label })),
        paper: { id: 'letter', name: label },
      },
      preconditions: [{ id: 'old', must: { age: { atLeast: 80 } }, sentence: label, wayOn: 'later' }],
    },
    { ...plain, id: 'S05', needsForms: 2, proxy: { allowed: false, sentence: label } },
  ],
})

let world: HubWorld
let deviceKey: SigningKey
beforeAll(async () => {
  world = await makeHubWorld()
  deviceKey = (await generateSigningKey()).key
})

let held: JournalOnMemory
let session: CardSession
let seat: PrincipalSeat
let ration: AgentRation
let book: ReturnType<typeof logBook>
let intake: Intake
let kept: string | undefined
let bindings: Map<string, BindingTold>

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  kept = undefined
  bindings = new Map()
  const clock = manualClock()
  const times = { nowIso: () => NOW, today: () => TODAY, log: book.log }
  seat = createPrincipalSeat(times)
  session = createCardSession({ clock, ...times, seat })
  const files: SmallFiles = {
    place: (name) => name,
    read: async () => kept,
    write: async (_name, text) => {
      kept = text
    },
  }
  ration = await openAgentRation({
    ...{ files, today: times.today, after: clock.after, log: book.log },
    randomBytes: (count) => new Uint8Array(count).fill(7),
    msToMidnight: () => 3_600_000,
  })
  session.open(randomUUID())
  put(AGENT)
  const sealKey = world.keySet.keys.find((key) => key.use === 'seal')
  intake = createIntake({
    ...{ terminalId: TERMINAL_ID, journal: held.journal, ledger: held.ledger, session, ...times },
    ...{ principal: seat.applicant, agents: ration, binding: (id) => bindings.get(id) },
    trust: { deviceKey, enrolled: () => true, sealKey: () => sealKey },
    packages: {
      catalogue: createCell<HeldCatalogue | null>({
        manifest: (await world.signedCatalogue(1)).manifest,
        catalogue,
      }),
    },
  })
})

function put(person: typeof AGENT): void {
  const fields = { ...person, address: '云洲市南桥区', validTo: '长期' }
  session.onReader({
    ...{ event: 'card', readId: 'r', wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } },
    card: { cardType: 'citizen', fields },
  })
}
function putPrincipal(person = PRINCIPAL): void {
  seat.expectCard(true)
  put(person)
  seat.expectCard(false)
}
const draft = (proxy: Partial<ProxyClaim> = {}, item = 'S07'): SubmitRequest => ({
  draftId: randomUUID(),
  kind: 'application',
  item: { id: item, version: 1 },
  answers: { phone: '13900001234' },
  proxy: {
    principal: { name: PRINCIPAL.name, idNumber: PRINCIPAL.number },
    relation: 'child',
    authority: 'principal-present',
    ...proxy,
  },
})
const submit = async (request: SubmitRequest) => SubmitAnswerSchema.parse(await intake.submit(request))

test('two cards that main read: the case is the principal’s, the agent stands beside it, sealed', async () => {
  putPrincipal()
  const answer = await submit(draft())
  if (!answer.ok) throw new Error(answer.fault)
  const read = await held.journal.readAccepted(answer.accepted.submissionId)
  if (!read.ok) throw new Error(read.fault)
  for (const { name, number } of [AGENT, PRINCIPAL]) {
    expect(JSON.stringify(read.frame)).not.toContain(name)
    expect(`${JSON.stringify(read.frame)}${kept}${book.text()}`).not.toContain(number)
  }
  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  expect(opened).toMatchObject({
    ok: true,
    payload: {
      applicant: { idNumber: PRINCIPAL.number, source: 'id-card-chip' },
      proxy: {
        agent: { idNumber: AGENT.number, name: AGENT.name },
        principal: { idNumber: PRINCIPAL.number, name: PRINCIPAL.name },
        relation: 'child',
        authority: 'principal-present',
        scope: { through: 'this-submission' },
      },
    },
  })
  expect(session.receiptOf(answer.accepted.submissionId)).toMatchObject({
    name: PRINCIPAL.name,
    agentName: AGENT.name,
  })
})

test('the page’s word for a principal whose card main did not read counts for nothing', async () => {
  expect(await submit(draft())).toMatchObject({ ok: false, fault: 'no-principal' })
  putPrincipal(THIRD)
  expect(await submit(draft())).toMatchObject({ ok: false, fault: 'no-principal' })
  putPrincipal()
  expect(await submit(draft({ principal: { name: '别人', idNumber: PRINCIPAL.number } }))).toMatchObject({
    fault: 'no-principal',
  })
  session.end('left')
  put(AGENT)
  expect(await submit(draft())).toMatchObject({ ok: false, fault: 'no-principal' })
  expect(held.ledger.size).toBe(0)
})

test('what the item asks is asked of the principal, not of the agent', async () => {
  // The agent is 40, the item wants 80.
  const { proxy: _, ...own } = draft()
  expect(await submit(own)).toMatchObject({ fault: 'precondition' })
  putPrincipal(THIRD)
  const forThird = draft({ principal: { name: THIRD.name, idNumber: THIRD.number } })
  expect(await submit(forThird)).toMatchObject({ fault: 'precondition' })
  putPrincipal()
  expect(await submit(draft())).toMatchObject({ ok: true })
})

test.each([
  ['forbidden', draft({}, 'S05')],
  ['relation-not-allowed', draft({ relation: 'employer' })],
  ['authority-missing', draft({ authority: 'standing-binding' })],
  ['not-a-guardian', draft({ authority: 'legal-guardian', relation: 'parent' })],
  ['principal-number', draft({ principal: { name: PRINCIPAL.name, idNumber: '990101194103070010' } })],
  [
    'principal-is-agent',
    draft({ authority: 'scanned-authority', principal: { name: AGENT.name, idNumber: AGENT.number } }),
  ],
] as const)('main refuses by the rules: %s', async (fault, request) => {
  putPrincipal()
  const answer = await submit(request)
  expect(answer).toMatchObject({ ok: false, fault: 'bad-proxy' })
  expect(answer.ok ? [] : answer.fields).toContainEqual({ field: 'proxy', fault })
  expect(held.ledger.size).toBe(0)
})

test('by a binding that the hub told of: the principal is whom main knows by it, and nobody else', async () => {
  const BINDING = randomUUID()
  const bound = (bindingId = BINDING): SubmitRequest => {
    const { proxy: _, ...request } = draft()
    return { ...request, proxy: { bindingId, relation: 'child', authority: 'standing-binding' } }
  }
  const principal = { name: PRINCIPAL.name, idNumber: PRINCIPAL.number }
  const missing = { ok: false, fault: 'bad-proxy', fields: [{ field: 'proxy', fault: 'authority-missing' }] }
  expect(await submit(bound())).toEqual(missing)
  for (const told of [
    { side: 'principal' },
    { side: 'agent', principal, scope: { of: 'items', ids: ['S05'] }, until: TODAY },
    { side: 'agent', principal, scope: { of: 'all' }, until: '2026-11-22' },
  ] satisfies BindingTold[]) {
    bindings.set(BINDING, told)
    expect(await submit(bound())).toEqual(missing)
  }
  bindings.set(BINDING, { side: 'agent', principal, scope: { of: 'items', ids: ['S07'] }, until: TODAY })
  // The page's own word for the principal, without the binding.
  expect(await submit(draft({ authority: 'standing-binding' }))).toEqual(missing)
  const answer = await submit(bound())
  if (!answer.ok) throw new Error(answer.fault)
  const read = await held.journal.readAccepted(answer.accepted.submissionId)
  if (!read.ok) throw new Error(read.fault)
  expect(await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)).toMatchObject({
    payload: {
      applicant: { idNumber: PRINCIPAL.number, birth: '1941-03-07', source: 'typed' },
      proxy: {
        agent: { idNumber: AGENT.number },
        principal: { ...principal, source: 'typed' },
        authority: 'standing-binding',
      },
    },
  })
  const own = { name: AGENT.name, idNumber: AGENT.number }
  bindings.set(BINDING, { side: 'agent', principal: own, scope: { of: 'all' }, until: TODAY })
  expect(await submit(bound())).toMatchObject({ fault: 'bad-proxy', fields: [{ fault: 'principal-is-agent' }] })
})

test('the letter of authority has to be there', async () => {
  expect(await submit(draft({ authority: 'scanned-authority' }))).toEqual({
    ...{ ok: false, fault: 'bad-materials' },
    fields: [{ field: 'letter', fault: 'material-missing' }],
  })
})

test('five, also when twenty come at once; a draft asked for again is not counted again; one’s own is nobody’s proxy', async () => {
  putPrincipal()
  const drafts = Array.from({ length: 20 }, () => draft())
  const answers = await Promise.all(drafts.map(submit))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(AGENT_DAY_LIMIT)
  expect(new Set(answers.flatMap((each) => (each.ok ? [] : [each.fault])))).toEqual(new Set(['agent-limit']))
  expect(held.ledger.size).toBe(AGENT_DAY_LIMIT)
  const first = drafts[0]
  if (first === undefined) throw new Error('no drafts')
  expect(await submit(first)).toMatchObject({ ok: true })
  expect(ration.left(AGENT.number)).toBe(0)
  expect(JSON.parse(kept ?? 'null')).toMatchObject({ counts: [[expect.any(String), AGENT_DAY_LIMIT]] })
})

test('what could not be stored is not counted', async () => {
  putPrincipal()
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await submit(draft())).toMatchObject({ ok: false, fault: 'not-stored' })
  expect(ration.left(AGENT.number)).toBe(AGENT_DAY_LIMIT)
})

test('nobody acts for somebody else by another way than the own resident card', () => {
  const person = { name: AGENT.name, idNumber: AGENT.number }
  const known = { nowIso: NOW, today: TODAY, divisions: catalogue.divisions, principal: undefined }
  const [item] = catalogue.items
  if (item === undefined) throw new Error('fixture')
  const claim = {
    ...{ relation: 'child' as const, authority: 'scanned-authority' as const },
    principal: { name: PRINCIPAL.name, idNumber: PRINCIPAL.number },
  }
  for (const source of ['social-security-card', 'code', 'witness'] as const) {
    const holder = namedApplicant(person, source, NOW, TODAY, () => true)
    if (!holder.ok) throw new Error(holder.refusal)
    expect(handedIn(item, claim, { ...known, holder: holder.applicant })).toEqual({
      ...{ ok: false, fault: 'bad-proxy', fields: [{ field: 'proxy', fault: 'agent-needs-id-card' }] },
    })
    expect(handedIn(item, undefined, { ...known, holder: holder.applicant })).toMatchObject({ ok: true })
  }
})
