/**
 * The 25 ways to lose something of queue-and-sync.md section 7, in our own words, and where each is tried. A test of a
 * row begins with `scenario N:`; table.test.ts holds the table to that. To see one: `npx vitest run -t 'scenario 12:'`.
 *
 * test/scenarios tries them on one terminal and one hub of the simulation with a script in the place of chance (stage.ts):
 * production modules over a simulated disk, network and clock. What needs a real browser, database, process or file
 * system is tried in its own room. Chance and combinations are for `npm run sim` and `npm run faults`.
 */
export interface Scenario {
  readonly number: number
  readonly happens: string
  readonly wanted: string
  /** Repository-relative. Empty: cannot be run, and `reason` says why. */
  readonly files: readonly string[]
  /** What of the row is not tried by these files, and why. */
  readonly reason?: string
}

const POWER = 'test/scenarios/power.test.ts'
const ANSWERS = 'test/scenarios/answers.test.ts'
const CLOCKS = 'test/scenarios/clocks.test.ts'
const SPACE = 'test/scenarios/space.test.ts'
const ATTACHMENTS = 'test/scenarios/attachments.test.ts'
const KEEPERS = 'test/scenarios/keepers.test.ts'
const BACKLOG = 'test/scenarios/backlog.test.ts'
const TAMPERING = 'test/scenarios/tampering.test.ts'
const WORKER = 'renderer/sync-worker/sync-worker.test.ts'

export const SCENARIOS: readonly Scenario[] = [
  {
    number: 1,
    happens: 'The power is cut before the journal is written.',
    wanted: 'Nothing was claimed and nothing is there; the restart is idle, no half record.',
    files: [POWER],
  },
  {
    number: 2,
    happens: 'The power is cut in the middle of an append.',
    wanted: 'The torn tail is found, cut off and counted; the chain still verifies.',
    files: [POWER, 'sync/journal/damage.test.ts'],
  },
  {
    number: 3,
    happens: 'The power is cut after the journal is synced and before the browser’s queue has it.',
    wanted: 'The start replays the journal; the ticket is good.',
    files: [POWER],
  },
  {
    number: 4,
    happens: 'The program falls after the queue has it and before the answer or the paper is out.',
    wanted: 'Same id; the receipt can be printed; a double tap hands nothing in twice.',
    files: [POWER, 'test/e2e/survival.test.ts', 'test/e2e/confirm-twice.test.ts'],
  },
  {
    number: 5,
    happens: 'Sent, and the reply is lost.',
    wanted: 'The same key again brings the stored receipt; one row.',
    files: [ANSWERS],
  },
  {
    number: 6,
    happens: 'The receipt came and a crash before it is stored, or between storing and purging.',
    wanted: 'Fetched again as in 5; purging twice is purging once.',
    files: [POWER, 'sync/journal/purge.test.ts'],
  },
  {
    number: 7,
    happens: 'The hub answers 500, 502, 503 with Retry-After, late or never.',
    wanted: 'Full jitter, at most 15 minutes, Retry-After obeyed, one probe while the hub is away; never given up.',
    files: [ANSWERS],
  },
  {
    number: 8,
    happens: 'The hub refuses with 400, 409, 413, 422 or 426.',
    wanted: 'Set aside with its reason, visible, sent again after a fix; too large a call is made smaller.',
    files: [ANSWERS],
  },
  {
    number: 9,
    happens: 'A 200 with HTML, a redirect, a TLS host that is another.',
    wanted: 'Only a valid signed receipt is a success.',
    files: [ANSWERS, CLOCKS],
  },
  {
    number: 10,
    happens: 'Replies come twice, late, in another order, or for another submission.',
    wanted: 'A receipt counts for its own id and hash; any other is logged and passed over.',
    files: [ANSWERS],
  },
  {
    number: 11,
    happens: 'The hub commits and falls; two of its workers get one key.',
    wanted: 'The key is unique in the same transaction; the loser reads back.',
    files: [ANSWERS, 'sync/hub/ingest.test.ts'],
  },
  {
    number: 12,
    happens: 'The clock is an hour off, in 1970 or in 2106, in use or across a restart.',
    wanted:
      'Order by sequence, nothing frozen, the offset from the hub is said, a date that TLS refuses is shown as such.',
    files: [CLOCKS],
    reason:
      'Keys of the stage are valid from 1960 to 2200. Real ones are valid for ten years: outside of them a terminal takes nothing in (no-trust) until its clock is right, and goes on delivering.',
  },
  {
    number: 13,
    happens: 'The disk is full: in the journal, the browser’s queue, the log, a download.',
    wanted:
      'A reserve for receipts, intake stops at a mark with a word for the screen, and opens again without a restart.',
    files: [SPACE, 'sync/journal/stores.test.ts'],
    reason:
      'A full disk under a real Chromium, its log and its downloads needs a mounted file system: `npm run faults`, and `--peers` for IndexedDB.',
  },
  {
    number: 14,
    happens: 'IndexedDB is reset, damaged or deleted, or its connection is closed.',
    wanted: 'Found, opened again, rebuilt from the journal.',
    files: [WORKER, 'test/e2e/browser-store.test.ts'],
  },
  {
    number: 15,
    happens: 'The browser has no quota left, or evicts what it stored.',
    wanted: 'Storage that is not evicted is asked for; whatever is gone is rebuilt.',
    files: ['renderer/sync-worker/client.test.ts', WORKER],
    reason:
      'A browser cannot be made to evict on demand: what follows from it is a store that is empty (14) or whose writes fail.',
  },
  {
    number: 16,
    happens:
      'An attachment is half uploaded, a chunk damaged, the hub loses its upload folder, 404 or 410 on resuming.',
    wanted: 'The hub is asked what is missing and gets only that; no row before all hashes are there.',
    files: [ATTACHMENTS],
  },
  {
    number: 17,
    happens: 'The hub is put back to a backup of some days ago.',
    wanted: 'A new epoch; all that is retained is offered again; 0 lost, 0 duplicated.',
    files: [KEEPERS],
  },
  {
    number: 18,
    happens: 'The program is upgraded with 1,000 queued, and rolled back.',
    wanted: 'Envelopes and frames are frozen; nothing is lost either way.',
    files: ['test/upgrade/upgrade.test.ts'],
  },
  {
    number: 19,
    happens: 'Two windows, two instances, two versions at once.',
    wanted: 'One writer of the journal, one drain; the hub’s key as the last guard (11).',
    files: ['sync/journal/node-disk.test.ts', WORKER, 'test/e2e/bad-files.test.ts'],
  },
  {
    number: 20,
    happens: 'Poison at the head of 10,000, and a huge one among them.',
    wanted: 'State for each by itself, small before huge, memory flat.',
    files: [BACKLOG],
  },
  {
    number: 21,
    happens: 'The queue’s store rejects one call.',
    wanted: 'The loop keeps no state that matters: the next tick reads the store again.',
    files: [BACKLOG],
  },
  {
    number: 22,
    happens: 'Keys change while items wait; the device’s key is revoked.',
    wanted: 'The envelope names its key, the hub keeps old ones; revoked means set aside, not lost.',
    files: [KEEPERS, 'sync/hub/backups.test.ts'],
  },
  {
    number: 23,
    happens: 'An accepted frame is edited or removed on disk.',
    wanted: 'The chain breaks; the next contact tells it; the hub sees the gap.',
    files: [TAMPERING, 'sync/journal/damage.test.ts'],
  },
  {
    number: 24,
    happens: 'The terminal is stolen or scrapped.',
    wanted: 'Nothing on it can be read; the hub knows which numbers never came (23).',
    files: ['test/e2e/nothing-personal.test.ts'],
  },
  {
    number: 25,
    happens: 'The line flaps every 5 s, loses 30 %, takes 2 s there and back.',
    wanted: 'Progress only grows; a cut costs one chunk at most.',
    files: [ATTACHMENTS],
    reason:
      'Not 1 kbit/s: a call must end within 20 s and what its size buys at 64 kbit/s (sync/hub-client/guarded-fetch.ts), so that a dead line is given up. A sealed application of 2.3 KB needs some 1.2 kbit/s, a whole chunk of 1 MiB some 60; below that it waits for a better line.',
  },
]
