import type { JsonObject } from '../envelope/compact.ts'
import { openEnvelope } from '../envelope/open.ts'
import { checkAnswers } from '../protocol/answers.ts'
import { checkIdNumber } from '../protocol/id-number.ts'
import type { SubmissionPayload } from '../protocol/submission.ts'
import type { HubDatabase } from './database.ts'
import { type ItemFinder, loadItemFinder } from './packages.ts'
import { chinaDate, type HubSources, instant } from './sources.ts'
import type { CaseState } from './tables.ts'

/**
 * The opener: the only part of the hub that holds the seal keys. It takes cases that nobody opened yet, reads and
 * validates them, and sets the state of the case. The receipt stays as it is: what the citizen was told is true.
 */

export interface CaseFault {
  /** A field of the form, or applicant.…, pledge, signature, item, envelope. */
  readonly field: string
  readonly fault: string
}
export interface Verdict {
  readonly state: Exclude<CaseState, '待打开'>
  readonly faults: readonly CaseFault[]
}

export interface OpenerParts {
  readonly db: HubDatabase
  readonly sealKeys: ReadonlyMap<string, JsonObject>
  readonly sources: HubSources
}

export interface OpenedCase extends Verdict {
  readonly submissionId: string
}

/** How many cases one round reads at once: envelopes are at most 256 KiB each. */
const ROUND_SIZE = 50
/** The 2017 foreigner's card has a number of 15 characters without the frame of GB 11643 (devices.md 1.8). */
const CARDS_WITHOUT_CHECK: readonly SubmissionPayload['applicant']['cardType'][] = ['foreigner-2017']

export interface Round {
  readonly opened: readonly OpenedCase[]
  /** Cases whose reading threw: a bug here, not the citizen's fault. They keep waiting and do not stand in the way. */
  readonly stuck: readonly { readonly submissionId: string; readonly error: unknown }[]
}

export interface Opener {
  /** Opens the oldest cases that wait, at most one round; says what became of each. */
  round(): Promise<Round>
}

export function makeOpener(parts: OpenerParts, open: typeof judge = judge): Opener {
  /** Left alone until the next start, so that one poisoned case does not hold up the others. */
  const stuckIds = new Set<string>()
  return {
    async round() {
      const rows = await waitingCases(parts.db, [...stuckIds])
      const opened: OpenedCase[] = []
      const stuck: { submissionId: string; error: unknown }[] = []
      const findItem = rows.length === 0 ? () => undefined : await loadItemFinder(parts.db)
      for (const { submissionId, envelope } of rows) {
        let verdict: Verdict
        try {
          verdict = await open(envelope, parts.sealKeys, findItem)
        } catch (error) {
          stuckIds.add(submissionId)
          stuck.push({ submissionId, error })
          continue
        }
        await setState(parts, submissionId, verdict)
        opened.push({ submissionId, ...verdict })
      }
      return { opened, stuck }
    },
  }
}

function waitingCases(db: HubDatabase, except: readonly string[]) {
  let query = db
    .selectFrom('cases')
    .innerJoin('submissions', 'submissions.submission_id', 'cases.submission_id')
    .select(['submissions.submission_id as submissionId', 'submissions.envelope'])
    .where('cases.state', '=', '待打开')
    .orderBy('submissions.hub_sequence')
    .limit(ROUND_SIZE)
  if (except.length > 0) query = query.where('submissions.submission_id', 'not in', except)
  return query.execute()
}

async function setState(parts: OpenerParts, submissionId: string, verdict: Verdict): Promise<void> {
  await parts.db
    .updateTable('cases')
    .set({ state: verdict.state, faults: JSON.stringify(verdict.faults), opened_at: instant(parts.sources) })
    .where('submission_id', '=', submissionId)
    .where('state', '=', '待打开')
    .execute()
}

async function judge(
  envelope: string,
  sealKeys: ReadonlyMap<string, JsonObject>,
  findItem: ItemFinder,
): Promise<Verdict> {
  const opened = await openEnvelope(envelope, (kid) => sealKeys.get(kid))
  if (!opened.ok) return { state: '不予受理', faults: [{ field: 'envelope', fault: opened.fault }] }
  const faults = checkPayload(opened.payload, findItem)
  return { state: faults.length === 0 ? '已受理' : '需补正', faults }
}

/**
 * All faults of an opened submission, by the catalogue version that the citizen saw and by the day on which the
 * terminal took it in, however long it waited there.
 */
export function checkPayload(payload: SubmissionPayload, findItem: ItemFinder): readonly CaseFault[] {
  const today = chinaDate(payload.acceptedAt)
  const faults: CaseFault[] = [...applicantFaults(payload.applicant, today)]
  const found = findItem(payload.item.id, payload.item.version)
  if (found === undefined) return [...faults, { field: 'item', fault: 'unknown-item' }]
  const { item, catalogue } = found
  if (item.code !== payload.item.code) faults.push({ field: 'item', fault: 'other-code' })
  faults.push(...checkAnswers(item, payload.answers, { today, divisions: catalogue.divisions }))
  if (item.pledge !== undefined && !Object.values(item.pledge.text).includes(payload.pledge ?? '')) {
    faults.push({ field: 'pledge', fault: payload.pledge === undefined ? 'missing' : 'other-words' })
  }
  if (item.signature && payload.signature === undefined) faults.push({ field: 'signature', fault: 'missing' })
  return faults
}

function applicantFaults(applicant: SubmissionPayload['applicant'], today: string): readonly CaseFault[] {
  if (CARDS_WITHOUT_CHECK.includes(applicant.cardType)) return []
  const number = checkIdNumber(applicant.idNumber, today)
  if (!number.ok) return [{ field: 'applicant.idNumber', fault: number.fault }]
  if (number.birth !== applicant.birth) return [{ field: 'applicant.birth', fault: 'not-in-the-number' }]
  return []
}
