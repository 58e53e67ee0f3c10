import { isTerminal, type JobReading } from './answers.ts'
import type { Impressions, Paper } from './states.ts'

/**
 * What came out, from what is known. A certificate may be printed once, so nothing is guessed: "nothing" and "all" are said
 * only with a reason that holds, the rest is "unknown" and somebody has to look.
 */
export interface Evidence {
  /** A byte of the document may have reached the printer or queue. */
  readonly documentLeft: boolean
  /** The printer answered the document with a refusal: by RFC 8011 such a document is not added to the job. */
  readonly refused: boolean
  /** The job as the device itself told it last. */
  readonly atDevice: JobReading | undefined
  /** The same at the queue. What it counts is what it sent, not what came out, so its count is not used. */
  readonly atQueue: JobReading | undefined
  /** Sides of all pages and copies, where the caller knows them. */
  readonly expected: number | undefined
}

export interface Verdict {
  readonly paper: Paper
  readonly impressions: Impressions
}

/** No byte left. */
export const NOTHING: Verdict = { paper: 'nothing', impressions: { atLeast: 0, atMost: 0 } }

export function verdictOf(evidence: Evidence): Verdict {
  const { documentLeft, refused, atDevice, atQueue, expected } = evidence
  const counted = atDevice?.impressionsCompleted ?? 0
  const atMost = expected ?? null
  if (counted === 0 && (!documentLeft || refused || neverBegan(atDevice) || neverBegan(atQueue))) {
    return NOTHING
  }
  const impressions = { atLeast: counted, atMost: expected === undefined ? null : Math.max(expected, counted) }
  if (expected !== undefined && counted >= expected) return { paper: 'all', impressions }
  // A count of 0 says nothing: many printers do not count (ippeveprinter says 0 of a job that it completed).
  if (counted > 0) return { paper: 'some', impressions }
  return { paper: 'unknown', impressions: { atLeast: 0, atMost } }
}

/** The verdict on a job that the device itself calls completed. */
export function verdictOnCompleted(job: JobReading | undefined, expected: number | undefined): Verdict {
  const counted = job?.impressionsCompleted ?? 0
  return { paper: 'all', impressions: { atLeast: Math.max(counted, expected ?? 0), atMost: expected ?? null } }
}

/** Ended, and the one who held it says that it never began: nothing of it can have gone on to paper. */
function neverBegan(job: JobReading | undefined): boolean {
  return job !== undefined && isTerminal(job.state) && job.state !== 'completed' && job.everProcessed === false
}
