import { z } from 'zod'
import {
  type CaseChange,
  type CaseCheckpoint,
  CaseCheckpointSchema,
  type CasePullAnswer,
  CaseStateSchema,
} from '../sync/protocol/contact.ts'
import { InstantSchema, SubmissionIdSchema } from '../sync/protocol/ids.ts'
import type { Log } from './events.ts'
import { jsonOrUndefined, type SmallFiles } from './small-files.ts'

/** The newest changes that are kept: years of one terminal, a megabyte on disk. */
export const MAX_CASES = 10_000
const FILE = 'cases.json'

const KnownCaseSchema = z.object({ state: CaseStateSchema, at: InstantSchema, sequence: z.int().min(1) })
type KnownCase = z.infer<typeof KnownCaseSchema>
const CasesFileSchema = z.object({
  checkpoint: CaseCheckpointSchema,
  cases: z.array(z.tuple([SubmissionIdSchema, KnownCaseSchema])).max(MAX_CASES),
})

/** Where the cases of this terminal stand, as last pulled (design.md section 4, step 9): no names, no tickets, no text. */
export interface CaseBook {
  readonly checkpoint: CaseCheckpoint | null
  /**
   * Takes one page in. Durable once the last page (`more: false`) resolved; a crash before costs a second pull. Throws
   * what the disk throws: then the pull is repeated later.
   */
  take(page: Pick<CasePullAnswer, 'fromStart' | 'changes' | 'checkpoint' | 'more'>): Promise<void>
  of(submissionId: string): Pick<CaseChange, 'state' | 'at'> | undefined
}

/** Reads what is kept; a damaged file is said and pulled again from the start. */
export async function openCases(files: SmallFiles, log: Log): Promise<CaseBook> {
  let checkpoint: CaseCheckpoint | null = null
  /** In the order of their newest change: the first is the first to go. */
  const known = new Map<string, KnownCase>()

  const text = await files.read(FILE)
  if (text !== undefined) {
    const stored = CasesFileSchema.safeParse(jsonOrUndefined(text))
    if (stored.success) {
      checkpoint = stored.data.checkpoint
      for (const [submissionId, each] of stored.data.cases) known.set(submissionId, each)
    } else {
      log('cases-damaged', { file: files.place(FILE) })
    }
  }

  return {
    get checkpoint() {
      return checkpoint
    },
    async take(page) {
      if (page.fromStart) known.clear()
      for (const { submissionId, state, at, sequence } of page.changes) {
        known.delete(submissionId)
        known.set(submissionId, { state, at, sequence })
      }
      for (const submissionId of known.keys()) {
        if (known.size <= MAX_CASES) break
        known.delete(submissionId)
      }
      checkpoint = page.checkpoint
      if (!page.more) await files.write(FILE, JSON.stringify({ checkpoint, cases: [...known] }))
    },
    of(submissionId) {
      const found = known.get(submissionId)
      return found === undefined ? undefined : { state: found.state, at: found.at }
    },
  }
}
