import { expect, test } from 'vitest'
import type { BindingScope } from '../protocol/binding.ts'
import { systemSources } from './sources.ts'
import type { HubStore, SubmissionRow } from './store.ts'

/** What every store promises; run over memory, PGlite and PostgreSQL by store.test.ts. */

const AT = '2026-11-23T02:48:00.000Z'
const LATER = '2026-12-23T02:48:00.000Z'
const hash = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)
const JWK = { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } as const

/** Rows with the next sequences, one receipt over them. */
export async function arrive(
  store: HubStore,
  terminalId: string,
  items: readonly (Partial<SubmissionRow> & { readonly deviceSequence: number })[],
  chunkSha256s: readonly string[] = [],
): Promise<readonly SubmissionRow[]> {
  return store.transaction(async (tx) => {
    const rows = items.map((item, index): SubmissionRow => {
      const submissionId = item.submissionId ?? systemSources.randomUuid()
      return {
        submissionId,
        sha256: hash(submissionId),
        terminalId,
        deviceKid: 'kid',
        kind: 'application',
        itemId: 'S07',
        itemCode: 'code',
        itemVersion: 1,
        ticket: 'ABCD2345',
        secretSha256: hash('secret'),
        acceptedAt: AT,
        envelope: `{"summary":"${submissionId}","sealed":"'\\\\"}`,
        receivedAt: AT,
        hubEpoch: tx.hub.epoch,
        hubSequence: tx.hub.lastSequence + 1 + index,
        cloned: false,
        ...item,
      }
    })
    const jws = `receipt.${systemSources.randomUuid()}`
    await tx.insertSubmissions({ terminalId, rows, receipt: { sha256: hash(jws.slice(8)), jws }, chunkSha256s })
    return rows
  })
}

/** A store of a founded hub on which nothing happened yet. */
export function holdsItsPromises(makeStore: () => Promise<HubStore>): void {
  const sequenceOf = async (store: HubStore) => (await store.stand()).hubSequence

  test('rows get their sequence, receipt and place in the chain, and are found again', async () => {
    const store = await makeStore()
    const { hubEpoch } = await store.stand()
    expect(await store.stand()).toEqual({ hubEpoch, hubSequence: 0, backedUpThrough: null })
    const [first, second] = await arrive(store, 'T-1', [{ deviceSequence: 4 }, { deviceSequence: 9 }])
    const [third] = await arrive(store, 'T-2', [{ deviceSequence: 1 }])
    if (first === undefined || second === undefined || third === undefined) throw new Error('no rows')
    expect(await sequenceOf(store)).toBe(3)
    const held = await store.held([first.submissionId, third.submissionId, systemSources.randomUuid()])
    expect([...held.keys()].sort()).toEqual([first.submissionId, third.submissionId].sort())
    const one = held.get(first.submissionId)
    expect(one).toMatchObject({ terminalId: 'T-1', sha256: first.sha256, hubSequence: 1 })
    expect(one?.receipt).toMatch(/^receipt\./)
    expect((await store.held([second.submissionId])).get(second.submissionId)?.receipt).toBe(one?.receipt)
    expect(await store.chainHead('T-1')).toBe(one?.receiptSha256)
    expect(await store.chainHead('T-9')).toBeNull()
    expect(await store.heldHashes([second.submissionId, 'x'])).toEqual(new Map([[second.submissionId, second.sha256]]))
    const ids = [first.submissionId, third.submissionId, systemSources.randomUuid()]
    const facts = { submissionIds: ids, deviceSequences: [1, 4, 9], kids: ['kid'] }
    expect(await store.arrivalFacts({ terminalId: 'T-1', ...facts })).toEqual({
      held: await store.held(ids),
      usedDeviceSequences: new Set([4, 9]),
      revokedAt: new Map(),
      chainHead: one?.receiptSha256,
    })
    const nothing = { submissionIds: [], deviceSequences: [], kids: [] }
    expect(await store.arrivalFacts({ terminalId: 'T-9', ...nothing })).toEqual({
      held: new Map(),
      usedDeviceSequences: new Set(),
      revokedAt: new Map(),
      chainHead: null,
    })
    expect(await store.heldInRange('T-1', 5, 1e12, 10)).toEqual([
      { deviceSequence: 9, submissionId: second.submissionId, sha256: second.sha256 },
    ])
    expect(await store.heldInRange('T-1', 1, 9, 1)).toHaveLength(1)
    expect(await store.waitingCases(1, [first.submissionId])).toEqual([
      { submissionId: second.submissionId, envelope: second.envelope },
    ])
    expect(await store.held([])).toEqual(new Map())
  })

  test('a renewed receipt: the row is under it and its epoch, and nothing else of it changes', async () => {
    const store = await makeStore()
    const [a, b, c] = await arrive(store, 'T-1', [{ deviceSequence: 1 }, { deviceSequence: 2 }, { deviceSequence: 3 }])
    if (a === undefined || b === undefined || c === undefined) throw new Error('no rows')
    const next = systemSources.randomUuid()
    await store.transaction((tx) => tx.openEpoch({ epoch: next, at: AT, why: 'command' }))
    const before = await store.held([a.submissionId, b.submissionId, c.submissionId])
    const receipt = { sha256: hash('renewal'), jws: 'renewal' }
    const renewed = { hubEpoch: next, submissionIds: [a.submissionId, c.submissionId] }
    await store.transaction((tx) =>
      tx.insertSubmissions({ terminalId: 'T-1', rows: [], renewed, receipt, chunkSha256s: [] }),
    )
    const held = await store.held([a.submissionId, b.submissionId, c.submissionId])
    const changed = { hubEpoch: next, receiptSha256: receipt.sha256, receipt: receipt.jws }
    expect(held.get(a.submissionId)).toEqual({ ...before.get(a.submissionId), ...changed })
    expect(held.get(c.submissionId)).toEqual({ ...before.get(c.submissionId), ...changed })
    expect(held.get(b.submissionId)).toEqual(before.get(b.submissionId))
    expect(before.get(b.submissionId)).toMatchObject({ deviceSequence: 2, hubEpoch: b.hubEpoch })
    expect(await store.chainHead('T-1')).toBe(receipt.sha256)
    const mark = { hubEpoch: next, hubSequence: 3, receiptSha256: receipt.sha256 }
    expect(await store.markFacts(mark)).toMatchObject({ row: { hubEpoch: next, receiptSha256: receipt.sha256 } })
    expect(await sequenceOf(store)).toBe(3)
    expect(await arrive(store, 'T-1', [{ deviceSequence: 4 }])).toMatchObject([{ hubSequence: 4 }])
  })

  test('what throws leaves nothing behind, and the next one takes its sequence', async () => {
    const store = await makeStore()
    const [kept] = await arrive(store, 'T-1', [{ deviceSequence: 1 }])
    const lost = systemSources.randomUuid()
    await expect(
      store.transaction(async (tx) => {
        await tx.issueCode({ codeSha256: hash('code'), terminalId: 'T-1', at: AT })
        expect(await tx.enrolmentCode(hash('code'), 'T-1')).toEqual({ usedByKid: null })
        await tx.openEpoch({ epoch: systemSources.randomUuid(), at: AT, why: 'command' })
        throw new Error('on purpose')
      }),
    ).rejects.toThrow('on purpose')
    const again = [
      { deviceSequence: 2, submissionId: lost },
      { deviceSequence: 3, submissionId: kept?.submissionId ?? '' },
    ]
    await expect(arrive(store, 'T-1', again)).rejects.toThrow(/duplicate key/)
    expect(await store.heldHashes([lost])).toEqual(new Map())
    expect(await store.transaction((tx) => tx.enrolmentCode(hash('code'), 'T-1'))).toBeUndefined()
    const [next] = await arrive(store, 'T-1', [{ deviceSequence: 2 }])
    expect(next).toMatchObject({ hubSequence: 2, hubEpoch: kept?.hubEpoch })
    expect(await sequenceOf(store)).toBe(2)
  })

  test('transactions take turns: thirty at once give thirty sequences without a gap', async () => {
    const store = await makeStore()
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, i) => arrive(store, `T-${i % 3}`, [{ deviceSequence: i + 1 }])),
    )
    expect(
      all
        .flat()
        .map((row) => row.hubSequence)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(await sequenceOf(store)).toBe(30)
  })

  test('nobody sees what is not committed', async () => {
    const store = await makeStore()
    const id = systemSources.randomUuid()
    let seen: Promise<ReadonlyMap<string, string>> | undefined
    await store.transaction(async (tx) => {
      await tx.issueCode({ codeSha256: hash('one'), terminalId: id.slice(0, 8), at: AT })
      // Begun inside, answered when it may be: on one connection that is after the commit.
      seen = store.heldHashes([id])
    })
    expect(await seen).toEqual(new Map())
  })

  test('a mark is known by epoch, sequence, terminal and receipt', async () => {
    const store = await makeStore()
    const { hubEpoch } = await store.stand()
    await arrive(store, 'T-1', [{ deviceSequence: 1 }])
    const receiptSha256 = await store.chainHead('T-1')
    const mark = { hubEpoch, hubSequence: 1, receiptSha256: receiptSha256 ?? '' }
    const row = { terminalId: 'T-1', hubEpoch, receiptSha256 }
    expect(await store.markFacts(mark)).toEqual({ currentEpoch: hubEpoch, knowsEpoch: true, row })
    expect(await store.markFacts({ ...mark, hubSequence: 2 })).toMatchObject({ row: undefined })
    const [forgotten, next] = [systemSources.randomUuid(), systemSources.randomUuid()]
    expect(await store.markFacts({ ...mark, hubEpoch: forgotten })).toMatchObject({ knowsEpoch: false })
    expect(await store.transaction((tx) => tx.lastProofAt())).toBeUndefined()
    await store.transaction((tx) => tx.openEpoch({ epoch: next, at: AT, why: 'proof', forgotten }))
    expect(await store.transaction((tx) => tx.lastProofAt())).toBe(AT)
    expect(await store.markFacts({ ...mark, hubEpoch: forgotten })).toMatchObject({
      knowsEpoch: true,
      currentEpoch: next,
    })
    expect(await store.markFacts(mark)).toMatchObject({ knowsEpoch: true, row })
    expect(await store.stand()).toMatchObject({ hubEpoch: next, hubSequence: 1, backedUpThrough: null })
  })

  test('chunks: offered, stored once, used by a submission; what nobody came back for is swept', async () => {
    const store = await makeStore()
    const [used, left, fresh] = [hash('used'), hash('left'), hash('fresh')]
    const [id, other] = [systemSources.randomUuid(), systemSources.randomUuid()]
    const offer = (submissionId: string, sha256: string, at: string) =>
      store.transaction((tx) => tx.saveOffer({ terminalId: 'T-1', submissionId, chunks: [{ sha256, bytes: 3 }], at }))
    await offer(id, used, AT)
    await offer(other, left, AT)
    expect(await store.offeredSizes(used)).toEqual([3])
    expect(await store.offeredSizes(hash('never'))).toEqual([])
    expect(await store.openOfferBytes('T-1', other)).toBe(3)
    expect(await store.openOfferBytes('T-1', systemSources.randomUuid())).toBe(6)
    expect(await store.openOfferBytes('T-2', other)).toBe(0)
    await store.storeChunk({ sha256: used, content: new Uint8Array([1, 2, 3]), at: AT })
    await store.storeChunk({ sha256: used, content: new Uint8Array([9, 9, 9]), at: AT })
    await store.storeChunk({ sha256: left, content: new Uint8Array([4, 5, 6]), at: AT })
    expect(await store.chunkSizes([used, left, fresh])).toEqual(
      new Map([
        [used, 3],
        [left, 3],
      ]),
    )
    expect([...((await store.chunk(used)) ?? [])]).toEqual([1, 2, 3])
    expect(await store.chunk(fresh)).toBeUndefined()
    await arrive(store, 'T-1', [{ deviceSequence: 1, submissionId: id }], [used])
    expect(await store.offeredSizes(used)).toEqual([])
    const again = { terminalId: 'T-1', submissionId: other, at: AT }
    await store.transaction((tx) => tx.saveOffer({ ...again, chunks: [{ sha256: fresh, bytes: 5 }] }))
    await store.transaction((tx) => tx.saveOffer({ ...again, chunks: [] }))
    expect([await store.offeredSizes(fresh), await store.openOfferBytes('T-1', '')]).toEqual([[], 0])
    await offer(other, left, AT)
    await offer(systemSources.randomUuid(), fresh, LATER)
    expect(await store.transaction((tx) => tx.sweepOffers(LATER))).toEqual({ offers: 1, chunks: 1 })
    expect([...(await store.chunkSizes([used, left])).keys()]).toEqual([used])
    expect(await store.offeredSizes(fresh)).toEqual([3])
  })

  test('an agent has so many places a day, a submission has one, and days are forgotten with all that was in them', async () => {
    const store = await makeStore()
    const rows = await arrive(
      store,
      'T-1',
      Array.from({ length: 8 }, (_, at) => ({ deviceSequence: at + 1 })),
    )
    const ids = rows.map((row) => row.submissionId)
    const day = '2026-11-23'
    const key = await store.agentDayKey({ day, fresh: 'first', forgetBefore: '2026-05-01' })
    expect(key).toBe('first')
    expect(await store.agentDayKey({ day, fresh: 'second', forgetBefore: '2026-05-01' })).toBe('first')
    const take = (submissionId: string, agent = 'a', on = day) =>
      store.takeAgentPlace({ day: on, agent, submissionId, limit: 2 })
    // At once: however they meet, two get a place.
    const answers = await Promise.all(ids.slice(0, 4).map((id) => take(id)))
    expect(answers.filter(Boolean)).toHaveLength(2)
    for (const [at, id] of ids.slice(0, 4).entries()) expect(await take(id)).toBe(answers[at])
    expect(await take(ids[4] ?? '', 'b')).toBe(true)
    expect(await take(ids[5] ?? '', 'a', '2026-11-24')).toBe(true)
    expect(await store.agentDayKey({ day, fresh: 'third', forgetBefore: '2026-11-24' })).toBe('third')
    expect(await take(ids[6] ?? '')).toBe(true)
    expect(await take(ids[7] ?? '')).toBe(true)
    expect(await take(ids[0] ?? '')).toBe(false)
  })

  test('case changes get sequences in order, above the last and above what is said, for the terminal that they are of', async () => {
    const store = await makeStore()
    const [a, b] = await arrive(store, 'T-1', [{ deviceSequence: 1 }, { deviceSequence: 2 }])
    const [c] = await arrive(store, 'T-2', [{ deviceSequence: 1 }])
    const change = (row: SubmissionRow | undefined, state: '已受理' | '需补正', from: '待打开' | '需补正' = '待打开') =>
      store.changeCase({ submissionId: row?.submissionId ?? '', from: [from], state, faults: [], at: AT })
    expect(await change(b, '需补正')).toBe(true)
    expect(await change(b, '已受理')).toBe(false)
    expect(await change(c, '已受理')).toBe(true)
    expect(await store.caseChanges('T-1', 0, 10)).toEqual([])
    await store.settleCaseChanges(0)
    expect(await change(b, '已受理', '需补正')).toBe(true)
    expect(await change(a, '已受理')).toBe(true)
    await store.settleCaseChanges(0)
    await store.settleCaseChanges(0)
    const about = { ticket: 'ABCD2345', at: AT }
    expect(await store.caseChanges('T-1', 0, 10)).toEqual([
      { sequence: 1, submissionId: b?.submissionId, state: '需补正', ...about },
      { sequence: 3, submissionId: b?.submissionId, state: '已受理', ...about },
      { sequence: 4, submissionId: a?.submissionId, state: '已受理', ...about },
    ])
    expect(await store.caseChanges('T-1', 1, 1)).toMatchObject([{ sequence: 3 }])
    expect([await store.newestCaseSequence('T-2'), await store.newestCaseSequence('T-3')]).toEqual([2, 0])
    expect([await store.hasCaseChange('T-1', 3), await store.hasCaseChange('T-1', 2)]).toEqual([true, false])
    expect(await store.waitingCases(10, [])).toEqual([])
    const [d, e] = await arrive(store, 'T-2', [{ deviceSequence: 2 }, { deviceSequence: 3 }])
    await change(d, '已受理')
    await store.settleCaseChanges(5_000_000_000_000)
    await change(e, '已受理')
    // The clock was put back.
    await store.settleCaseChanges(7)
    expect(await store.caseChanges('T-2', 2, 10)).toMatchObject([
      { sequence: 5_000_000_000_001, submissionId: d?.submissionId },
      { sequence: 5_000_000_000_002, submissionId: e?.submissionId },
    ])
    expect(await change({ submissionId: systemSources.randomUuid() } as SubmissionRow, '已受理')).toBe(false)
  })

  test('devices: a code is spent once, a revoked key stays revoked', async () => {
    const store = await makeStore()
    const enrol = (kid: string, code: string) =>
      store.transaction((tx) => tx.enrolDevice({ terminalId: 'T-1', kid, jwk: JWK, codeSha256: hash(code), at: AT }))
    for (const code of ['a', 'b']) {
      await store.transaction((tx) => tx.issueCode({ codeSha256: hash(code), terminalId: 'T-1', at: AT }))
    }
    await enrol('k1', 'a')
    expect(await store.transaction((tx) => tx.enrolmentCode(hash('a'), 'T-1'))).toEqual({ usedByKid: 'k1' })
    expect(await store.transaction((tx) => tx.enrolmentCode(hash('a'), 'T-2'))).toBeUndefined()
    expect(await store.deviceKey('T-1', 'k1')).toEqual({ jwk: JWK, revokedAt: null })
    expect(await store.deviceKey('T-2', 'k1')).toBeUndefined()
    expect(await store.transaction((tx) => tx.revokeTerminal('T-1', LATER))).toBe(1)
    expect(await store.transaction((tx) => tx.revokeTerminal('T-1', LATER))).toBe(0)
    expect(await store.transaction((tx) => tx.enrolmentCode(hash('b'), 'T-1'))).toBeUndefined()
    await enrol('k1', 'a')
    await enrol('k2', 'a')
    expect(await store.deviceKey('T-1', 'k1')).toEqual({ jwk: JWK, revokedAt: LATER })
    const question = { terminalId: 'T-1', submissionIds: [], deviceSequences: [], kids: ['k1', 'k2', 'k3'] }
    const revokedAt = new Map<string, string | null>([
      ['k1', LATER],
      ['k2', null],
    ])
    expect(await store.arrivalFacts(question)).toMatchObject({ revokedAt })
    expect((await store.arrivalFacts({ ...question, terminalId: 'T-2' })).revokedAt.size).toBe(0)
  })

  test('a case is rated once, whoever comes first; complaints are counted by sort', async () => {
    const store = await makeStore()
    const [a, b, c] = await arrive(store, 'T-1', [{ deviceSequence: 1 }, { deviceSequence: 2 }, { deviceSequence: 3 }])
    if (a === undefined || b === undefined || c === undefined) throw new Error('no rows')
    const caseId = systemSources.randomUuid()
    const rating = { caseId, level: 2, reasons: ['too-slow'], hasWords: false, at: AT } as const
    const two = [a, b].map(({ submissionId }) => store.keepRating({ ...rating, submissionId }))
    const kept = await Promise.all(two)
    expect([...kept].sort()).toEqual([false, true])
    // The first comes again, as after a fall of the opener; the second stays out.
    for (const [index, { submissionId }] of [a, b].entries()) {
      expect(await store.keepRating({ ...rating, submissionId })).toBe(kept[index])
    }
    const another = { ...rating, caseId: systemSources.randomUuid(), level: 5 as const, reasons: [] }
    expect(await store.keepRating({ ...another, submissionId: c.submissionId })).toBe(true)
    const complaint = { what: 'hall', itemId: null, anonymous: true, at: AT } as const
    for (const [{ submissionId }, sort] of [
      [a, '投诉'],
      [a, '投诉'],
      [b, '建议'],
      [c, '投诉'],
    ] as const) {
      await store.keepComplaint({ ...complaint, submissionId, sort })
    }
    const counts = await store.feedbackCounts()
    expect([counts.ratings.get(2), counts.ratings.get(5), counts.ratings.get(1)]).toEqual([1, 1, undefined])
    expect([counts.complaints.get('投诉'), counts.complaints.get('建议')]).toEqual([2, 1])
  })

  test('staff: one row a number, one list a terminal, and who helped stays with the case', async () => {
    const store = await makeStore()
    const { hubEpoch: epoch } = await store.stand()
    const verifier = { cost: 32_768, blockSize: 8, lanes: 1, salt: 's'.repeat(22), hash: 'h'.repeat(43) } as const
    const li = { id: '0002', name: '李静', badgeId: 'A'.repeat(11), verifier, addedAt: AT, removedAt: null }
    const wu = { ...li, id: '0001', name: '吴平', badgeId: 'B'.repeat(11), terminals: ['T-1'] }
    await store.transaction(async (tx) => {
      await tx.saveStaff({ ...li, terminals: null })
      await tx.saveStaff(wu)
      await tx.saveStaff({ ...wu, removedAt: LATER })
    })
    expect(await store.staff()).toEqual([
      { ...wu, removedAt: LATER },
      { ...li, terminals: null },
    ])
    const twice = store.transaction((tx) => tx.saveStaff({ ...wu, id: '0003', badgeId: li.badgeId }))
    await expect(twice).rejects.toThrow(/duplicate key/)
    const list = { terminalId: 'T-1', version: 1_795_000_000, epoch, manifest: 'm', content: 'c' }
    const first = { ...list, membersSha256: hash('m'), issuedAt: AT }
    expect(await store.staffList('T-1')).toBeUndefined()
    await store.transaction((tx) => tx.saveStaffList(first))
    await store.transaction((tx) => tx.saveStaffList({ ...first, version: first.version + 1 }))
    expect(await store.staffList('T-1')).toEqual({ ...first, version: first.version + 1 })
    expect(await store.staffList('T-2')).toBeUndefined()

    const [row] = await arrive(store, 'T-1', [{ deviceSequence: 1 }])
    if (row === undefined) throw new Error('no row')
    const helpers = [{ id: '0002', name: '李静' }]
    const { submissionId } = row
    expect(await store.helpersOf(submissionId)).toEqual([])
    await store.changeCase({ submissionId, from: ['待打开'], state: '已受理', faults: [], helpers, at: AT })
    expect(await store.helpersOf(submissionId)).toEqual(helpers)
    const others = [{ id: '0001', name: '吴平' }]
    await store.changeCase({ submissionId, from: ['待打开'], state: '需补正', faults: [], helpers: others, at: AT })
    expect(await store.helpersOf(submissionId)).toEqual(helpers)
  })

  test('a hand-over: ciphertext until it ends, a log of what became of it, swept when it is over', async () => {
    const store = await makeStore()
    const [id, other] = [systemSources.randomUuid(), systemSources.randomUuid()]
    const facts = { sealedBy: 'T-1', sealedAt: AT, expiresAt: LATER, verifierSha256: hash('v'), tries: 0 }
    const row = { handoverId: id, ...facts, cardProofSha256: hash('c'), sealed: 'sealed', takenBy: null, ended: null }
    expect(await store.handover(id)).toBeUndefined()
    await store.transaction((tx) => tx.saveHandover(row))
    await store.transaction((tx) => tx.saveHandover({ ...row, handoverId: other, expiresAt: AT }))
    expect(await store.handover(id)).toEqual(row)
    await store.transaction((tx) => tx.saveHandover({ ...row, tries: 2, takenBy: 'T-2' }))
    expect(await store.handover(id)).toEqual({ ...row, tries: 2, takenBy: 'T-2' })
    const before = new Date(Date.parse(AT) - 1).toISOString()
    expect(await store.openHandoversOf(row.sealedBy, before)).toEqual([row.sealedAt, row.sealedAt])
    expect(await store.openHandoversOf(row.sealedBy, row.sealedAt)).toEqual([])
    expect(await store.openHandoversOf('T-other', before)).toEqual([])
    const line = { handoverId: id, at: AT, terminalId: 'T-1', act: 'kept', staffId: null } as const
    await store.transaction((tx) => tx.logHandover(line))
    await store.transaction((tx) => tx.logHandover({ ...line, terminalId: null, act: 'expired', staffId: '0217' }))
    expect(await store.handoverLog(id)).toEqual([line, { ...line, terminalId: null, act: 'expired', staffId: '0217' }])
    expect(await store.handoverLog(other)).toEqual([])

    expect(await store.transaction((tx) => tx.sweepHandovers(AT, AT))).toEqual([other])
    const over = { ended: 'expired', sealed: null, cardProofSha256: null }
    expect(await store.handover(other)).toEqual({ ...row, handoverId: other, expiresAt: AT, ...over })
    expect(await store.transaction((tx) => tx.sweepHandovers(AT, AT))).toEqual([])
    expect(await store.transaction((tx) => tx.sweepHandovers(AT, LATER))).toEqual([])
    expect([await store.handover(other), (await store.handover(id))?.sealed]).toEqual([undefined, 'sealed'])
  })

  test('persons: one key for ever, whose case it is said once, her cases newest first, and who asked', async () => {
    const store = await makeStore()
    const keys = await Promise.all(['k1', 'k2'].map((fresh) => store.personKey(fresh)))
    expect(new Set(keys).size).toBe(1)
    expect(await store.personKey('k3')).toBe(keys[0])
    const rows = await arrive(store, 'T-1', [{ deviceSequence: 1 }, { deviceSequence: 2 }, { deviceSequence: 3 }])
    const [a, b, c] = rows
    if (a === undefined || b === undefined || c === undefined) throw new Error('no rows')
    const open = { from: ['待打开'], state: '已受理', faults: [], at: LATER } as const
    await store.changeCase({ ...open, submissionId: a.submissionId, person: hash('p') })
    await store.changeCase({ ...open, submissionId: b.submissionId, state: '需补正', person: hash('p') })
    await store.changeCase({ ...open, submissionId: c.submissionId, person: hash('q') })
    // Said once: a later change makes it nobody else's.
    await store.changeCase({ ...open, from: ['已受理'], submissionId: a.submissionId, person: hash('q') })
    const told = ({ ticket, itemId, acceptedAt }: (typeof rows)[number]) => ({ ticket, itemId, acceptedAt, at: LATER })
    expect(await store.casesOf(hash('p'), 10)).toEqual([
      { ...told(b), state: '需补正' },
      { ...told(a), state: '已受理' },
    ])
    expect(await store.casesOf(hash('p'), 1)).toHaveLength(1)
    expect(await store.casesOf(hash('r'), 10)).toEqual([])
    const asked = { at: AT, terminalId: 'T-1', person: hash('p'), kinds: ['cases', 'shared'], told: ['cases'] } as const
    const item = { id: 'S05', version: 2, consentSha256: hash('c') }
    await store.notePersonQuestion({ ...asked, item: null })
    await store.notePersonQuestion({ ...asked, told: [], item })
    expect(await store.personQuestions(10)).toEqual([
      { ...asked, told: [], item },
      { ...asked, item: null },
    ])
    expect(await store.personQuestions(1)).toHaveLength(1)
  })

  test('a used code is used until it is over, whoever asks at once', async () => {
    const store = await makeStore()
    const code = { mark: hash('m'), endsAt: LATER, now: AT }
    const answers = await Promise.all([store.spendCode(code), store.spendCode(code)])
    expect(answers.toSorted()).toEqual([false, true])
    expect(await store.spendCode({ ...code, mark: hash('n') })).toBe(true)
    expect(await store.spendCode(code)).toBe(false)
    expect(await store.spendCode({ ...code, endsAt: new Date(Date.parse(LATER) + 1).toISOString(), now: LATER })).toBe(
      true,
    )
  })

  test('bindings: one at a time between two, ended by either, and what comes late does not undo a later word', async () => {
    const store = await makeStore()
    await store.personKey('k')
    const rows = await arrive(
      store,
      'T-1',
      [1, 2, 3, 4].map((deviceSequence) => ({ deviceSequence })),
    )
    const [first, second, late, end] = rows.map(({ submissionId }) => submissionId)
    if (first === undefined || second === undefined || late === undefined || end === undefined)
      throw new Error('no rows')
    const day = (date: string) => ({ at: `${date}T02:00:00.000Z`, day: date })
    const two = { agent: hash('a'), principal: hash('p') }
    const ids = rows.map(() => systemSources.randomUuid())
    const binding = (index: number, submissionId: string, since: string) => ({
      ...({ bindingId: ids[index] ?? '', submissionId, ...two, relation: 'child', scope: { of: 'all' } } as const),
      ...{ since: `${since}T01:00:00.000Z`, until: '2027-03-01' },
    })
    const held = async (date: string) =>
      (await store.bindingsBetween({ ...two, ...day(date) })).map((row) => row.bindingId)
    expect(await store.keepBinding(binding(0, first, '2026-11-01'))).toBe('kept')
    expect(await store.keepBinding({ ...binding(0, first, '2026-11-01'), bindingId: systemSources.randomUuid() })).toBe(
      'kept',
    )
    expect(await held('2026-10-31')).toEqual([])
    expect(await held('2026-11-01')).toEqual([ids[0]])
    expect(await held('2027-03-01')).toEqual([ids[0]])
    expect(await held('2027-03-02')).toEqual([])
    const scope: BindingScope = { of: 'items', ids: ['S02'] }
    expect(await store.keepBinding({ ...binding(1, second, '2026-11-10'), scope })).toBe('kept')
    expect(await held('2026-11-09')).toEqual([ids[0]])
    expect(await held('2026-11-10')).toEqual([ids[1]])
    // Offline for a week at another terminal.
    expect(await store.keepBinding(binding(2, late, '2026-11-05'))).toBe('overtaken')
    const asAgent = { side: 'agent', person: two.agent, ...day('2026-11-11') } as const
    const kept = { ...binding(1, second, '2026-11-10'), scope, withdrawnAt: null, withdrawnBy: null }
    expect(await store.bindingsOf(asAgent, 5)).toEqual([kept])
    expect(await store.bindingsOf({ ...asAgent, side: 'principal' }, 5)).toEqual([])
    expect(await store.bindingsOf({ ...asAgent, side: 'principal', person: two.principal }, 5)).toEqual([kept])
    expect(await store.bindingsOf(asAgent, 0)).toEqual([])
    const ended = { bindingId: ids[1] ?? '', submissionId: end, at: '2026-11-12T01:00:00.000Z' }
    expect(await store.endBinding({ ...ended, side: 'principal', person: two.agent })).toBeUndefined()
    expect(
      await store.endBinding({ ...ended, bindingId: systemSources.randomUuid(), side: 'agent', person: two.agent }),
    ).toBeUndefined()
    expect(await held('2026-11-13')).toEqual([ids[1]])
    for (const side of ['principal', 'agent'] as const) {
      expect(await store.endBinding({ ...ended, side, person: two[side] })).toEqual({ principal: two.principal })
      expect(await held('2026-11-11')).toEqual([ids[1]])
      expect(await held('2026-11-12')).toEqual([])
    }
    expect(await store.keepBinding(binding(2, late, '2026-11-11'))).toBe('overtaken')
    expect(await store.keepBinding(binding(2, late, '2026-11-14'))).toBe('kept')
    expect(await held('2026-11-14')).toEqual([ids[2]])
    expect(await store.envelopeOf(second)).toBe(rows[1]?.envelope)
    expect(await store.envelopeOf('nothing')).toBeUndefined()
  })

  test('notices: written with the change of the case, told once, the least often tried first', async () => {
    const store = await makeStore()
    const rows = await arrive(store, 'T-1', [{ deviceSequence: 1 }, { deviceSequence: 2 }])
    const [a, b] = rows
    if (a === undefined || b === undefined) throw new Error('no rows')
    const notice = { person: hash('p'), what: 'handed-in' } as const
    const open = { from: ['待打开'], state: '已受理', faults: [], at: LATER } as const
    // Not changed, so nothing is told of it.
    expect(await store.changeCase({ ...open, from: ['需补正'], submissionId: a.submissionId, notice })).toBe(false)
    expect(await store.noticeOf(a.submissionId)).toBeUndefined()
    for (const { submissionId } of rows) await store.changeCase({ ...open, submissionId, notice })
    const told = ({ submissionId, ticket, itemId, acceptedAt }: (typeof rows)[number]) => ({
      ...{ submissionId, ticket, itemId, acceptedAt, ...notice, at: LATER, takenAt: null, tries: 0 },
    })
    expect(await store.waitingNotices(5)).toEqual([told(a), told(b)])
    await store.noticeTried(a.submissionId, null)
    expect(await store.waitingNotices(5)).toEqual([told(b), { ...told(a), tries: 1 }])
    expect(await store.waitingNotices(1)).toHaveLength(1)
    await store.noticeTried(a.submissionId, LATER)
    await store.noticeTried(a.submissionId, null)
    expect(await store.noticeOf(a.submissionId)).toEqual({ ...told(a), takenAt: LATER, tries: 2 })
    expect(await store.waitingNotices(5)).toEqual([told(b)])
    expect((await store.noticesOf(hash('p'), 5)).map((row) => row.submissionId)).toEqual([
      b.submissionId,
      a.submissionId,
    ])
    expect(await store.noticesOf(hash('q'), 5)).toEqual([])
  })

  test('packages: the newest of a kind, every version kept', async () => {
    const store = await makeStore()
    const { hubEpoch: epoch } = await store.stand()
    const published = { epoch, manifest: 'm', sha256: hash('p'), origin: 'file', publishedAt: AT } as const
    await store.transaction(async (tx) => {
      await tx.insertPackage({ kind: 'topics', version: 1, content: 'one', ...published })
      await tx.insertPackage({ kind: 'topics', version: 2, content: 'two', ...published })
    })
    const twice = store.transaction((tx) =>
      tx.insertPackage({ kind: 'topics', version: 2, content: 'x', ...published }),
    )
    await expect(twice).rejects.toThrow(/duplicate key/)
    expect(await store.newestPackage('topics')).toMatchObject({ version: 2, content: 'two', epoch })
    expect(await store.newestPackage('policies')).toBeUndefined()
    expect(await store.packageVersions()).toEqual({ topics: 2 })
    expect(await store.packageContents('topics')).toEqual(['two', 'one'])
  })
}
