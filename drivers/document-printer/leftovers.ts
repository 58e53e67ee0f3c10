import { isFit } from '../condition/states.ts'
import type { Access } from './access.ts'
import { isNamed, isTerminal } from './answers.ts'
import { jobNameOf } from './requests.ts'
import { type DocumentPrinterState, documentPrinterCondition } from './states.ts'
import { type Verdict, verdictOf, verdictOnCompleted } from './verdict.ts'

/**
 * Jobs that print() had to leave without knowing their end: the network was gone, or the printer would not cancel. They
 * must not come out when somebody puts paper in or the plug back, so they are cancelled at the first look that succeeds,
 * and what became of them is told.
 */
export interface Leftover {
  readonly jobId: string
  /** The printer's number. */
  readonly id: number
  readonly expected: number | undefined
  /** Its end was told already; only the queue has to be rid of it. */
  readonly isTold: boolean
}

/** More jobs than a hall's printer makes between two of its restarts. */
const MAX_LEFTOVERS = 64

export interface Leftovers {
  add(leftover: Leftover): void
  /** Called after a look that succeeded. */
  settle(access: Access, state: DocumentPrinterState): Promise<void>
}

export function createLeftovers(onSettled: (jobId: string, verdict: Verdict) => void): Leftovers {
  let open: Leftover[] = []
  return {
    add(leftover) {
      open = [...open, leftover].slice(-MAX_LEFTOVERS)
    },
    async settle({ main, kind }, state) {
      for (const each of open) {
        const asked = await main.job(each.id)
        // Nobody there, or not in the mood: next time.
        if (!asked.ok && asked.fault !== 'status') return
        // A printer that counts from 1 again after a power cut gave the number to somebody else's job.
        const ours = asked.ok && isNamed(asked.job, jobNameOf(each.jobId)) ? asked.job : undefined
        if (ours !== undefined && !isTerminal(ours.state)) {
          await main.cancel(each.id)
          continue
        }
        open = open.filter((other) => other !== each)
        if (each.isTold) continue
        const job = ours
        const isDevice = kind === 'ipp'
        const isPrinted = isDevice && job?.state === 'completed' && isFit(documentPrinterCondition(state))
        const evidence = {
          documentLeft: true,
          refused: false,
          atDevice: isDevice ? job : undefined,
          atQueue: isDevice ? undefined : job,
          expected: each.expected,
        }
        onSettled(each.jobId, isPrinted ? verdictOnCompleted(job, each.expected) : verdictOf(evidence))
      }
    },
  }
}
