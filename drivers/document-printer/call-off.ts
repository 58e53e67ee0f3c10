import { isTerminal, type JobReading } from './answers.ts'
import type { JobRun } from './job-run.ts'

/** Cancels a job and waits for it to end. The job as it was told last; undefined when nobody says anything. */
export async function callOff(run: JobRun, id: number, jobName: string): Promise<JobReading | undefined> {
  const { clock, timing } = run
  const giveUpAtMs = clock.nowMs() + timing.cancelSettleMs
  // Its answer is not needed: a job that ended by itself cannot be cancelled, and the next question shows either.
  await run.main.cancel(id)
  let job: JobReading | undefined
  let waitMs = timing.followFirstMs
  for (;;) {
    const asked = await run.main.job(id)
    if (asked.ok) job = asked.job
    if ((job !== undefined && isTerminal(job.state)) || run.isStopped() || clock.nowMs() >= giveUpAtMs) break
    await run.sleep(waitMs)
    waitMs = Math.min(timing.followCapMs, waitMs * timing.followGrowth)
  }
  run.log({ event: 'document-printer.called-off', jobId: run.jobId, printerJob: id, jobState: job?.state ?? 'unknown' })
  // CUPS tells the device by itself, but not when its helper was killed half way.
  const device = run.access.device()
  const behind = device === undefined ? undefined : await device.findJob(jobName, run.after.device)
  if (behind?.ok === true && behind.job !== undefined && !isTerminal(behind.job.state)) {
    await device?.cancel(behind.job.id)
  }
  return job
}
