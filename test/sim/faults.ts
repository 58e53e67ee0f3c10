/**
 * The kinds of misfortune that a simulated world knows. Each is counted when it really happened, so that a report shows
 * what a run went through.
 */
export const FAULT_KINDS = [
  // Programs and machines
  'terminal-crash',
  'terminal-crash-at-step',
  'power-cut',
  'power-cut-at-step',
  'hub-crash',
  'hub-crash-before-answer',
  'worker-vanished',
  'worker-store-deleted',
  'worker-store-old',
  'worker-store-cut',
  'worker-store-failing',
  'two-workers',
  // Disks
  'disk-full',
  'disk-error',
  'disk-slow',
  'bit-flip',
  // Clocks
  'clock-jump',
  // Network
  'request-lost',
  'reply-lost',
  'request-duplicated',
  'late-reply',
  'request-corrupted',
  'reply-corrupted',
  'reply-half-sent',
  'reply-replayed',
  'receipt-forged',
  'partition',
  'flapping',
  'portal-html',
  'redirect',
  'http-408',
  'http-413',
  'http-429',
  'http-500',
  'http-502',
  'http-503',
  'hub-hung',
  // The hub's keepers
  'hub-restored-by-command',
  'hub-restored-as-copy',
  'key-rotation',
  'device-key-revoked',
  // Content
  'poison-item',
  'citizen-asked-again',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type FaultCounts = Partial<Record<FaultKind, number>>

/** Adds the counts of one world to those of others. */
export function addFaults(into: FaultCounts, more: FaultCounts): void {
  for (const kind of FAULT_KINDS) {
    const count = more[kind]
    if (count !== undefined) into[kind] = (into[kind] ?? 0) + count
  }
}
