/** One cell of the report: one system in one fact's circumstances. */
export interface Cell {
  /** Accepted by the system: the user was told "saved". */
  readonly queued: number
  /** What the hub held at the end. */
  readonly arrived: number
  /** Queued, not at the hub, and not waiting either: it will never come. */
  readonly lost: number
  /** Queued and held up behind another. */
  readonly blocked: number
  /** What the system said of it, in a few words; empty when it said nothing. */
  readonly told: string
  readonly note: string
}

export interface Fact {
  readonly number: 1 | 2 | 3 | 4 | 5 | 6
  readonly title: string
  readonly how: string
}

export const FACTS: readonly Fact[] = [
  {
    number: 1,
    title: 'the disk fills up, the browser is killed and opened again, then there is room',
    how: 'real Chromium, profile on a 60 MB tmpfs, 51 documents of 1 KB, strict durability for RxDB',
  },
  {
    number: 2,
    title: 'the disk was full for a moment; saving goes on without a restart',
    how: 'real Chromium, profile on a 60 MB tmpfs; 20 more documents after there is room again, then a start',
  },
  {
    number: 3,
    title: 'the clock was an hour ahead and is corrected; four starts, four documents',
    how: 'real Chromium, Date shifted per start (ours: libfaketime or Date in main)',
  },
  {
    number: 4,
    title: 'one read of the storage fails once, while three documents are sent',
    how: 'real Chromium, one IndexedDB read of the replication rejected (ours: one read of the journal, EIO)',
  },
  {
    number: 5,
    title: 'the hub refuses the first of 21 documents, later it would take it',
    how: 'RxDB: the batch is refused, its protocol knows no other way; PouchDB: "forbidden" for that document; ours: 413',
  },
  {
    number: 6,
    title: 'upgrade, roll-back, upgrade again: A, B, then C, then D',
    how: 'RxDB: schema version 0, 1, 0, 1; PouchDB: has no schema version; ours: a newer program writes frames that the older does not know',
  },
]
