import type { LedgerItem } from '../sync/journal/ledger.ts'
import type { ReconcileParts } from './reconciling.ts'

/** As many as one question may list. */
const PAGE_ITEMS = 1000

/**
 * Asks the hub for these very submissions before their payloads are given up. A receipt and a watermark are not enough:
 * a hub that was put back without a word gives the same sequences out again, and what it took in since hides the gap
 * from the mark of a contact. What the hub lacks is queued again.
 * @returns true when the hub holds them all with our hashes; false when not, or when it did not answer.
 */
export async function confirmHeld(items: readonly LedgerItem[], parts: ReconcileParts): Promise<boolean> {
  const inOrder = [...items].sort((a, b) => a.deviceSequence - b.deviceSequence)
  for (let at = 0; at < inOrder.length; at += PAGE_ITEMS) {
    if (!(await isHeld(inOrder.slice(at, at + PAGE_ITEMS), parts))) return false
  }
  return true
}

async function isHeld(page: readonly LedgerItem[], parts: ReconcileParts): Promise<boolean> {
  const { terminalId, journal, ledger, hub, trust, nowIso, log } = parts
  const [first, last] = [page[0], page.at(-1)]
  const keySet = trust.keySet()
  if (first === undefined || last === undefined || keySet === undefined) return false
  const facts = {
    terminalId,
    fromDeviceSequence: first.deviceSequence,
    throughDeviceSequence: last.deviceSequence,
    items: page.map(({ deviceSequence, submissionId, envelopeSha256: sha256, state }) => ({
      ...{ deviceSequence, submissionId, sha256, state },
    })),
  }
  const answered = await hub.reconcile(facts, trust.deviceKey, keySet)
  if (answered.outcome !== 'answered') return false
  const { missing, mismatched } = answered.answer
  if (missing.length + mismatched.length === 0) return true
  log('purge-refused-by-hub', { missing: missing.length, mismatched: mismatched.length })
  for (const submissionId of missing) {
    if (ledger.bySubmission(submissionId)?.state !== 'received') continue
    const requeued = await journal.append({ type: 'requeued', at: nowIso(), submissionId, by: 'purge' })
    if (!requeued.ok) break
  }
  return false
}
