/** Figures over samples. Every duration is in milliseconds, every share between 0 and 1. */

/** The nearest-rank quantile: the smallest value that at least `share` of the values do not exceed. @throws when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new Error('a quantile needs at least one value')
  return value
}

/** How a quantity lay: its middle, its spread and its ends. */
export interface Summary {
  readonly count: number
  readonly min: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export function summarize(values: readonly number[], digits = 3): Summary {
  const at = (share: number) => round(quantile(values, share), digits)
  return {
    count: values.length,
    min: at(0),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  }
}

/** Rounded to so many digits after the point. */
export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}

/**
 * The ratio of each pair that was measured side by side. A load that comes and goes hits both halves of a pair alike, so
 * the middle of these says more on a busy machine than the ratio of two middles.
 */
export function pairRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} samples beside ${theirs.length}: no pairs`)
  return ours.map((value, index) => value / (theirs[index] ?? Number.NaN))
}
