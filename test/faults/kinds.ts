/** Every kind of fault that the campaign knows, by name. What never struck is reported with 0, never left out. */

/** Where in its work the terminal is killed (inside/terminal-preload.ts): operation, what it concerned, before or after. */
export const KILL_POINTS = [
  // Submit.
  'write:accepted:before',
  'write:accepted:half',
  'write:accepted:after',
  'sync:accepted:before',
  'sync:accepted:after',
  'answer:accepted:before',
  'answer:accepted:after',
  // Attachments of a submission.
  'write:chunk:half',
  'sync:chunk:after',
  'rename:chunk:before',
  'rename:chunk:after',
  // Drain.
  'send:hand-in:before',
  'send:hand-in:after',
  'send:chunk:before',
  'send:chunk:after',
  'send:contact:after',
  // Receipt.
  'write:received:before',
  'write:received:half',
  'write:received:after',
  'sync:received:before',
  'sync:received:after',
  // The hub's keys.
  'rename:trust:before',
  'rename:trust:after',
  // Purge.
  'write:purged:before',
  'write:purged:half',
  'write:purged:after',
  'sync:purged:after',
  'unlink:journal:before',
  'unlink:journal:after',
  'unlink:chunk:before',
  'unlink:chunk:after',
] as const
export type KillPoint = (typeof KILL_POINTS)[number]

/** What the proxy between terminal and hub does to a request or its answer. */
export const NETWORK_FAULTS = [
  'status-500',
  'status-503-retry-after',
  'time-out',
  'hung-then-dropped',
  'html-200',
  'redirect',
  'connection-reset',
  'half-answer',
  'half-request',
  'corrupt-answer',
  'corrupt-request',
  'duplicate-request',
  'reordered-answers',
  'late-answer',
  'answer-of-another',
  'answer-replayed',
  'forged-receipt',
  'refused-409',
  'refused-413',
  'refused-426',
  'latency',
] as const
export type NetworkFault = (typeof NETWORK_FAULTS)[number]

/** Which requests a network fault may hit. */
export type Target = 'hand-ins' | 'chunks' | 'everything'

/** What is done to processes, disks and clocks. */
export const EVENTS = [
  'none',
  'hub-killed',
  'commit-then-crash',
  'hub-race',
  'hub-restored-by-dba',
  'hub-restored-by-command',
  'keys-rotated',
  'backup-confirmed',
  'network-flaps',
  'clock-plus-1h',
  'clock-minus-1h',
  'clock-1970',
  'clock-2106',
  'clock-jumps-in-use',
  'disk-full',
  'second-terminal',
  'idb-deleted',
  'idb-profile-wiped',
  'idb-disk-full',
  'two-pages',
  'page-killed',
] as const
export type EventKind = (typeof EVENTS)[number]

/** These need a Chromium that runs the sync worker. */
export const BROWSER_EVENTS: readonly EventKind[] = [
  'idb-deleted',
  'idb-profile-wiped',
  'idb-disk-full',
  'two-pages',
  'page-killed',
]
/** A kill at one of these comes only after the hub confirmed a backup, at the next start. */
export const isPurgePoint = (point: KillPoint): boolean => /purged|unlink/.test(point)
/** And at one of these when the terminal fetches a new key set. */
export const isTrustPoint = (point: KillPoint): boolean => point.includes(':trust:')
/** While attachments are on their way. */
export const isSendChunkPoint = (point: KillPoint): boolean => point.startsWith('send:chunk')
/** Only when a page hands attachments in, which none can yet. */
export const INTAKE_CHUNK_POINTS: readonly KillPoint[] = KILL_POINTS.filter((point) =>
  /^(write|sync|rename):chunk/.test(point),
)

/** This one needs two hub processes over one PostgreSQL. */
export const POSTGRES_EVENTS: readonly EventKind[] = ['hub-race']
/** A data folder that is copied and put back: PGlite's. */
export const FOLDER_EVENTS: readonly EventKind[] = ['hub-restored-by-dba', 'hub-restored-by-command']

export const ALL_KINDS: readonly string[] = [
  ...KILL_POINTS.map((point) => `kill ${point}`),
  ...NETWORK_FAULTS,
  ...EVENTS.filter((event) => event !== 'none'),
]

/** Counts what really struck. */
export class Struck {
  readonly #counts = new Map<string, number>(ALL_KINDS.map((kind) => [kind, 0]))

  add(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  of(kind: string): number {
    return this.#counts.get(kind) ?? 0
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }
}
