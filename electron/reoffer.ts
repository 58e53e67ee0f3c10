import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { Log } from './events.ts'

/** So many frames wait for the disk together: they share its writes, and memory stays flat. */
const AT_ONCE = 64

/**
 * Puts everything that is retained and that the hub may have forgotten back into the queue. Each frame takes one item
 * away from what is to be offered, so after a crash or a full disk the same call goes on where it stopped.
 * @returns how many were queued again, and whether that was all.
 */
export async function reoffer(
  journal: Pick<Journal, 'append'>,
  ledger: Ledger,
  nowIso: () => string,
  log: Log,
): Promise<{ readonly requeued: number; readonly complete: boolean }> {
  let requeued = 0
  let complete = true
  let group: string[] = []
  for (const { submissionId } of ledger.toReoffer(true)) {
    group.push(submissionId)
    if (group.length < AT_ONCE) continue
    await write()
    if (!complete) break
  }
  if (complete) await write()

  async function write(): Promise<void> {
    const written = await Promise.all(
      group.map((submissionId) => journal.append({ type: 'requeued', at: nowIso(), submissionId, by: 'epoch-change' })),
    )
    requeued += written.filter((each) => each.ok).length
    complete = written.every((each) => each.ok)
    group = []
  }

  if (requeued > 0 || !complete) log('reoffered', { requeued, complete })
  return { requeued, complete }
}
