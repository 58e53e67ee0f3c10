import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSealKey } from '../envelope/seal-key.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { makeLicenceId } from '../protocol/affair-codes.ts'
import { consentText } from '../protocol/consent.ts'
import type { HandedIn } from './ingest-check.ts'
import { licenceFaults } from './licence-faults.ts'
import { checkPayload, makeOpener } from './opener.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { samplePersonAdapters } from './sample/persons.ts'
import { s02Pension } from './sample/s02-pension.ts'
import { s05FundWithdrawal } from './sample/s05-fund-withdrawal.ts'
import { s07Unemployment } from './sample/s07-unemployment.ts'
import { goodPayload, ingestOf, makeTerminal, makeTestHub, type TestHub, type TestTerminal } from './test-hub.ts'

let hub: TestHub
let terminal: TestTerminal
let handIn: (handedIn: HandedIn) => Promise<string>

beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
  const ingest = ingestOf(hub).single
  handIn = async (handedIn) => {
    const result = await ingest(handedIn)
    if (!result.ok) throw new Error(result.fault)
    return result.receipt
  }
}, 60_000)
afterAll(() => hub.end())

const caseOf = (id: string) =>
  hub.db
    .selectFrom('cases')
    .innerJoin('submissions', 'submissions.submission_id', 'cases.submission_id')
    .innerJoin('receipts', 'receipts.sha256', 'submissions.receipt_sha256')
    .select(['state', 'faults', 'opened_at', 'jws as receipt', 'envelope'])
    .where('cases.submission_id', '=', id)
    .executeTakeFirstOrThrow()

async function judged(change: Parameters<TestTerminal['seal']>[0]) {
  const sent = await terminal.seal(change)
  const receipt = await handIn(sent)
  await hub.opener.round()
  const row = await caseOf(sent.submissionId)
  expect({ receipt: row.receipt, envelope: row.envelope }).toEqual({ receipt, envelope: sent.envelope })
  return { state: row.state, faults: JSON.parse(row.faults) }
}

test('a well filled form is taken on', async () => {
  expect(await judged({})).toEqual({ state: '已受理', faults: [] })
})

test('who helped, as the payload says, is kept beside the case', async () => {
  const helped = await terminal.seal({ payload: { assistedBy: [{ id: '0217', name: '李静' }] } })
  const alone = await terminal.seal()
  await handIn(helped)
  await handIn(alone)
  await hub.opener.round()
  expect(await hub.store.helpersOf(helped.submissionId)).toEqual([{ id: '0217', name: '李静' }])
  expect(await hub.store.helpersOf(alone.submissionId)).toEqual([])
  const page = await hub.server.inject({ url: `/submissions/${helped.submissionId}` })
  expect(page.body).toContain('李静（0217）')
})

test('an item without pledge and signature is taken on without them', async () => {
  const { pledge: _, signature: __, ...rest } = goodPayload()
  const sent = await terminal.seal()
  expect(sent.submissionId).not.toBe(rest.submissionId)
  const answers = { pensionType: 'unsure', livingPlace: '990101', phone: '13800136021' }
  const item = { id: 'S02', code: s02Pension.code, version: s02Pension.version }
  // undefined fields vanish in JSON, as if they had never been there
  const consent = { textSha256: sha256Hex(consentText(s02Pension)) }
  const payload = { ...rest, consent, answers, item, pledge: undefined, signature: undefined }
  expect(await judged({ payload: payload as never })).toEqual({ state: '已受理', faults: [] })
})

test('a yes to other words than the item’s, or none, asks for more', async () => {
  const consent = { textSha256: sha256Hex(consentText(s02Pension)) }
  const other = [{ field: 'consent', fault: 'other-words' }]
  expect(await judged({ payload: { consent } })).toEqual({ state: '需补正', faults: other })
  const none = [{ field: 'consent', fault: 'missing' }]
  expect(await judged({ payload: { consent: undefined as never } })).toEqual({ state: '需补正', faults: none })
})

test('an e-licence is looked up again: hers, registered, and good on that day', async () => {
  const type = s05FundWithdrawal.materials?.[0]?.licenceType ?? ''
  const sun = { idNumber: '990101195806120022', name: '孙桂兰' }
  const [hers] = await samplePersonAdapters(hub.sources).licences.of(sun, [type])
  const faultsOf = (licenceId: string, name = sun, acceptedAt = '2026-11-23T02:48:00.000Z') =>
    licenceFaults(
      {
        applicant: { ...goodPayload().applicant, ...name },
        materials: [{ materialId: 'retired', by: 'licence', licenceId }],
        acceptedAt,
      },
      samplePersonAdapters(hub.sources).licences,
    )
  const unknown = [{ field: 'retired', fault: 'licence-unknown' }]
  expect(await faultsOf(hers?.id ?? '')).toEqual([])
  expect(await faultsOf(hers?.id ?? '', { idNumber: '990101198611020033', name: '周明远' })).toEqual(unknown)
  expect(await faultsOf(makeLicenceId(type, '11990100MB9900021U', 'TX999'))).toEqual(unknown)
  expect(await faultsOf(hers?.id ?? '', sun, '2001-01-01T00:00:00.000Z')).toEqual([
    { field: 'retired', fault: 'licence-not-yet' },
  ])
})

test('a department’s word that no field asks for is a fault', async () => {
  expect(await judged({ payload: { sources: { employer: 'shared', phone: 'typed' } } })).toEqual({
    state: '需补正',
    faults: [{ field: 'employer', fault: 'other-source' }],
  })
})

test('faults of content ask for more, and name fields, never values', async () => {
  const answers = { ...goodPayload().answers, endDate: '2026-11-24', phone: '12345' }
  expect(await judged({ payload: { answers, pledge: '别的话', signature: undefined as never } })).toEqual({
    state: '需补正',
    faults: [
      { field: 'endDate', fault: 'too-late' },
      { field: 'phone', fault: 'not-a-mobile-number' },
      { field: 'pledge', fault: 'other-words' },
      { field: 'signature', fault: 'missing' },
    ],
  })
})

test('a paper that was scanned must not be signed as not handed in, nor the other way round', () => {
  const find = () => ({ item: s07Unemployment, catalogue: sampleCatalogue })
  const page = { materialId: 'leaving', mediaType: 'image/jpeg' as const, bytes: 9, sha256: 'a'.repeat(64), chunks: 1 }
  const { text } = s07Unemployment.pledge ?? { text: { zh: '' } }
  const faults = (change: object) => checkPayload({ ...goodPayload(), ...change } as never, find)
  const scanned = { materials: [{ materialId: 'leaving', by: 'scan' as const }], attachments: [page] }
  expect(faults({ ...scanned, pledge: text.zh })).toEqual([])
  expect(faults(scanned)).toEqual([{ field: 'pledge', fault: 'other-words' }])
  expect(faults({})).toEqual([])
  expect(faults({ pledge: text.zh })).toEqual([{ field: 'pledge', fault: 'other-words' }])
})

test('a number with a wrong check digit, and a birth date that is not in it', async () => {
  const { applicant } = goodPayload()
  const wrong = { ...applicant, idNumber: '990101198611020034' }
  expect(await judged({ payload: { applicant: wrong } })).toEqual({
    state: '需补正',
    faults: [{ field: 'applicant.idNumber', fault: 'check-digit' }],
  })
  expect(await judged({ payload: { applicant: { ...applicant, birth: '1986-11-03' } } })).toEqual({
    state: '需补正',
    faults: [{ field: 'applicant.birth', fault: 'not-in-the-number' }],
  })
})

test('who signed in with less than the item asks for is asked to bring the card; who says more than it was, too', async () => {
  const { applicant } = goodPayload()
  const by = (source: 'social-security-card' | 'witness', assurance: 'provisional' | 'substantial' | 'high') => ({
    applicant: { ...applicant, source },
    signIn: { by: source, assurance, ...(source === 'witness' ? { witness: { id: '017', name: '李静' } } : {}) },
  })
  expect(await judged({ payload: by('social-security-card', 'substantial') })).toEqual({ state: '已受理', faults: [] })
  expect(await judged({ payload: by('social-security-card', 'high') })).toEqual({
    state: '需补正',
    faults: [{ field: 'signIn', fault: 'sign-in-disagrees' }],
  })
  const find = () => ({ item: { ...s07Unemployment, assurance: 4 as const }, catalogue: sampleCatalogue })
  expect(checkPayload({ ...goodPayload(), ...by('social-security-card', 'substantial') }, find)).toEqual([
    { field: 'signIn', fault: 'sign-in-too-low' },
  ])
  expect(checkPayload(goodPayload(), find)).toEqual([])
  // Her name is on the case as the witness, once, also when she helped.
  const helped = { ...by('witness', 'provisional'), assistedBy: [{ id: '017', name: '李静' }] }
  const sent = await terminal.seal({ payload: helped })
  await handIn(sent)
  await hub.opener.round()
  const witness = { id: '017', name: '李静', isWitness: true }
  expect(await hub.store.helpersOf(sent.submissionId)).toEqual([witness])
  const page = await hub.server.inject({ url: `/submissions/${sent.submissionId}` })
  expect(page.body).toContain('李静（017），当面核对了证件')
})

test('an item version that was never published', async () => {
  const { item } = goodPayload()
  expect(await judged({ payload: { item: { ...item, version: item.version + 1 } } })).toEqual({
    state: '需补正',
    faults: [{ field: 'item', fault: 'unknown-item' }],
  })
})

test('dates count from the day on which the terminal took it in, by China’s clock', async () => {
  // 2026-03-01 01:00 in China is still February in UTC.
  const acceptedAt = '2026-02-28T17:00:00.000Z'
  const answers = { ...goodPayload().answers, endDate: '2026-03-01' }
  expect(await judged({ payload: { acceptedAt, answers } })).toMatchObject({ state: '已受理' })
})

test('what cannot be opened is not taken on: a foreign key, a wrong key under our name', async () => {
  const foreign = await generateSealKey()
  const ours = hub.keySet.keys.find((key) => key.use === 'seal')
  expect(await judged({ sealKey: { kid: 'foreign', jwk: foreign.jwk } })).toEqual({
    state: '不予受理',
    faults: [{ field: 'envelope', fault: 'key-unknown' }],
  })
  expect(await judged({ sealKey: { kid: ours?.kid ?? '', jwk: foreign.jwk } })).toEqual({
    state: '不予受理',
    faults: [{ field: 'envelope', fault: 'cannot-decrypt' }],
  })
})

test('a case that makes the opener throw waits, and does not hold up the next one', async () => {
  const [poisoned, good] = [await terminal.seal(), await terminal.seal()]
  await handIn(poisoned)
  await handIn(good)
  const seen: string[] = []
  const opener = makeOpener(
    { store: hub.store, sealKeys: async () => new Map(), sources: hub.sources },
    async (envelope) => {
      seen.push(envelope)
      if (envelope === poisoned.envelope) throw new Error('a bug')
      return { state: '已受理', faults: [] }
    },
  )
  expect(await opener.round()).toMatchObject({
    opened: [{ submissionId: good.submissionId }],
    stuck: [{ submissionId: poisoned.submissionId }],
  })
  expect(await opener.round()).toEqual({ opened: [], stuck: [] })
  expect(seen).toHaveLength(2)
  expect(await caseOf(poisoned.submissionId)).toMatchObject({ state: '待打开' })
  await hub.opener.round()
  expect(await caseOf(poisoned.submissionId)).toMatchObject({ state: '已受理' })
})

test('the opener ends its round when it is told to; what is left waits', async () => {
  for (let i = 0; i < 3; i++) await handIn(await terminal.seal())
  let asked = 0
  const mayGoOn = async () => ++asked <= 2
  const about = { store: hub.store, sealKeys: async () => new Map(), sources: hub.sources, mayGoOn }
  const opener = makeOpener(about, async () => ({ state: '已受理', faults: [] }))
  expect((await opener.round()).opened).toHaveLength(2)
  expect(await hub.store.waitingCases(10, [])).toHaveLength(1)
})
