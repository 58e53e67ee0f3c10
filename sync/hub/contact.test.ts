import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackage } from '../envelope/package.ts'
import { generateSigningKey } from '../envelope/signing-key.ts'
import type { Mark } from '../protocol/contact.ts'
import { openDatabase } from './database.ts'
import { type Hub, makeHub } from './hub.ts'
import { hubSuite } from './hub-suite.ts'
import type { HandedIn } from './ingest-check.ts'
import { makeMemoryStore } from './memory-store.ts'
import { publishPackage } from './packages.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { systemSources } from './sources.ts'
import { callsOf, enrolled, makeMemoryHub, markOf, type SpeakingTerminal, speaking } from './test-memory-hub.ts'
import { seedHubFolder } from './test-seed.ts'

type MemoryHub = Awaited<ReturnType<typeof makeMemoryHub>>

async function received(hub: MemoryHub, terminal: SpeakingTerminal): Promise<{ mark: Mark; receipt: string }> {
  const { receipt } = await hub.hub.putSubmission(await terminal.seal())
  return { mark: markOf(receipt), receipt }
}

test('an ordinary contact: how the hub stands, signed, and what the terminal said is kept', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const { mark } = await received(hub, terminal)
  hub.store.setBackedUpThrough(1)
  const answer = await terminal.contact(hub.hub, { mark, lastDeviceSequence: 1, waiting: 2, damage: 1, freeBytes: 99 })
  expect(answer).toMatchObject({
    hubEpoch: mark.hubEpoch,
    hubSequence: 1,
    backedUpThrough: 1,
    keySetVersion: 1,
    packages: {},
    caseSequence: 0,
    proofWanted: false,
  })
  expect(hub.events).toEqual([])
  const stranger = speaking(hub.keySet, 'T-1', (await generateSigningKey()).key)
  await expect(stranger.contact(hub.hub)).rejects.toMatchObject({ code: 'KEY_UNKNOWN', status: 401 })
  await expect(hub.hub.contact({ claim: 'a.b.c' })).rejects.toMatchObject({ code: 'BAD_CLAIM', status: 400 })
  await hub.store.transaction((tx) => tx.revokeTerminal('T-1', '2026-11-23T02:48:00.000Z'))
  await expect(terminal.contact(hub.hub, { mark })).rejects.toMatchObject({ code: 'KEY_UNKNOWN', status: 401 })
})

test('each kind of mark that the hub cannot know: proof wanted, and without proof nothing changes', async () => {
  const hub = await makeMemoryHub()
  const [one, two] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const first = await received(hub, one)
  const second = await received(hub, two)
  const other = { ...first.mark, receiptSha256: hubSuite.sha256Hex('other') }
  const unknown: Mark[] = [
    { ...first.mark, hubSequence: 3 },
    { ...first.mark, hubSequence: second.mark.hubSequence },
    second.mark,
    other,
    { ...first.mark, hubEpoch: systemSources.randomUuid() },
  ]
  for (const mark of unknown) {
    expect(await one.contact(hub.hub, { mark })).toMatchObject({ proofWanted: true, hubEpoch: first.mark.hubEpoch })
    // A receipt that does not prove this mark.
    expect(await one.contact(hub.hub, { mark }, second.receipt)).toMatchObject({ proofWanted: true })
    expect(await one.contact(hub.hub, { mark }, first.receipt)).toMatchObject({ proofWanted: true })
  }
  expect(await hub.store.stand()).toMatchObject({ hubEpoch: first.mark.hubEpoch })
  expect(await one.contact(hub.hub, { mark: first.mark })).toMatchObject({ proofWanted: false })
})

test('a receipt that somebody else signed proves nothing', async () => {
  const hub = await makeMemoryHub()
  const elsewhere = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  await elsewhere.store.transaction((tx) =>
    tx.enrolDevice({
      terminalId: 'T-1',
      kid: terminal.deviceKey.kid,
      jwk: terminal.deviceKey.jwk,
      codeSha256: '',
      at: '',
    }),
  )
  const { receipt, mark } = await received(elsewhere, terminal)
  expect(await terminal.contact(hub.hub, { mark }, receipt)).toMatchObject({ proofWanted: true })
  expect(hub.events.at(-1)).toMatchObject({
    event: 'contact.proof-refused',
    why: expect.stringContaining('key-unknown'),
  })
})

test('a hub put back to an older state without a word: many proofs at once, one new epoch', async () => {
  const hub = await makeMemoryHub()
  await publishPackage(hub.parts, 'catalogue', sampleCatalogue, 'sample')
  const terminals = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2'), await enrolled(hub, 'T-3')]
  const backup = hub.store.snapshot()
  const known = await Promise.all(terminals.map((terminal) => received(hub, terminal)))
  hub.store.restore(backup)
  const { hubEpoch: before } = await hub.store.stand()
  const answers = await Promise.all(
    terminals.map((terminal, i) => terminal.contact(hub.hub, { mark: known[i]?.mark ?? null }, known[i]?.receipt)),
  )
  const epochs = new Set(answers.map((answer) => answer.hubEpoch))
  expect(answers.map((answer) => answer.proofWanted)).toEqual([false, false, false])
  expect(epochs.size).toBe(1)
  expect(epochs).not.toContain(before)
  expect(hub.events.filter((event) => event.event === 'epoch.opened')).toHaveLength(1)
  // Packages belong to the new epoch too.
  const answer = await hub.hub.getPackage({ kind: 'catalogue' })
  if (!answer.changed) throw new Error('unchanged')
  expect(await verifyPackage(answer, hub.keySet)).toMatchObject({ ok: true, manifest: { hubEpoch: [...epochs][0] } })
})

test('put back to before its last epoch: the epoch that it forgot is proven once, not by every terminal anew', async () => {
  const hub = await makeMemoryHub()
  const [one, two] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-2')]
  const backup = hub.store.snapshot()
  await hub.store.transaction((tx) =>
    tx.openEpoch({ epoch: systemSources.randomUuid(), at: '2026-11-23T02:48:00.000Z', why: 'command' }),
  )
  const [first, second] = [await received(hub, one), await received(hub, two)]
  hub.store.restore(backup)
  const healed = await one.contact(hub.hub, { mark: first.mark }, first.receipt)
  expect(healed.hubEpoch).not.toBe(first.mark.hubEpoch)
  expect(await two.contact(hub.hub, { mark: second.mark })).toMatchObject({
    proofWanted: false,
    hubEpoch: healed.hubEpoch,
  })
})

test('two hubs with the same keys behind one name: one epoch by proof an hour, and an error that says so', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const copy = makeMemoryStore({ epoch: systemSources.randomUuid() })
  copy.restore(hub.store.snapshot())
  const other = callsOf({ ...hub.parts, store: copy })
  const opened = () => hub.events.filter((event) => event.event === 'epoch.opened').length
  let { receipt } = await hub.hub.putSubmission(await terminal.seal())
  const answers = []
  for (let i = 0; i < 8; i++) {
    const calls = i % 2 === 0 ? other : hub.hub
    answers.push((await terminal.contact(calls, { mark: markOf(receipt) }, receipt)).proofWanted)
    receipt = (await calls.putSubmission(await terminal.seal())).receipt
  }
  // Each of the two opened one.
  expect(opened()).toBe(2)
  // The first hub knows by now that the other's epoch is one that it has not; the other hears of another new one.
  expect(answers).toEqual([false, false, true, false, true, false, true, false])
  const errors = hub.events.filter((event) => event.event === 'contact.second-hub')
  expect(errors).toHaveLength(3)
  expect(errors[0]).toMatchObject({ level: 'error', terminalId: 'T-1', why: 'another hub signs with our keys' })
  hub.sources.nowMs += 3_600_000
  receipt = (await hub.hub.putSubmission(await terminal.seal())).receipt
  expect(await terminal.contact(other, { mark: markOf(receipt) }, receipt)).toMatchObject({ proofWanted: false })
  expect(opened()).toBe(3)
})

/** The whole of it on a real database: a plain copy of an old PGlite folder, as a DBA would put it back. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-old-copy-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('an old copy of the database folder heals by itself: 0 lost, 0 duplicated', { timeout: 120_000 }, async () => {
  const data = join(folder, 'data')
  const old = join(folder, 'old')
  const log = pino({ level: 'silent' })
  await seedHubFolder(data)
  const start = async (): Promise<Hub & { calls: ReturnType<typeof callsOf> }> => {
    const hub = await makeHub({
      db: await openDatabase({ dataDir: data }),
      dataDir: data,
      name: '测试枢纽',
      catalogue: { content: sampleCatalogue, origin: 'sample' },
      sources: systemSources,
      log,
      opensByItself: false,
    })
    const { store, keys } = hub
    return {
      ...hub,
      calls: callsOf({ store, keys, sources: systemSources, suite: hubSuite, onArrival: () => undefined }),
    }
  }
  let hub = await start()
  const about = { store: hub.store, sources: systemSources, keySet: hub.keys.current().keySet }
  const terminals = [await enrolled(about, 'T-1'), await enrolled(about, 'T-2')]
  const retained = new Map<SpeakingTerminal, { sent: HandedIn[]; receipt: string }>()
  for (const terminal of terminals) retained.set(terminal, { sent: [], receipt: '' })
  const handInSome = async () => {
    for (const [terminal, kept] of retained) {
      const sent = [await terminal.seal(), await terminal.seal(), await terminal.seal()]
      kept.receipt = (await hub.calls.putBatch({ submissions: sent })).receipt ?? ''
      kept.sent.push(...sent)
    }
  }
  await handInSome()
  await hub.close()
  await cp(data, old, { recursive: true })
  hub = await start()
  await handInSome()
  const epochBefore = (await hub.store.stand()).hubEpoch
  await hub.close()

  await rm(data, { recursive: true })
  await cp(old, data, { recursive: true })
  hub = await start()
  expect(await hub.store.stand()).toMatchObject({ hubEpoch: epochBefore, hubSequence: 6 })
  // Something new comes in before anybody notices: it takes sequences that were given out before.
  const unaware = await terminals[0]?.seal()
  if (unaware === undefined) throw new Error('no terminal')
  await hub.calls.putSubmission(unaware)
  retained.get(terminals[0] as SpeakingTerminal)?.sent.push(unaware)
  const epochs = new Set<string>()
  for (const [terminal, { sent, receipt }] of retained) {
    const mark = markOf(receipt)
    const asked = await terminal.contact(hub.calls, { mark })
    const healed = asked.proofWanted ? await terminal.contact(hub.calls, { mark }, receipt) : asked
    expect(healed.proofWanted).toBe(false)
    expect(healed.hubEpoch).not.toBe(epochBefore)
    epochs.add(healed.hubEpoch)
    const answer = await hub.calls.putBatch({ submissions: sent })
    expect(answer.results.every(({ outcome }) => ['stored', 'held', 'held-with'].includes(outcome))).toBe(true)
  }
  expect(epochs.size).toBe(1)
  const all = [...retained.values()].flatMap(({ sent }) => sent.map(({ submissionId }) => submissionId))
  const held = await hub.store.heldHashes(all)
  expect(all.filter((id) => !held.has(id))).toEqual([])
  const stand = await hub.store.stand()
  expect(stand.hubSequence).toBe(all.length)
  expect(new Set(all).size).toBe(all.length)
  await hub.close()
})
