import { z } from 'zod'
import type { Accepted } from '../../electron/bridge/submissions.contract.ts'
import { rootKeySha256 } from '../../sync/envelope/key-set.ts'
import { seededSuite } from '../../sync/envelope/testing/seeded-suite.ts'
import { durableEnvelopeSha256 } from '../sim/durable.ts'
import { realLoop } from '../sim/guard.ts'
import type { History } from '../sim/history.ts'
import { createHost, type Host } from '../sim/host.ts'
import { foundHub, type SimHub } from '../sim/hub.ts'
import { createMachine } from '../sim/machine.ts'
import { createLink, type WireReply, type WireRequest } from '../sim/network.ts'
import { createOracle, type Oracle } from '../sim/oracle.ts'
import { wallClock } from '../sim/process.ts'
import { seededRandom } from '../sim/random.ts'
import { submitRequest } from '../sim/sample.ts'
import { createScheduler, type Scheduler } from '../sim/scheduler.ts'
import type { Terminal } from '../sim/terminal.ts'
import { judgeInTheEnd } from '../sim/verdict.ts'

/**
 * One terminal and one hub of the simulation (test/sim), with a script in the place of chance: the production modules of
 * journal, projection, drain, hub client and hub over a simulated disk, network and clock. Time moves only while the
 * stage runs.
 */
export const START_UNIX_MS = Date.parse('2026-11-23T02:48:00.000Z')
export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
/** Keys and catalogue are fetched in peace. */
const SETUP_LIMIT_MS = 5 * MINUTE_MS
const ANSWER_LIMIT_MS = 2 * MINUTE_MS
const LOOK_EVERY_MS = 250
const FOLLOW_MS = 10 * SECOND_MS

/** What became of a request on its way: handled by the hub as `next()`, or whatever the script says instead. */
export type OnTheWay = (request: WireRequest, next: () => Promise<WireReply>) => Promise<WireReply>
/** An answer that never comes. */
export const SILENCE = new Promise<never>(() => undefined)

export interface Call {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly body: Buffer
}
export interface Said {
  readonly atMs: number
  readonly event: string
  readonly detail: Readonly<Record<string, unknown>>
}
export interface Wants {
  readonly poison?: boolean
  readonly attachments?: number
}

/** A row as the hub exports it. */
const HubRowSchema = z.object({
  submission_id: z.string(),
  sha256: z.string(),
  device_sequence: z.int(),
  hub_sequence: z.int(),
})
export interface HubRow {
  readonly submissionId: string
  readonly sha256: string
  readonly deviceSequence: number
  readonly hubSequence: number
}

export interface StageOptions {
  readonly seed?: string
  /** With a sync worker over its own queue, or main's drain alone. */
  readonly worker?: boolean
  readonly freeBytes?: number
  readonly segmentBytes?: number
  /** One way, each. */
  readonly netMs?: number
  readonly rates?: Parameters<typeof createLink>[0]['options']['rates']
  readonly minimumRetentionMs?: number
}

export interface Stage {
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  readonly host: Host
  readonly hub: SimHub
  /** The terminal that runs now. @throws when it lies dead. */
  terminal(): Terminal
  /** Every request that reached the hub's side, whatever became of it. */
  readonly calls: readonly Call[]
  /** What the terminal logged. */
  said(event: string): readonly Said[]
  /** What the hub said of itself. */
  hubSaid(event: string): readonly Said[]
  /** All that the hub holds now, in the order of its own sequence. */
  rows(): readonly HubRow[]
  /** The script for requests; undefined: the hub answers. */
  onTheWay: OnTheWay | undefined
  /** Called before each operation of the machine's disk. Throw `diskError(code)` to make it fail. */
  onDisk: ((operation: string, path: string) => void) | undefined
  /** True time, which the hub goes by. */
  unixMs(): number
  run(ms: number): Promise<void>
  /** Runs until it is so. @throws when it is not so in time. */
  until(what: string, isSo: () => boolean, limitMs: number): Promise<void>
  /** Runs until the promise is settled. */
  settled<T>(what: string, promise: Promise<T>): Promise<T>
  /** A citizen presses confirm; undefined when no answer came, because the terminal died over it. */
  press(draft: number, wants?: Wants): Promise<Awaited<ReturnType<Terminal['intake']['submit']>> | undefined>
  /** The same, promised. @throws when it was refused. */
  submit(draft: number, wants?: Wants): Promise<Accepted>
  /** Every promise is a row of the hub exactly once and nothing that must not happen did. @throws what is not so. */
  judge(): Promise<void>
}

export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const random = seededRandom(`stage ${options.seed ?? ''}`)
  const terminalSaid: Said[] = []
  const hubSaid: Said[] = []
  const history: History = {
    note(atMs, line, more) {
      const [, who, event] = /^(\S+) says (\S+)$/.exec(line) ?? []
      if (event === undefined) return
      const detail = JSON.parse(more ?? '{}') as Record<string, unknown>
      const where = who === 'hub' ? hubSaid : terminalSaid
      where.push({ atMs, event, detail })
    },
    events: 0,
    hash: () => '',
    lines: [],
  }
  const scheduler = createScheduler(history, realLoop)
  const trueClock = wallClock(scheduler, START_UNIX_MS)
  const oracle = createOracle(scheduler.nowMs)
  const suite = seededSuite(random.fork('suite').next)
  // The simulation counts what programs say; here it is kept as it was said.
  const counts = { said: {} }
  const hub = await foundHub({
    ...counts,
    scheduler,
    random: random.fork('hub'),
    suite,
    oracle,
    minMs: 0.2,
    maxMs: 0.5,
    unixMs: trueClock.unixMs,
    broken: undefined,
    settings: { minimumRetentionMs: options.minimumRetentionMs ?? 24 * HOUR_MS, reconcileEveryMs: 24 * HOUR_MS },
    crashBeforeAnswer: 0,
    onFault: () => undefined,
  })
  const machine = createMachine({
    scheduler,
    random: random.fork('machine'),
    startUnixMs: START_UNIX_MS,
    freeBytes: options.freeBytes ?? 1e9,
    minMs: 0.1,
    maxMs: 0.3,
    neverSyncs: false,
    onFault: () => undefined,
  })
  const calls: Call[] = []
  const netMs = options.netMs ?? 5
  const link = createLink(
    {
      name: 'T1',
      scheduler,
      random: random.fork('link'),
      endpoint: {
        get listening() {
          return hub.endpoint.listening
        },
        handle(wire) {
          const { method, url, body } = wire
          calls.push({ atMs: scheduler.nowMs(), method, path: new URL(url).pathname, body })
          const next = () => hub.endpoint.handle(wire)
          return stage.onTheWay === undefined ? next() : stage.onTheWay(wire, next)
        },
      },
      options: { minDelayMs: netMs, maxDelayMs: netMs, rates: options.rates ?? {} },
      onFault: () => undefined,
    },
    hub.forge,
  )
  const mountFor = machine.mountFor
  machine.mountFor = (process) => {
    const mounted = mountFor(process)
    const { disk } = machine
    const { before } = disk
    disk.before = async (operation, path) => {
      stage.onDisk?.(operation, path)
      // A program that just died does nothing more.
      if (!process.alive) await SILENCE
      await before(operation, path)
    }
    return mounted
  }
  const host = createHost({
    ...counts,
    name: 'T1',
    scheduler,
    random: random.fork('host'),
    machine,
    link,
    suite,
    oracle,
    segmentBytes: options.segmentBytes ?? 1 << 20,
    withWorker: options.worker ?? false,
    broken: undefined,
    provisioning: {
      hubUrl: 'https://hub.invalid',
      terminalId: 'T1',
      rootKeySha256: rootKeySha256(hub.rootJwk),
      enrolmentCode: await hub.issueCode('T1'),
    },
  })

  const stage: Stage = {
    scheduler,
    oracle,
    host,
    hub,
    calls,
    rows: () =>
      hub
        .exportRows()
        .map((row) => HubRowSchema.parse(row))
        .map((row) => ({
          submissionId: row.submission_id,
          sha256: row.sha256,
          deviceSequence: row.device_sequence,
          hubSequence: row.hub_sequence,
        }))
        .sort((a, b) => a.hubSequence - b.hubSequence),
    onTheWay: undefined,
    onDisk: undefined,
    unixMs: trueClock.unixMs,
    terminal() {
      if (host.terminal === undefined) throw new Error(`the terminal lies dead: ${host.refusal ?? 'it was killed'}`)
      return host.terminal
    },
    said: (event) => terminalSaid.filter((each) => each.event === event),
    hubSaid: (event) => hubSaid.filter((each) => each.event === event),
    run: (ms) => scheduler.run(scheduler.nowMs() + ms, () => false),
    async until(what, isSo, limitMs) {
      const endMs = scheduler.nowMs() + limitMs
      while (!isSo()) {
        if (scheduler.nowMs() >= endMs) throw new Error(`not so within ${limitMs} ms: ${what}`)
        await scheduler.run(Math.min(endMs, scheduler.nowMs() + LOOK_EVERY_MS), isSo)
      }
    },
    async settled(what, promise) {
      let isSettled = false
      const seen = () => {
        isSettled = true
      }
      promise.then(seen, seen)
      await stage.until(what, () => isSettled, ANSWER_LIMIT_MS)
      return promise
    },
    async press(draft, wants = {}) {
      const terminal = stage.terminal()
      const draftId = `00000000-0000-4000-8000-${String(draft).padStart(12, '0')}`
      const request = submitRequest(draftId, random.fork(draftId), {
        poison: wants.poison ?? false,
        attachments: wants.attachments ?? 0,
      })
      let answer: Awaited<ReturnType<Terminal['intake']['submit']>> | undefined
      let fault: unknown
      terminal.intake.submit(request).then(
        (said) => {
          if (host.terminal !== terminal) return
          answer = said
          if (!said.ok) return
          const { submissionId, ticket, sequence: deviceSequence } = said.accepted
          const sha256 = terminal.ledger.bySubmission(submissionId)?.envelopeSha256 ?? ''
          const promise = { terminalId: 'T1', draftId, submissionId, ticket, deviceSequence, sha256 }
          oracle.promised(
            { ...promise, atMs: scheduler.nowMs() },
            durableEnvelopeSha256(host.machine.disk, submissionId),
          )
        },
        (error: unknown) => {
          fault = error
        },
      )
      await stage.until(
        `an answer to draft ${draft}`,
        () => answer !== undefined || fault !== undefined || host.terminal !== terminal,
        ANSWER_LIMIT_MS,
      )
      if (fault !== undefined) throw fault
      return answer
    },
    async submit(draft, wants) {
      const answer = await stage.press(draft, wants)
      if (answer === undefined || !answer.ok) throw new Error(`draft ${draft}: ${answer?.fault ?? 'no answer'}`)
      return answer.accepted
    },
    async judge() {
      // The worker hears of the last receipt after the journal has it.
      await stage.run(FOLLOW_MS)
      await judgeInTheEnd({ scheduler, oracle, hosts: [host], hub })
      const [violation] = oracle.violations
      if (violation !== undefined) throw new Error(`${violation.kind}: ${violation.detail}`)
      for (const promise of oracle.promises.values()) {
        const held = stage.rows().filter((row) => row.submissionId === promise.submissionId)
        if (held.length !== 1) throw new Error(`${promise.submissionId} is held ${held.length} times`)
      }
    },
  }

  host.boot()
  await stage.until('keys and catalogue', () => host.terminal !== undefined && host.isReady(), SETUP_LIMIT_MS)
  if (options.worker === true) await stage.run(5 * SECOND_MS)
  return stage
}

/** Of a hub's answer as JSON. */
export function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WireReply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** What a portal, a proxy or a foreign host answers. */
export function htmlReply(status: number, headers: Readonly<Record<string, string>> = {}): WireReply {
  return {
    status,
    headers: { 'content-type': 'text/html', ...headers },
    body: Buffer.from('<!doctype html><title>Wi-Fi</title><p>Please log in to go on.'),
  }
}

/** The submissions that a request hands in, one or a batch. */
export function handedIn({ method, path, body }: Pick<Call, 'method' | 'path' | 'body'>): readonly string[] {
  if (path.endsWith('/v1/batches')) {
    const { submissions } = JSON.parse(body.toString('utf8')) as { submissions: { submissionId: string }[] }
    return submissions.map(({ submissionId }) => submissionId)
  }
  const id = /\/v1\/submissions\/([^/]+)$/.exec(path)?.[1]
  return method === 'PUT' && id !== undefined ? [id] : []
}

/** The same of a request as it travels. */
export function handedInBy({ method, url, body }: WireRequest): readonly string[] {
  return handedIn({ method, path: new URL(url).pathname, body })
}
