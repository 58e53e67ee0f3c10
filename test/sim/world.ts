import { rootKeySha256 } from '../../sync/envelope/key-set.ts'
import type { Suite } from '../../sync/envelope/suite.ts'
import { seededSuite } from '../../sync/envelope/testing/seeded-suite.ts'
import { sendCitizen } from './citizen.ts'
import type { FaultCounts, FaultKind } from './faults.ts'
import { installGuard, realLoop } from './guard.ts'
import { createHistory } from './history.ts'
import { createHost, type Host } from './host.ts'
import { foundHub } from './hub.ts'
import { createMachine } from './machine.ts'
import { createMisfortune } from './misfortune.ts'
import { createLink } from './network.ts'
import { type Break, CONSEQUENCES, type WorldOptions } from './options.ts'
import { createOracle, type Oracle, VIOLATIONS, type Violation, type ViolationKind } from './oracle.ts'
import { wallClock } from './process.ts'
import { type SeededRandom, seededRandom } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { judgeInTheEnd, queuesAgree, settled } from './verdict.ts'
import type { World } from './world-parts.ts'

/** Any day will do; this one is in the words of the other tests. */
const START_UNIX_MS = Date.parse('2026-11-23T02:48:00.000Z')
/** Time to get keys and catalogue in peace: terminals are set up with a line. */
const SETUP_LIMIT_MS = 10 * 60_000
/** After the last fault everything must be delivered within this: some backoffs of 15 minutes, some restarts. */
const HEALING_LIMIT_MS = 2 * 3_600_000
/** What has a safeguard taken away loses something soon, or not at all. */
const BROKEN_HEALING_LIMIT_MS = 20 * 60_000
const LOOK_EVERY_MS = 5_000
/** The worker hears of the last receipt after the journal has it; and people still come. */
const FOLLOW_MS = 60_000
const FOLLOW_ROUNDS = 10
/** A world that goes on for so long within its time spins. */
const MAX_STEPS = 3_000_000

export interface WorldResult {
  readonly options: WorldOptions
  readonly violations: readonly Violation[]
  readonly promised: number
  readonly delivered: number
  readonly refused: number
  readonly damaged: number
  readonly faults: FaultCounts
  readonly steps: number
  readonly simulatedMs: number
  /** Over all events. */
  readonly hash: string
  /** The last events before the end, when they were asked for. */
  readonly lines: readonly string[]
  readonly leaks: Readonly<Record<string, number>>
  /** How often programs said what: shows which of their paths a run went through. */
  readonly said: Readonly<Record<string, number>>
  /** When it was asked for. */
  readonly kept: Kept | undefined
}

/** How a world is run: changes nothing of its history, but for the safeguard that is taken away. */
export interface Run {
  readonly broken?: Break | undefined
  /** So many of the last events are told. */
  readonly keepLines?: number
  /** Gives what a stranger needs to recount. */
  readonly keeps?: boolean
}

/** What a stranger needs to recount. */
export interface Kept {
  readonly promised: readonly { readonly id: string; readonly ticket: string; readonly sha256: string }[]
  readonly hubRows: readonly Readonly<Record<string, unknown>>[]
  readonly journals: readonly { readonly terminal: string; readonly path: string; readonly content: Buffer }[]
  readonly keySet: string
  readonly rootKeySha256: string
}

/** Runs one world from its beginning to its verdict. Two runs of the same options are the same to the event. */
export async function runWorld(
  options: WorldOptions,
  { broken, keepLines = 0, keeps = false }: Run = {},
): Promise<WorldResult> {
  const random = seededRandom(`world ${options.seed}`)
  const history = createHistory(keepLines)
  const scheduler = createScheduler(history, realLoop)
  const trueClock = wallClock(scheduler, START_UNIX_MS)
  const oracle = createOracle(scheduler.nowMs)
  const suite = seededSuite(random.fork('suite').next)
  const guard = installGuard(random.fork('guard'), trueClock.unixMs, suite)
  const onRejection = (error: unknown) => unexpected(error, 'a promise that nobody waits for')
  process.on('unhandledRejection', onRejection)

  function unexpected(error: unknown, where: string): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    oracle.violated('unexpected-error', `${where}: ${text.slice(0, 1_000)}`)
  }

  const said: Record<string, number> = {}
  const faults: FaultCounts = {}
  const onFault = (kind: FaultKind) => {
    faults[kind] = (faults[kind] ?? 0) + 1
    scheduler.note(`fault ${kind}`)
  }

  try {
    const world = await build({
      said,
      options,
      broken,
      random,
      suite,
      scheduler,
      oracle,
      onFault,
      trueUnixMs: trueClock.unixMs,
    })
    const { hosts, hub } = world
    const ends: readonly ViolationKind[] = broken === undefined ? VIOLATIONS : CONSEQUENCES[broken]
    const hasEnded = () => oracle.violations.some(({ kind }) => ends.includes(kind))
    const goesOn = () => !hasEnded() && scheduler.steps < MAX_STEPS
    const runUntil = async (limitMs: number, done: () => boolean) => {
      while (scheduler.nowMs() < limitMs && goesOn() && !done()) {
        await scheduler.run(Math.min(limitMs, scheduler.nowMs() + LOOK_EVERY_MS), () => !goesOn())
      }
    }

    for (const host of hosts) {
      host.link.faulty = false
      host.boot()
    }
    const ready = () => hosts.every((host) => host.terminal !== undefined && host.isReady())
    await runUntil(SETUP_LIMIT_MS, ready)
    if (!ready()) oracle.violated('undelivered', `not set up: ${hosts.map((host) => host.refusal).join(', ')}`)

    const misfortune = createMisfortune({
      scheduler,
      random: random.fork('misfortune'),
      options,
      hosts,
      hub,
      trueUnixMs: trueClock.unixMs,
      onFault,
      onFlip: (terminalId) => void oracle.flippedTerminals.add(terminalId),
    })
    // Nobody would restore a copy from before the terminals were registered.
    hub.backUp()
    misfortune.start()
    for (const host of hosts) host.link.faulty = true
    planCitizens(options, random.fork('citizens'), world, onFault, unexpected)
    planBackups(options, world)
    await runUntil(scheduler.nowMs() + options.horizonMs, () => false)

    misfortune.end()
    scheduler.note('the faults end')
    const limitMs = scheduler.nowMs() + (broken === undefined ? HEALING_LIMIT_MS : BROKEN_HEALING_LIMIT_MS)
    await runUntil(limitMs, () => settled(world))
    for (let round = 0; round < FOLLOW_ROUNDS && goesOn(); round++) {
      const untilMs = scheduler.nowMs() + FOLLOW_MS
      await runUntil(untilMs, () => false)
      if (settled(world) && (await queuesAgree(world))) break
    }
    if (scheduler.steps >= MAX_STEPS) oracle.violated('undelivered', `${MAX_STEPS} steps and no end`)
    if (!hasEnded()) await judgeInTheEnd(world)
    return resultOf(world, {
      kept: keeps ? keptOf(world) : undefined,
      options,
      faults,
      hash: history.hash(),
      lines: history.lines,
      leaks: { ...guard.leaks },
      said,
    })
  } finally {
    process.off('unhandledRejection', onRejection)
    guard.remove()
  }
}

async function build(parts: {
  readonly said: Record<string, number>
  readonly options: WorldOptions
  readonly broken: Break | undefined
  readonly random: SeededRandom
  readonly suite: Suite
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  readonly onFault: (kind: FaultKind) => void
  readonly trueUnixMs: () => number
}): Promise<World> {
  const { options, broken, random, suite, scheduler, oracle, onFault } = parts
  const hub = await foundHub({
    scheduler,
    random: random.fork('hub'),
    suite,
    oracle,
    minMs: options.hubMinMs,
    maxMs: options.hubMaxMs,
    unixMs: parts.trueUnixMs,
    broken,
    said: parts.said,
    settings: { minimumRetentionMs: options.minimumRetentionMs, reconcileEveryMs: options.reconcileEveryMs },
    crashBeforeAnswer: options.faults['hub-crash-before-answer'] ?? 0,
    onFault,
  })
  const hosts: Host[] = []
  for (let at = 1; at <= options.terminals; at++) {
    const name = `T${at}`
    const own = random.fork(name)
    const machine = createMachine({
      scheduler,
      random: own.fork('machine'),
      startUnixMs: START_UNIX_MS,
      freeBytes: options.freeBytes,
      minMs: options.diskMinMs,
      maxMs: options.diskMaxMs,
      neverSyncs: broken === 'no-fsync',
      onFault,
    })
    const link = createLink(
      {
        name,
        scheduler,
        random: own.fork('link'),
        endpoint: hub.endpoint,
        options: { minDelayMs: options.netMinMs, maxDelayMs: options.netMaxMs, rates: options.faults },
        onFault,
      },
      hub.forge,
    )
    hosts.push(
      createHost({
        name,
        scheduler,
        random: own.fork('host'),
        machine,
        link,
        suite,
        oracle,
        said: parts.said,
        segmentBytes: options.segmentBytes,
        withWorker: options.worker,
        broken,
        provisioning: {
          hubUrl: 'https://hub.invalid',
          terminalId: name,
          rootKeySha256: rootKeySha256(hub.rootJwk),
          enrolmentCode: await hub.issueCode(name),
        },
      }),
    )
  }
  return { scheduler, oracle, hosts, hub }
}

function planCitizens(
  options: WorldOptions,
  random: SeededRandom,
  { scheduler, oracle, hosts }: World,
  onFault: (kind: FaultKind) => void,
  onUnexpected: (error: unknown, where: string) => void,
): void {
  const rushMs = options.horizonMs * options.rush
  const startMs = random.next() * (options.horizonMs - rushMs)
  for (let at = 0; at < options.submissions; at++) {
    const own = random.fork(`citizen ${at}`)
    scheduler.after(startMs + own.next() * rushMs, `citizen ${at} comes`, () => {
      const poison = own.chance(options.faults['poison-item'] ?? 0)
      if (poison) onFault('poison-item')
      sendCitizen({
        scheduler,
        random: own,
        oracle,
        host: own.pick(hosts),
        draftId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
        poison,
        attachments: own.chance(options.attachmentShare) ? own.int(1, options.maxChunks) : 0,
        asksAgain: own.chance(options.faults['citizen-asked-again'] ?? 0),
        onFault,
        onUnexpected,
      })
    })
  }
}

function planBackups(options: WorldOptions, { scheduler, hub }: World): void {
  scheduler.after(options.backupEveryMs, 'backup', () => {
    hub.backUp()
    planBackups(options, { scheduler, hub } as World)
  })
}

function resultOf(
  { scheduler, oracle }: World,
  more: Pick<WorldResult, 'options' | 'faults' | 'hash' | 'lines' | 'leaks' | 'said' | 'kept'>,
): WorldResult {
  const promises = [...oracle.promises.values()]
  return {
    ...more,
    violations: [...oracle.violations],
    promised: promises.length,
    delivered: promises.filter((promise) => oracle.rows.has(promise.submissionId)).length,
    refused: promises.filter(({ submissionId: id }) => oracle.refusable.has(id) && !oracle.rows.has(id)).length,
    damaged: promises.filter((promise) => oracle.damagedIds.has(promise.submissionId)).length,
    steps: scheduler.steps,
    simulatedMs: scheduler.nowMs(),
  }
}

function keptOf({ oracle, hosts, hub }: World): Kept {
  return {
    promised: [...oracle.promises.values()].map(({ submissionId: id, ticket, sha256 }) => ({ id, ticket, sha256 })),
    hubRows: hub.exportRows(),
    journals: hosts.flatMap(({ name, machine: { disk } }) =>
      disk.paths().map((path) => ({ terminal: name, path, content: Buffer.from(disk.content(path) ?? []) })),
    ),
    keySet: hub.keySetJws(),
    rootKeySha256: rootKeySha256(hub.rootJwk),
  }
}
