import { openJournal } from '../../sync/journal/journal.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { type BenchWindow, openPageBench } from './chromium-page.ts'

/** Reading the newest 20 of a small and of a large queue, in turn; milliseconds. */
export interface NewestTimes {
  readonly smallMs: number[]
  readonly largeMs: number[]
}

/** One page of the maintainers' list. */
const NEWEST = 20
const ROUNDS = 200
const WARM_UP_ROUNDS = 20
/** One read of the ledger is too short for a clock. */
const LEDGER_READS = 500

/** In main's ledger, made from a real journal: of its first `small` submissions, and of all. */
export async function newestInLedger(journalDir: string, small: number): Promise<NewestTimes> {
  const smallLedger = new Ledger()
  const largeLedger = new Ledger()
  const opened = await openJournal({
    dir: journalDir,
    log: () => undefined,
    onEntry(entry) {
      if (smallLedger.size < small) smallLedger.apply(entry)
      largeLedger.apply(entry)
    },
  })
  if (!opened.ok) throw new Error(`the journal did not open: ${opened.fault} ${opened.detail}`)
  await opened.journal.close()
  const times: NewestTimes = { smallMs: [], largeMs: [] }
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const turn = inTurn(round, times)
    for (const { size, into } of turn) {
      const tookMs = timePages(size === 'small' ? smallLedger : largeLedger)
      if (round >= 0) into.push(tookMs)
    }
  }
  return times
}

/** Whoever goes second finds what the first warmed: they take turns. */
function inTurn(round: number, times: NewestTimes) {
  const both = [
    { size: 'small', into: times.smallMs },
    { size: 'large', into: times.largeMs },
  ] as const
  return round % 2 === 0 ? both : [...both].reverse()
}

function timePages(ledger: Ledger): number {
  const beganMs = performance.now()
  for (let read = 0; read < LEDGER_READS; read += 1) {
    const { items } = ledger.page({ state: null, before: null, limit: NEWEST })
    if (items.length !== NEWEST) throw new Error(`the ledger gave ${items.length} of ${NEWEST}`)
  }
  return (performance.now() - beganMs) / LEDGER_READS
}

/** In the sync worker's database, filled by its own store, in a real Chromium. */
export async function newestInRxdb(dir: string, small: number, large: number): Promise<NewestTimes> {
  const bench = await openPageBench(dir)
  try {
    const { page } = bench
    for (const [name, count] of [
      ['small', small],
      ['large', large],
    ] as const) {
      const filled = await page.evaluate(
        (queue) => (globalThis as BenchWindow).benchPage.fill(queue.name, queue.count),
        { name, count },
      )
      if (filled !== count) throw new Error(`RxDB counts ${filled} of ${count} documents`)
    }
    const times: NewestTimes = { smallMs: [], largeMs: [] }
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      for (const { size, into } of inTurn(round, times)) {
        const tookMs = await page.evaluate(
          (queue) => (globalThis as BenchWindow).benchPage.newest(queue.size, queue.limit),
          { size, limit: NEWEST },
        )
        if (round >= 0) into.push(tookMs)
      }
    }
    return times
  } finally {
    await bench.close()
  }
}
