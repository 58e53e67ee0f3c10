import { FAULT_KINDS, type FaultKind } from './faults.ts'
import type { ViolationKind } from './oracle.ts'
import { type SeededRandom, seededRandom } from './random.ts'

/** Ways to take a safeguard away: the simulation must find the loss that follows. */
export const BREAKS = ['no-fsync', 'no-unique', 'early-purge', 'any-receipt'] as const
export type Break = (typeof BREAKS)[number]

/**
 * What a world without a safeguard must come to: earlier signs of it (a promise before its frame is durable, a payload
 * purged before any backup) are counted, but the world goes on until what they lead to has happened.
 */
export const CONSEQUENCES: Readonly<Record<Break, readonly ViolationKind[]>> = {
  'no-fsync': ['lost'],
  'no-unique': ['two-rows-for-one-id', 'two-rows-for-one-promise'],
  'early-purge': ['lost'],
  // What is believed to be delivered and is not: until the daily comparison finds it, nobody sends it again.
  'any-receipt': ['receipt-without-row'],
}

/** All that shapes one simulated world; follows from the seed, is printed, and can be made smaller by the minimiser. */
export interface WorldOptions {
  readonly seed: number
  readonly terminals: number
  /** Citizens who press confirm, at all terminals together. */
  readonly submissions: number
  /** They come within this share of the time, 0 to 1. */
  readonly rush: number
  /** How long faults go on. */
  readonly horizonMs: number
  /** The share of submissions with attachments, and the most chunks that one has. */
  readonly attachmentShare: number
  readonly maxChunks: number
  readonly segmentBytes: number
  readonly freeBytes: number
  readonly minimumRetentionMs: number
  readonly reconcileEveryMs: number
  readonly backupEveryMs: number
  /** Does a page with a sync worker run, or does main drain alone? */
  readonly worker: boolean
  readonly diskMinMs: number
  readonly diskMaxMs: number
  readonly netMinMs: number
  readonly netMaxMs: number
  readonly hubMinMs: number
  readonly hubMaxMs: number
  /** The kinds that may strike. Per request from 0 to 1, or events per hour; `unitOf` says which. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>
}

/** How a kind's number is meant. */
export function unitOf(kind: FaultKind): 'per-request' | 'per-hour' | 'per-operation' | 'per-submission' {
  if (PER_REQUEST.includes(kind)) return 'per-request'
  if (PER_SUBMISSION.includes(kind)) return 'per-submission'
  return kind === 'disk-error' ? 'per-operation' : 'per-hour'
}

const PER_REQUEST: readonly FaultKind[] = [
  'hub-crash-before-answer',
  'request-lost',
  'reply-lost',
  'request-duplicated',
  'late-reply',
  'request-corrupted',
  'reply-corrupted',
  'reply-half-sent',
  'reply-replayed',
  'receipt-forged',
  'portal-html',
  'redirect',
  'http-408',
  'http-413',
  'http-429',
  'http-500',
  'http-502',
  'http-503',
  'hub-hung',
]
const PER_SUBMISSION: readonly FaultKind[] = ['poison-item', 'citizen-asked-again']

/** Rare by nature: each costs the world much. */
const HEAVY: readonly FaultKind[] = [
  'hub-restored-by-command',
  'hub-restored-as-copy',
  'key-rotation',
  'device-key-revoked',
  'bit-flip',
]

/** Events per hour in a short world, against those in a long one. */
const DENSER = 10

const CROWDED_SHARE = 0.35
/** A frame has some 3 KB: a world of thousands has a hundred segments at most, not one for each frame. */
const MIN_SEGMENT_BYTES_EACH = 40

/** Most seeds have few kinds of faults, and those often: that finds more than a little of everything (swarm testing). */
export function optionsOf(seed: number): WorldOptions {
  const random = seededRandom(`world ${seed}`).fork('options')
  // Some worlds are short and full of misfortune: purges, restores and crashes fall into each other.
  const dense = random.chance(0.4)
  // In most a few people come; in some so many that a backlog builds up and leaves in batches.
  const crowded = random.chance(CROWDED_SHARE)
  const submissions = Math.round(crowded ? random.logarithmic(60, 2_000) : random.logarithmic(2, 60))
  const netMinMs = random.logarithmic(1, 100)
  const diskMinMs = random.logarithmic(0.05, 2)
  return {
    seed,
    terminals: random.pick([1, 1, 1, 2, 3]),
    submissions,
    rush: crowded ? random.logarithmic(0.005, 0.3) : random.logarithmic(0.01, 1),
    horizonMs: Math.round(dense ? random.logarithmic(60_000, 8 * 60_000) : random.logarithmic(3 * 60_000, 90 * 60_000)),
    attachmentShare: random.pick(crowded ? [0, 0, 0.02, 0.1] : [0, 0, 0.2, 0.6]),
    maxChunks: random.int(1, 6),
    segmentBytes: Math.round(Math.max(random.logarithmic(2_000, 200_000), submissions * MIN_SEGMENT_BYTES_EACH)),
    freeBytes: Math.round(random.logarithmic(1e6, 1e9)),
    minimumRetentionMs: Math.round(random.logarithmic(1_000, dense ? 20_000 : 30 * 60_000)),
    reconcileEveryMs: Math.round(random.logarithmic(60_000, 3_600_000)),
    backupEveryMs: Math.round(dense ? random.logarithmic(10_000, 90_000) : random.logarithmic(30_000, 30 * 60_000)),
    worker: random.chance(0.6),
    diskMinMs,
    diskMaxMs: diskMinMs * random.logarithmic(1, 30),
    netMinMs,
    netMaxMs: netMinMs * random.logarithmic(1.2, 60),
    hubMinMs: 0.2,
    hubMaxMs: random.logarithmic(0.5, 300),
    faults: chosenFaults(random, dense ? DENSER : 1),
  }
}

function chosenFaults(random: SeededRandom, denser: number): WorldOptions['faults'] {
  // One world in twelve is calm: what fails there fails without any help.
  const count = random.chance(1 / 12) ? 0 : Math.round(random.logarithmic(1, 14))
  const faults: Partial<Record<FaultKind, number>> = {}
  for (const kind of random.shuffled(FAULT_KINDS).slice(0, count)) {
    switch (unitOf(kind)) {
      case 'per-request':
        faults[kind] = random.logarithmic(0.01, 0.5)
        break
      case 'per-submission':
        faults[kind] = random.logarithmic(0.05, 0.9)
        break
      case 'per-operation':
        faults[kind] = random.logarithmic(0.0005, 0.05)
        break
      case 'per-hour':
        faults[kind] = denser * (HEAVY.includes(kind) ? random.logarithmic(0.5, 12) : random.logarithmic(2, 120))
    }
  }
  return faults
}

/** One line for people: sizes first, then each fault with its number. */
export function describe(options: WorldOptions): string {
  const { seed, faults, ...rest } = options
  const sizes = Object.entries(rest).map(([name, value]) => `${name}=${short(value)}`)
  const kinds = Object.entries(faults).map(([kind, rate]) => `${kind}=${short(rate)}`)
  return `seed ${seed}: ${sizes.join(' ')} | ${kinds.length === 0 ? 'no faults' : kinds.join(' ')}`
}

function short(value: number | boolean): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)
}
