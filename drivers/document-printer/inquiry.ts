import { isTerminal } from './answers.ts'
import { before, type FailedOutcome, placeOf } from './job-outcome.ts'
import type { JobRun } from './job-run.ts'
import { faultOfSilence } from './submit.ts'
import { type Verdict, verdictOf, verdictOnCompleted } from './verdict.ts'

/** Numbers of the newest job of this name; 0: none. */
interface Ids {
  readonly main: number
  readonly device: number
}

export type Inquired =
  | { readonly ok: true; readonly known: false }
  | { readonly ok: true; readonly known: true; readonly settled: boolean; readonly verdict: Verdict; readonly ids: Ids }
  | { readonly ok: false; readonly outcome: FailedOutcome }

/** What printer and queue still know of a job by its name: the memory of a terminal that was restarted. */
export async function inquire(run: JobRun, jobName: string, expected: number | undefined): Promise<Inquired> {
  const device = run.access.device()
  const here = await run.main.findJob(jobName, 0)
  const there = device === undefined ? undefined : await device.findJob(jobName, 0)
  // A printer that knows no Get-Jobs answers with a status: then nothing is known, which is no fault.
  for (const asked of [here, there]) {
    if (asked !== undefined && !asked.ok && asked.fault !== 'status') {
      return { ok: false, outcome: before(faultOfSilence(run, asked), asked.detail) }
    }
  }
  const atMain = here.ok ? here.job : undefined
  const behind = there?.ok === true ? there.job : undefined
  const known = [atMain, behind].filter((job) => job !== undefined)
  if (known.length === 0) return { ok: true, known: false }
  const isQueue = placeOf(run) === 'queue'
  const atDevice = isQueue ? behind : atMain
  const verdict =
    atDevice?.state === 'completed'
      ? verdictOnCompleted(atDevice, expected)
      : verdictOf({ documentLeft: true, refused: false, atDevice, atQueue: isQueue ? atMain : undefined, expected })
  const ids = { main: atMain?.id ?? 0, device: behind?.id ?? 0 }
  return { ok: true, known: true, settled: known.every(({ state }) => isTerminal(state)), verdict, ids }
}
