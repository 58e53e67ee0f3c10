import { availableParallelism, loadavg } from 'node:os'
import { stripVTControlCharacters } from 'node:util'

/** A line of the table. Several figures of one quantity stand in one row. */
export interface Row {
  readonly what: string
  readonly value: string
  /** What it is to be compared with: a limit, a peer, a remark. */
  readonly beside?: string
}

/** What a bench found. `problems`: what it could not do; a slow result is none. */
export interface Report {
  readonly rows: readonly Row[]
  readonly figures: Readonly<Record<string, unknown>>
  readonly problems: readonly string[]
}

/** A bench as the command line knows it. */
export interface Bench {
  readonly about: string
  run(options: BenchOptions): Promise<Report>
}

export interface BenchOptions {
  /** How many samples: readings, pairs, rounds. Undefined: the bench's own default. */
  readonly samples: number | undefined
  /** How many submissions each of them is about, where a bench has such a number. Undefined: the bench's own default. */
  readonly items: number | undefined
  /** Where it keeps its data while it runs. */
  readonly dir: string
  /** Says how far it is, to the person who waits. */
  readonly tell: (line: string) => void
}

/** How busy the machine was: one-minute load average; figures taken under load say little about a quiet machine. */
export function machine(): { readonly cores: number; readonly load1m: number; readonly node: string } {
  return { cores: availableParallelism(), load1m: Number((loadavg()[0] ?? 0).toFixed(2)), node: process.version }
}

/** An error as one plain line: the tools colour theirs and add a call log. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const at = text.search(/\r|\n/)
  return stripVTControlCharacters(at < 0 ? text : text.slice(0, at))
}
