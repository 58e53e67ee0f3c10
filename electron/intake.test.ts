import { createHash, randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openEnvelope } from '../sync/envelope/open.ts'
import { generateSigningKey, type SigningKey } from '../sync/envelope/signing-key.ts'
import { openAttachments } from '../sync/journal/attachments.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { makeLicenceId } from '../sync/protocol/affair-codes.ts'
import { consentText } from '../sync/protocol/consent.ts'
import { namedApplicant } from '../sync/protocol/identity.ts'
import { signInBy } from '../sync/protocol/sign-in.ts'
import { type SubmitRequest, SubmitRequestSchema } from '../sync/protocol/submission.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { Accepted, SubmitAnswer } from './bridge/submissions.contract.ts'
import { SubmitAnswerSchema } from './bridge/submissions.contract.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { createIntake, type Intake, type IntakeOptions } from './intake.ts'
import type { HeldCatalogue } from './packages.ts'
import {
  CATALOGUE,
  type HubWorld,
  type JournalOnMemory,
  journalOnMemory,
  logBook,
  makeHubWorld,
  manualClock,
  NOW,
  settle,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const NAME = '周明远'
const ID_NUMBER = '990101198611020033'
const PHONE = '13900001234'

let world: HubWorld
let deviceKey: SigningKey
beforeAll(async () => {
  world = await makeHubWorld()
  deviceKey = (await generateSigningKey()).key
})

let held: JournalOnMemory
let session: CardSession
let book: ReturnType<typeof logBook>
let intake: Intake
let parts: IntakeOptions
let enrolled: boolean
let state: IntakeState
let catalogue: ReturnType<typeof createCell<HeldCatalogue | null>>

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  enrolled = true
  state = 'open'
  catalogue = createCell<HeldCatalogue | null>({
    manifest: (await world.signedCatalogue(1)).manifest,
    catalogue: CATALOGUE,
  })
  session = createCardSession({ clock: manualClock(), nowIso: () => NOW, today: () => '2026-11-23', log: book.log })
  session.open(randomUUID())
  putCard()
  const sealKey = world.keySet.keys.find((key) => key.use === 'seal')
  parts = {
    terminalId: TERMINAL_ID,
    journal: held.journal,
    ledger: held.ledger,
    session,
    trust: {
      deviceKey,
      enrolled: () => enrolled,
      sealKey: () => sealKey,
    },
    packages: { catalogue },
    nowIso: () => NOW,
    today: () => '2026-11-23',
    log: book.log,
    state: () => state,
  }
  intake = createIntake(parts)
})

function putCard(name = NAME, number = ID_NUMBER, birth = '19861102', sex = '1'): void {
  session.onReader({
    event: 'card',
    readId: 'r',
    card: { cardType: 'citizen', fields: { name, sex, birth, number, address: '云洲市南桥区', validTo: '长期' } },
    wlt: '',
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
  })
}
const draft = (change: Partial<SubmitRequest> = {}): SubmitRequest => ({
  draftId: randomUUID(),
  kind: 'application',
  item: { id: 'S07', version: 1 },
  answers: { phone: PHONE },
  ...change,
})
function good(answer: SubmitAnswer): Accepted {
  SubmitAnswerSchema.parse(answer)
  if (!answer.ok) throw new Error(`refused: ${answer.fault}`)
  return answer.accepted
}

test('what was accepted is in the journal, sealed, with a ticket and a QR code', async () => {
  const accepted = good(await intake.submit(draft()))
  const read = await held.journal.readAccepted(accepted.submissionId)
  if (!read.ok) throw new Error(read.fault)
  expect(read.frame).toMatchObject({ ticket: accepted.ticket, deviceSequence: 1, itemId: 'S07', at: NOW })
  for (const secret of [NAME, ID_NUMBER, PHONE]) expect(JSON.stringify(read.frame)).not.toContain(secret)
  expect(accepted.qr).toMatch(new RegExp(`^bianmin:1:${accepted.submissionId}:[\\w-]{22}$`))

  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  expect(opened).toMatchObject({ ok: true, payload: { answers: { phone: PHONE }, applicant: { name: NAME } } })
})

test('consent: only to the item’s own words, and sealed as which words they were', async () => {
  const part = (zh: string) => ({ zh })
  const consent = { purpose: part('办'), fields: part('号'), receiver: part('局'), keeping: part('年') }
  const [item] = CATALOGUE.items
  if (item === undefined) throw new Error('no item')
  const asking = { ...item, version: 2, needsForms: 4, consent }
  const { manifest } = await world.signedCatalogue(2)
  catalogue.set({ manifest, catalogue: { ...CATALOGUE, items: [asking] } })
  const about = { item: { id: 'S07', version: 2 } }
  for (const words of [undefined, '别的话', consentText(item)]) {
    const request = draft(words === undefined ? about : { ...about, consent: words })
    expect(await intake.submit(request)).toMatchObject({ ok: false, fault: 'consent-missing' })
  }
  const accepted = good(await intake.submit(draft({ ...about, consent: consentText(asking) })))
  const read = await held.journal.readAccepted(accepted.submissionId)
  if (!read.ok) throw new Error(read.fault)
  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  const textSha256 = createHash('sha256').update('办\n号\n局\n年').digest('hex')
  expect(opened).toMatchObject({ ok: true, payload: { consent: { textSha256 } } })
})

test('where each answer is from, by what the hub told and the page showed; the page has no say', async () => {
  const [item] = CATALOGUE.items
  if (item === undefined) throw new Error('no item')
  const prefill = { from: 'shared', key: 'job.unit' } as const
  const fields = item.fields.map((field) => (field.id === 'unit' ? { ...field, prefill } : field))
  const licenceType = '11990100MB9900021U041'
  const paper = {
    id: 'retired',
    name: { zh: '退休证' },
    required: true,
    sources: ['scan' as const, 'licence' as const],
  }
  const materials = [{ ...paper, licenceType, maxPages: 1, maxBytes: 9, pledgeInstead: false }]
  const { manifest } = await world.signedCatalogue(2)
  const asking = { ...item, version: 2, needsForms: 2, fields, materials }
  catalogue.set({ manifest, catalogue: { ...CATALOGUE, items: [asking] } })
  const source = { zh: '区人社局' }
  const licenceId = makeLicenceId(licenceType, '11990100MB9900021U', 'TX1')
  const licence = { id: licenceId, type: licenceType, name: source, issuer: source, validFrom: '2020-01-01' }
  intake = createIntake({
    ...parts,
    told: ({ version }) =>
      version === 2
        ? {
            outcome: 'told',
            shared: [{ key: 'job.unit', value: '纺织厂', source, asOf: '2026-11-23' }],
            licences: [{ ...licence, validTo: null, state: 'valid' }],
          }
        : undefined,
  })
  const request = (unit: string, shown: readonly string[], by = licenceId) =>
    draft({
      item: { id: 'S07', version: 2 },
      answers: { phone: PHONE, unit },
      shown: [...shown],
      materials: [{ materialId: 'retired', by: 'licence', licenceId: by }],
    })
  const sourcesOf = async (asked: SubmitRequest) => {
    const read = await held.journal.readAccepted(good(await intake.submit(asked)).submissionId)
    if (!read.ok) throw new Error(read.fault)
    const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
    return opened.ok && opened.payload.kind === 'application' ? opened.payload.sources : undefined
  }
  expect(await sourcesOf(request('纺织厂', ['job.unit']))).toEqual({ phone: 'typed', unit: 'shared' })
  expect(await sourcesOf(request('面粉厂', ['job.unit']))).toEqual({ phone: 'typed', unit: 'contested' })
  // What she was not shown she did not contest.
  expect(await sourcesOf(request('面粉厂', []))).toEqual({ phone: 'typed', unit: 'unverified' })
  const strange = makeLicenceId(licenceType, '11990100MB9900021U', 'TX2')
  expect(await intake.submit(request('纺织厂', [], strange))).toMatchObject({
    ...{ ok: false, fault: 'bad-materials' },
    fields: [{ field: 'retired', fault: 'licence-not-offered' }],
  })
})

test('however often and however fast a draft comes, it is one submission and one ticket', async () => {
  const request = draft()
  const answers = await Promise.all(Array.from({ length: 20 }, () => intake.submit(request)))
  answers.push(await intake.submit(request))
  expect(new Set(answers.map((answer) => JSON.stringify(good(answer)))).size).toBe(1)
  expect(held.ledger.size).toBe(1)
  expect(intake.byDraft(request.draftId)).toEqual(good(answers[0] as SubmitAnswer))
})

test('a draft that was accepted is answered again after the visit, with no secret and no need of a card', async () => {
  const request = draft()
  const first = good(await intake.submit(request))
  session.end('done')
  expect(good(await intake.submit(request))).toEqual({ ...first, qr: null })
  expect(intake.byDraft(request.draftId)).toEqual({ ...first, qr: null })
})

test('50 drafts at once: numbers 1 to 50 in the order they came, 50 tickets', async () => {
  const drafts = Array.from({ length: 50 }, () => draft())
  const answers = await Promise.all(drafts.map((each) => intake.submit(each)))
  const all = answers.map(good)
  expect(all.map((each) => each.sequence)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  expect(new Set(all.map((each) => each.ticket)).size).toBe(50)
  const inJournal: string[] = []
  for await (const entry of held.journal.read()) {
    if (entry.known && entry.frame.type === 'accepted') inJournal.push(entry.frame.draftId)
  }
  expect(inJournal).toEqual(drafts.map((each) => each.draftId))
})

test.each(['no-space', 'no-power'] as const)(
  'with %s nothing new is taken in; what was accepted is still answered; it opens by itself',
  async (closed) => {
    const request = draft()
    const first = good(await intake.submit(request))
    state = closed
    expect(await intake.submit(draft())).toEqual({ ok: false, fault: closed, fields: [] })
    expect(held.ledger.size).toBe(1)
    expect(good(await intake.submit(request)).ticket).toBe(first.ticket)
    state = 'no-attachments'
    expect(good(await intake.submit(draft())).sequence).toBe(2)
  },
)

test('nothing is promised before the frame is durable', async () => {
  let letGo: () => void = () => undefined
  const durable = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let syncing: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    syncing = resolve
  })
  held.disk.before = async (operation) => {
    if (operation !== 'sync') return
    syncing()
    await durable
  }
  const request = draft()
  let answered = false
  const answer = intake.submit(request).then((result) => {
    answered = true
    return result
  })
  await reached
  await settle()
  expect(answered).toBe(false)
  expect(intake.byDraft(request.draftId)).toBeNull()
  expect(book.of('submission-accepted')).toEqual([])
  letGo()
  good(await answer)
})

test.each(['ENOSPC', 'EIO'])(
  'a failed write (%s) keeps nothing and uses up no number; the same draft works later',
  async (code) => {
    const request = draft()
    held.disk.before = (operation) => {
      if (operation === 'sync') throw diskError(code)
    }
    expect(await intake.submit(request)).toEqual({ ok: false, fault: 'not-stored', fields: [] })
    expect(held.ledger.size).toBe(0)
    expect(intake.byDraft(request.draftId)).toBeNull()
    held.disk.before = () => undefined
    const accepted = good(await intake.submit(request))
    expect(accepted.sequence).toBe(1)
    expect(good(await intake.submit(draft())).sequence).toBe(2)
  },
)

test('one that fails in a row of many leaves no gap', async () => {
  let syncs = 0
  held.disk.before = (operation) => {
    if (operation === 'sync' && ++syncs === 2) throw diskError('EIO')
  }
  const answers = await Promise.all(Array.from({ length: 10 }, () => intake.submit(draft())))
  const kept = answers.filter((answer) => answer.ok).map(good)
  expect(kept).toHaveLength(9)
  expect(kept.map((each) => each.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('refusals say why and keep nothing', async () => {
  const refused = async (change: Partial<SubmitRequest>) => {
    const answer = await intake.submit(draft(change))
    SubmitAnswerSchema.parse(answer)
    return answer.ok ? 'accepted' : answer.fault
  }
  expect(await refused({ item: { id: 'S99', version: 1 } })).toBe('unknown-item')
  expect(await refused({ item: { id: 'S07', version: 2 } })).toBe('unknown-item')
  expect(await refused({ answers: { phone: '123' } })).toBe('bad-answers')
  expect(await refused({ answers: {} })).toBe('bad-answers')
  enrolled = false
  expect(await refused({})).toBe('no-trust')
  enrolled = true
  catalogue.set(null)
  expect(await refused({})).toBe('unknown-item')
  session.end('left')
  expect(await refused({})).toBe('no-card')
  expect(held.ledger.lastSequence).toBe(0)
})

test('scenario 18: a newer catalogue does not pull the form out of a citizen\u2019s hands', async () => {
  const now = catalogue.get()
  if (now === null) throw new Error('the fixture holds a catalogue')
  const items = now.catalogue.items.map((item) => ({ ...item, version: item.version + 1 }))
  catalogue.set({ manifest: { ...now.manifest, version: 2 }, catalogue: { ...now.catalogue, items } })
  good(await intake.submit(draft()))
  catalogue.set({ manifest: { ...now.manifest, version: 3 }, catalogue: { ...now.catalogue, items: [] } })
  good(await intake.submit(draft()))
  expect(held.ledger.waiting).toBe(2)
})

test('what is sealed as signed says that a paper is not handed in only when it is not', async () => {
  const now = catalogue.get()
  if (now === null) throw new Error('the fixture holds a catalogue')
  const text = { zh: '内容属实。' }
  const proof = {
    ...{ id: 'proof', name: text, required: true, sources: ['scan' as const], maxPages: 2, maxBytes: 99 },
    ...{ pledgeInstead: true, notHandedIn: { zh: '我没有带证明。' } },
  }
  const items = now.catalogue.items.map((item) => ({ ...item, materials: [proof], pledge: { title: text, text } }))
  catalogue.set({ ...now, catalogue: { ...now.catalogue, items } })
  const withStore = createIntake({
    ...parts,
    attachments: await openAttachments(held.disk, '/attachments', () => undefined),
  })
  const page = { materialId: 'proof', mediaType: 'image/jpeg' as const, plain: Buffer.from('a page') }
  const sealed = async (by: 'scan' | 'pledge') => {
    const request = draft({ materials: [{ materialId: 'proof', by }] })
    const { submissionId } = good(await withStore.submit(request, by === 'scan' ? [page] : []))
    const read = await held.journal.readAccepted(submissionId)
    if (!read.ok) throw new Error(read.fault)
    const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
    if (!opened.ok || opened.payload.kind !== 'application') throw new Error('no application')
    const { pledge, materials, attachments = [] } = opened.payload
    return { pledge, by: materials?.map((each) => each.by), pages: attachments.length }
  }
  expect(await sealed('scan')).toEqual({ pledge: '内容属实。', by: ['scan'], pages: 1 })
  expect(await sealed('pledge')).toEqual({ pledge: '我没有带证明。内容属实。', by: ['pledge'], pages: 0 })
})

test('a visit that ends while its submission waits for the disk leaves no secret to the next', async () => {
  const first = intake.submit(draft())
  session.end('left')
  putCard('孙桂兰', '990101195806120022', '19580612', '2')
  const accepted = good(await first)
  expect(accepted.qr).toBeNull()
  expect(session.receiptOf(accepted.submissionId)).toBeUndefined()
})

test('no line of the log holds anything of the citizen', async () => {
  good(await intake.submit(draft({ answers: { phone: PHONE, unit: '恒盛纺织' } })))
  await intake.submit(draft({ answers: { phone: '不是电话', [NAME]: ID_NUMBER, unit: '恒盛纺织' } }))
  held.disk.before = () => {
    throw diskError('ENOSPC')
  }
  await intake.submit(draft())
  session.end('done')
  expect(book.lines.length).toBeGreaterThan(3)
  for (const planted of [NAME, ID_NUMBER, PHONE, '恒盛纺织', '不是电话', '南桥'])
    expect(book.text()).not.toContain(planted)
})

test('scenario 16: materials are sealed, durable before the frame, listed in it and in the sealed header; none stays when one cannot be stored', async () => {
  const store = await openAttachments(held.disk, '/attachments', () => undefined)
  let level: 'open' | 'no-attachments' = 'open'
  const withStore = createIntake({ ...parts, attachments: store, state: () => level })
  const materials = [
    { materialId: 'photo', mediaType: 'image/jpeg' as const, plain: Buffer.alloc((1 << 20) + 5, 7) },
    { materialId: 'proof', mediaType: 'application/pdf' as const, plain: Buffer.from('a page') },
  ]
  const { submissionId } = good(await withStore.submit(draft(), materials))
  const read = await held.journal.readAccepted(submissionId)
  if (!read.ok) throw new Error(read.fault)
  const listed = (read.frame.chunks ?? []).map((chunk) => chunk.sha256)
  expect(listed).toHaveLength(3)
  expect([...(await store.list())].sort()).toEqual([...listed].sort())
  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  if (!opened.ok || opened.payload.kind !== 'application') throw new Error('no application')
  expect(opened.header.chunks.map((chunk) => chunk.sha256)).toEqual(listed)
  expect(opened.payload.attachments?.map((each) => each.materialId)).toEqual(['photo', 'proof'])

  // The second of the two does not fit: nothing of either is left, and nothing was promised.
  held.disk.freeBytes = (1 << 20) + 600
  const refused = await withStore.submit(draft(), materials)
  expect(refused.ok ? 'accepted' : refused.fault).toBe('not-stored')
  expect(await store.list()).toHaveLength(3)
  held.disk.freeBytes = Number.POSITIVE_INFINITY
  level = 'no-attachments'
  const tight = await withStore.submit(draft(), materials)
  expect(tight.ok ? 'accepted' : tight.fault).toBe('no-attachments')
  good(await withStore.submit(draft()))
  expect(held.ledger.waiting).toBe(2)
})

test('who helped is in the sealed payload, put there by main, and not in the next one', async () => {
  let helpers = [{ id: '0217', name: '李静' }]
  const submitted: string[] = []
  const staff = {
    isHelping: () => true,
    helpers: () => helpers,
    submitted() {
      submitted.push('told')
      helpers = []
    },
  }
  const helped = createIntake({ ...parts, staff })
  const payloadOf = async ({ submissionId }: Accepted) => {
    const read = await held.journal.readAccepted(submissionId)
    if (!read.ok) throw new Error(read.fault)
    const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
    if (!opened.ok) throw new Error(opened.fault)
    return opened.payload
  }
  // What a page says of helpers is not even looked at.
  const forged = { ...draft(), assistedBy: [{ id: '9', name: '别人' }] }
  expect(await payloadOf(good(await helped.submit(forged)))).toMatchObject({
    assistedBy: [{ id: '0217', name: '李静' }],
  })
  expect(submitted).toEqual(['told'])
  expect(await payloadOf(good(await helped.submit(draft())))).not.toHaveProperty('assistedBy')
})

test('while staff helps nothing that is signed is taken, signed or not; afterwards it is', async () => {
  let isHelping = true
  const staff = { isHelping: () => isHelping, helpers: () => [], submitted: () => undefined }
  const [item] = CATALOGUE.items
  if (item === undefined) throw new Error('fixture')
  const { manifest } = await world.signedCatalogue(1)
  catalogue.set({ manifest, catalogue: { ...CATALOGUE, items: [{ ...item, signature: true }] } })
  const watched = createIntake({ ...parts, staff })
  const signature = { strokes: [[[1, 1] as [number, number]]] }
  for (const request of [draft(), draft({ signature })]) {
    expect(await watched.submit(request)).toEqual({ ok: false, fault: 'staff-helping', fields: [] })
  }
  isHelping = false
  good(await watched.submit(draft({ signature })))
})

test('what main saw is sealed, whatever the page says of it, and less than the item asks for is refused', async () => {
  const ask = (assurance: 2 | 3 | 4) =>
    catalogue.set({
      ...(catalogue.get() as HeldCatalogue),
      catalogue: { ...CATALOGUE, items: CATALOGUE.items.map((item) => ({ ...item, assurance, needsForms: 2 })) },
    })
  const payloadOf = async (accepted: Accepted) => {
    const read = await held.journal.readAccepted(accepted.submissionId)
    if (!read.ok) throw new Error(read.fault)
    const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
    if (!opened.ok || opened.payload.kind !== 'application') throw new Error('not opened')
    return opened.payload
  }
  ask(4)
  expect((await payloadOf(good(await intake.submit(draft())))).signIn).toEqual({ by: 'id-card', assurance: 'high' })

  session.end('done')
  const found = namedApplicant(
    { name: NAME, idNumber: ID_NUMBER },
    'social-security-card',
    NOW,
    '2026-11-23',
    () => true,
  )
  if (!found.ok) throw new Error(found.refusal)
  session.admit(found.applicant, signInBy('social-security-card'), { foundAtMs: 1, fieldsAtMs: 2 })
  const high = { by: 'id-card', assurance: 'high' }
  const forged = () => ({ ...draft(), signIn: high, applicant: { ...found.applicant, source: 'id-card-chip' } })
  expect(await intake.submit(SubmitRequestSchema.parse(forged()))).toMatchObject({
    ok: false,
    fault: 'sign-in-too-low',
  })
  // Straight at main, past the bridge's schema.
  expect(await intake.submit(forged())).toMatchObject({ ok: false, fault: 'sign-in-too-low' })
  ask(3)
  const payload = await payloadOf(good(await intake.submit(forged())))
  expect(payload.signIn).toEqual({ by: 'social-security-card', assurance: 'substantial' })
  expect(payload.applicant.source).toBe('social-security-card')
})
