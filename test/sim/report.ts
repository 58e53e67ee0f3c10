import { createHash } from 'node:crypto'
import { addFaults, type FaultCounts } from './faults.ts'
import { describe } from './options.ts'
import type { ViolationKind } from './oracle.ts'
import type { WorldResult } from './world.ts'

/** The object that `--json` prints: figures over all seeds. */
export interface Report {
  seeds: number
  submissions: number
  delivered: number
  /** Refused for good by the hub (poisoned on purpose, or a revoked key), and visible as such. */
  refused: number
  /** Their bytes were hit where they lay, and the terminal says which. */
  damaged: number
  faults: FaultCounts
  lost: number
  duplicated: number
  promisedAheadOfJournal: number
  undelivered: number
  receiptWithoutRow: number
  purgedBeforeBackup: number
  /** Any other thing that must not be, by name. */
  otherViolations: Partial<Record<ViolationKind, number>>
  failedSeeds: { seed: number; violation: string; options: string; minimised: string | null }[]
  events: number
  simulatedDays: number
  /** Uses of the real clock, timers or randomness by code that should have had them injected. */
  leaks: Record<string, number>
  /** How often programs said what: the paths that the run went through. */
  said: Record<string, number>
  /** Over the histories of all seeds. */
  hash: string
  seconds: number
  submissionsPerSecond: number
}

const FIELD_OF: Partial<
  Record<
    ViolationKind,
    'lost' | 'duplicated' | 'promisedAheadOfJournal' | 'undelivered' | 'receiptWithoutRow' | 'purgedBeforeBackup'
  >
> = {
  lost: 'lost',
  'two-rows-for-one-id': 'duplicated',
  'two-rows-for-one-promise': 'duplicated',
  'promised-ahead-of-journal': 'promisedAheadOfJournal',
  undelivered: 'undelivered',
  'receipt-without-row': 'receiptWithoutRow',
  'purged-before-backup': 'purgedBeforeBackup',
}

export function emptyReport(): Report {
  return {
    seeds: 0,
    submissions: 0,
    delivered: 0,
    refused: 0,
    damaged: 0,
    faults: {},
    lost: 0,
    duplicated: 0,
    promisedAheadOfJournal: 0,
    undelivered: 0,
    receiptWithoutRow: 0,
    purgedBeforeBackup: 0,
    otherViolations: {},
    failedSeeds: [],
    events: 0,
    simulatedDays: 0,
    leaks: {},
    said: {},
    hash: '',
    seconds: 0,
    submissionsPerSecond: 0,
  }
}

export function addResult(report: Report, result: WorldResult, minimised: string | null): void {
  report.seeds++
  report.submissions += result.promised
  report.delivered += result.delivered
  report.refused += result.refused
  report.damaged += result.damaged
  addFaults(report.faults, result.faults)
  for (const { kind } of result.violations) {
    const field = FIELD_OF[kind]
    if (field !== undefined) report[field]++
    else report.otherViolations[kind] = (report.otherViolations[kind] ?? 0) + 1
  }
  const [first] = result.violations
  if (first !== undefined) {
    const violation = `${first.kind}: ${first.detail}`
    report.failedSeeds.push({ seed: result.options.seed, violation, options: describe(result.options), minimised })
  }
  report.events += result.steps
  report.simulatedDays += result.simulatedMs / 86_400_000
  for (const [name, count] of Object.entries(result.leaks)) report.leaks[name] = (report.leaks[name] ?? 0) + count
  for (const [name, count] of Object.entries(result.said)) report.said[name] = (report.said[name] ?? 0) + count
  report.hash = createHash('sha256')
    .update(`${report.hash}${result.options.seed}:${result.hash}`)
    .digest('hex')
    .slice(0, 16)
}

export function finish(report: Report, seconds: number): void {
  report.simulatedDays = Number(report.simulatedDays.toFixed(2))
  report.seconds = Number(seconds.toFixed(1))
  report.submissionsPerSecond = Math.round(report.submissions / Math.max(0.001, seconds))
}
