import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { makeClaim } from '../envelope/enrolment.ts'
import { keyFor, verifyKeySet } from '../envelope/key-set.ts'
import { sealSubmission } from '../envelope/seal.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import { generateSigningKey, type SigningKey } from '../envelope/signing-key.ts'
import type { BindingPayload } from '../protocol/binding.ts'
import { consentText } from '../protocol/consent.ts'
import type { ComplaintPayload, RatingPayload } from '../protocol/feedback.ts'
import type { KeySet } from '../protocol/keys.ts'
import { pledgeWords } from '../protocol/pledge.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { makeTicket } from '../protocol/ticket.ts'
import { type HubDatabase, openDatabase } from './database.ts'
import { isDatabaseAway } from './database-away.ts'
import { enrol, issueCode } from './enrolment.ts'
import { type Hub, type HubOptions, makeHub } from './hub.ts'
import { hubSuite } from './hub-suite.ts'
import { type Ingest, makeIngest } from './ingest.ts'
import type { HandedIn } from './ingest-check.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { s07Unemployment } from './sample/s07-unemployment.ts'
import { makeServer } from './server.ts'
import { type HubSources, systemSources } from './sources.ts'
import { makeSqlStore } from './sql-store.ts'
import { openSeededPGlite } from './test-seed.ts'

/** For tests: a whole hub over a database of its own, and a terminal that can seal. */

/** 10:48 in China. */
export const TEST_NOW = '2026-11-23T02:48:00.000Z'

export interface TestHub extends Hub {
  readonly db: HubDatabase
  readonly keySet: KeySet
  readonly dataDir: string
  readonly sources: HubSources & { nowMs: number }
  /** Closes the hub and takes its folder away. */
  end(): Promise<void>
}

export async function makeTestHub(
  options: Partial<Omit<HubOptions, 'db' | 'dataDir' | 'sources' | 'log'>> & { readonly databaseUrl?: string } = {},
): Promise<TestHub> {
  const { databaseUrl, ...rest } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'))
  const sources = { ...systemSources, nowMs: Date.parse(TEST_NOW), now: () => sources.nowMs }
  const db = await openDatabase(databaseUrl === undefined ? { pglite: await openSeededPGlite() } : { databaseUrl })
  const hub = await makeHub({
    db,
    dataDir,
    name: '测试枢纽',
    catalogue: { content: sampleCatalogue, origin: 'sample' },
    sources,
    log: pino({ level: 'silent' }),
    opensByItself: false,
    ...rest,
  })
  const { jws } = await db.selectFrom('key_sets').select('jws').executeTakeFirstOrThrow()
  const verified = await verifyKeySet(jws, hub.identity.rootKeySha256)
  if (!verified.ok) throw new Error(verified.fault)
  return {
    ...hub,
    db,
    sources,
    keySet: verified.keySet,
    dataDir,
    async end() {
      await hub.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

/** Another server over the same database, with other limits: closing it leaves the hub alone. */
export async function makeSecondServer(
  hub: TestHub,
  limits: { readonly maxIngestsAtOnce?: number; readonly db?: HubDatabase },
): Promise<FastifyInstance> {
  const { db, sources, keys } = hub
  const store = makeSqlStore(limits.db ?? db)
  const common = { db, store, sources, keys, suite: hubSuite, isAway: isDatabaseAway, hubName: hub.identity.name }
  const quiet = { allowExport: false, log: pino({ level: 'silent' }), onArrival: () => undefined }
  return makeServer({ ...common, ...quiet, ...limits })
}

/** Ingest over a hub's database, or over another connection to it. */
export function ingestOf(hub: TestHub, db: HubDatabase = hub.db): Ingest {
  return makeIngest({ store: makeSqlStore(db), keys: hub.keys, sources: hub.sources, suite: hubSuite })
}

export interface TestTerminal {
  readonly terminalId: string
  readonly deviceKey: SigningKey
  /** Seals the next submission of this terminal; S07 filled in well unless told otherwise. */
  seal(change?: SealChange): Promise<HandedIn & { readonly ticket: string }>
}
export interface SealChange {
  readonly payload?: Partial<ApplicationPayload>
  /** In the place of an application. */
  readonly feedback?: RatingPayload | ComplaintPayload | BindingPayload
  readonly deviceKey?: SigningKey
  readonly terminalId?: string
  readonly sealKey?: Parameters<typeof sealSubmission>[0]['sealKey']
}

/** A terminal with its own key, registered at the hub unless `enrolled` is false. */
export async function makeTerminal(hub: TestHub, terminalId: string, enrolled = true): Promise<TestTerminal> {
  const { key: deviceKey } = await generateSigningKey()
  if (enrolled) {
    const code = await issueCode(hub.store, terminalId, hub.sources)
    const claim = await makeClaim({ terminalId, code, deviceKey })
    const result = await enrol(hub.store, { terminalId, claim }, hub.sources)
    if (!result.ok) throw new Error(result.fault)
  }
  return terminalOf(hub.keySet, terminalId, deviceKey)
}

/** A terminal that seals to the hub of this key set. */
export function terminalOf(keySet: KeySet, terminalId: string, deviceKey: SigningKey): TestTerminal {
  // A hub that a test runs on the real clock has keys of today, which TEST_NOW leaves further behind every day.
  const sealKey = keyFor(keySet, 'seal', TEST_NOW) ?? keyFor(keySet, 'seal', new Date().toISOString())
  if (sealKey === undefined) throw new Error('no seal key')
  let deviceSequence = 0
  return {
    terminalId,
    deviceKey,
    async seal(change = {}) {
      const payload = change.feedback ?? { ...goodPayload(), ...change.payload }
      const { submissionId, kind, item, acceptedAt } = payload
      const ticket = makeTicket((limit) => Math.floor(Math.random() * limit))
      const sealed = await sealSubmission({
        payload,
        summary: {
          kind,
          submissionId,
          terminalId: change.terminalId ?? terminalId,
          deviceSequence: ++deviceSequence,
          item,
          ticket,
          secretSha256: sha256Hex('secret'),
          acceptedAt,
        },
        sealKey: change.sealKey ?? sealKey,
        deviceKey: change.deviceKey ?? deviceKey,
      })
      return { submissionId, ticket, ...sealed }
    },
  }
}

/** A made-up adult of domain.md section 5 who left a job. */
export function goodPayload(): ApplicationPayload {
  return {
    v: 1,
    kind: 'application',
    submissionId: systemSources.randomUuid(),
    item: { id: s07Unemployment.id, code: s07Unemployment.code, version: s07Unemployment.version },
    applicant: {
      cardType: 'citizen',
      name: '周明远',
      idNumber: '990101198611020033',
      sex: 'male',
      birth: '1986-11-02',
      address: '云洲市南桥区临河路1号',
      validTo: '20360101',
      source: 'id-card-chip',
      readAt: TEST_NOW,
    },
    answers: {
      employer: '云洲市恒盛纺织有限公司',
      endDate: '2026-10-31',
      endReason: 'contract-ended',
      phone: '13800136021',
    },
    consent: { textSha256: sha256Hex(consentText(s07Unemployment)) },
    pledge: pledgeWords(s07Unemployment, {}, [], [])?.zh,
    signature: {
      strokes: [
        [
          [100, 100],
          [200, 200],
        ],
      ],
    },
    acceptedAt: TEST_NOW,
  }
}
