import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256Hex } from '../envelope/sha256.ts'
import { consentText } from '../protocol/consent.ts'
import { AGENT_DAY_LIMIT, type ProxyBlock } from '../protocol/proxy.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import type { HandedIn } from './ingest-check.ts'
import { s02Pension } from './sample/s02-pension.ts'
import { s05FundWithdrawal } from './sample/s05-fund-withdrawal.ts'
import {
  goodPayload,
  ingestOf,
  makeTerminal,
  makeTestHub,
  TEST_NOW,
  type TestHub,
  type TestTerminal,
} from './test-hub.ts'

const DAY_MS = 86_400_000

let hub: TestHub
let here: TestTerminal
let elsewhere: TestTerminal
let handIn: (handedIn: HandedIn) => Promise<void>

beforeAll(async () => {
  hub = await makeTestHub()
  here = await makeTerminal(hub, 'T-1')
  elsewhere = await makeTerminal(hub, 'T-2')
  const ingest = ingestOf(hub).single
  handIn = async (handedIn) => {
    const result = await ingest(handedIn)
    if (!result.ok) throw new Error(result.fault)
  }
}, 60_000)
afterAll(() => hub.end())

const card = goodPayload().applicant
const AGENT = { ...card, source: 'id-card-chip' as const }
const OTHER_AGENT = { ...AGENT, name: '孙桂兰', idNumber: '990101195806120022', birth: '1958-06-12' }
const PRINCIPAL = { ...card, name: '赵德厚', idNumber: '99010119410307001X', birth: '1941-03-07' }
const proxyBy = (agent: ProxyBlock['agent'], change: Partial<ProxyBlock> = {}): ProxyBlock => ({
  agent,
  principal: { name: PRINCIPAL.name, idNumber: PRINCIPAL.idNumber, source: 'id-card-chip' },
  relation: 'child',
  authority: 'principal-present',
  scope: { itemCode: s02Pension.code, through: 'this-submission' },
  ...change,
})
const forZhao = (proxy: ProxyBlock, change: Partial<ApplicationPayload> = {}): Partial<ApplicationPayload> => ({
  item: { id: s02Pension.id, code: s02Pension.code, version: s02Pension.version },
  applicant: PRINCIPAL,
  proxy,
  answers: { pensionType: 'unsure', livingPlace: '990101', phone: '13800136021' },
  pledge: undefined,
  signature: undefined,
  consent: { textSha256: sha256Hex(consentText(s02Pension)) },
  ...change,
})

async function judged(terminal: TestTerminal, payload: Partial<ApplicationPayload>) {
  const sent = await terminal.seal({ payload })
  await handIn(sent)
  await hub.opener.round()
  const row = await hub.db
    .selectFrom('cases')
    .select(['state', 'faults'])
    .where('submission_id', '=', sent.submissionId)
    .executeTakeFirstOrThrow()
  return { state: row.state, faults: JSON.parse(row.faults) }
}
const TAKEN = { state: '已受理', faults: [] }
const refused = (fault: string) => ({ state: '不予受理', faults: [{ field: 'proxy', fault }] })

test('five a day over all terminals; the sixth is not taken on, by its reason; the next day begins anew', async () => {
  for (let n = 0; n < AGENT_DAY_LIMIT; n++) {
    expect(await judged(n % 2 === 0 ? here : elsewhere, forZhao(proxyBy(AGENT)))).toEqual(TAKEN)
  }
  expect(await judged(elsewhere, forZhao(proxyBy(AGENT)))).toEqual(refused('agent-limit'))
  // By the day on which the terminal took it in: 01:00 of the next one in China, though it arrives in the same minute.
  const acceptedAt = '2026-11-23T17:00:00.000Z'
  expect(await judged(here, forZhao(proxyBy(AGENT), { acceptedAt }))).toEqual(TAKEN)
  // One's own is nobody's proxy, and others have their own five.
  expect(await judged(here, {})).toEqual(TAKEN)
  expect(await judged(here, forZhao(proxyBy(OTHER_AGENT)))).toEqual(TAKEN)
  expect(await judged(here, forZhao(proxyBy(AGENT)))).toEqual(refused('agent-limit'))
})

test('what may not be handed in for others is refused by its reason, and counts for nobody', async () => {
  const { principal } = proxyBy(OTHER_AGENT)
  const fund = { id: s05FundWithdrawal.id, code: s05FundWithdrawal.code, version: s05FundWithdrawal.version }
  for (const [payload, fault] of [
    [forZhao(proxyBy(OTHER_AGENT), { item: fund }), 'forbidden'],
    [forZhao(proxyBy(OTHER_AGENT, { relation: 'employer' })), 'relation-not-allowed'],
    [forZhao(proxyBy(OTHER_AGENT, { authority: 'standing-binding' })), 'authority-missing'],
    [forZhao(proxyBy(OTHER_AGENT), { applicant: card }), 'principal-differs'],
    [
      forZhao(proxyBy(OTHER_AGENT, { principal: { ...principal, source: 'typed' } }), {
        applicant: { ...PRINCIPAL, source: 'typed' },
      }),
      'authority-missing',
    ],
  ] as const) {
    expect(await judged(here, payload), fault).toEqual(refused(fault))
  }
  const rows = await hub.db.selectFrom('agent_places').select('agent').execute()
  // Five and one more of the first agent, one of the other.
  expect(rows).toHaveLength(AGENT_DAY_LIMIT + 2)
})

test('the tables name nobody, and a day goes with its key once nothing can come from it', async () => {
  const text = JSON.stringify([
    await hub.db.selectFrom('agent_days').selectAll().execute(),
    await hub.db.selectFrom('agent_places').selectAll().execute(),
  ])
  for (const { name, idNumber } of [AGENT, OTHER_AGENT, PRINCIPAL]) {
    expect(text).not.toContain(name)
    expect(text).not.toContain(idNumber)
  }
  hub.sources.nowMs = Date.parse(TEST_NOW) + 200 * DAY_MS
  const acceptedAt = new Date(hub.sources.nowMs).toISOString()
  expect(await judged(here, forZhao(proxyBy(AGENT), { acceptedAt }))).toEqual(TAKEN)
  const days = await hub.db.selectFrom('agent_days').select('day').execute()
  expect(days).toEqual([{ day: '2027-06-11' }])
  expect(await hub.db.selectFrom('agent_places').select('day').execute()).toEqual([{ day: '2027-06-11' }])
})
