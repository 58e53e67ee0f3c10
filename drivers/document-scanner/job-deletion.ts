import type { BackendOptions } from './backend.ts'
import type { HttpPort } from './http.ts'

/**
 * Every job that was begun at an eSCL device is deleted there, however it ended: some devices take no other before
 * (Canon DR-S250N, naps2 issue 868). What cannot be deleted now is kept and tried at each look, a bounded number of times.
 */
export interface JobDeletion {
  /** A job exists from here on. */
  begun(path: string): void
  /** Deletes it; resolves when that is done or has been put off. Never takes longer than one try. */
  finish(path: string): Promise<void>
  /** One try for each job that was put off. */
  catchUp(): Promise<void>
}

/**
 * Where job paths outlive the process, one a line: after a crash the next one deletes what the last one left. Both must
 * not throw.
 */
export interface JobNote {
  read(): string
  write(lines: string): void
}

/** Looks in which a job that was put off is tried again; a device that still refuses then has forgotten it or never will. */
const TRIES_LATER = 20
const MAX_NOTED = 16
/** "Gone" and "never heard of it" are what we want. */
const GONE = [200, 202, 204, 404, 410]
const DELETE_ANSWER_BYTES = 64 * 1024

export function createJobDeletion(
  http: HttpPort,
  { timing, log }: Pick<BackendOptions, 'timing' | 'log'>,
  note?: JobNote,
): JobDeletion {
  const triesLeft = new Map<string, number>()
  for (const line of note?.read().split('\n').slice(0, MAX_NOTED) ?? []) {
    if (isJobPath(line)) triesLeft.set(line, TRIES_LATER)
  }

  function keepNote(): void {
    note?.write([...triesLeft.keys()].join('\n'))
  }

  function gone(path: string): void {
    triesLeft.delete(path)
    keepNote()
  }

  async function attempt(path: string): Promise<'gone' | 'unreachable' | 'again'> {
    const answer = await http.send({
      method: 'DELETE',
      path,
      maxBytes: DELETE_ANSWER_BYTES,
      timeoutMs: timing.deleteTimeoutMs,
    })
    if (answer.ok && GONE.includes(answer.status)) {
      gone(path)
      return 'gone'
    }
    const why = answer.ok ? `status ${answer.status}` : `${answer.fault}: ${answer.detail}`
    log({ event: 'document-scanner.job-not-deleted', why })
    return !answer.ok && answer.fault === 'unplugged' ? 'unreachable' : 'again'
  }

  return {
    begun(path) {
      triesLeft.set(path, TRIES_LATER)
      keepNote()
    },
    async finish(path) {
      await attempt(path)
    },
    async catchUp() {
      for (const [path, left] of [...triesLeft]) {
        const outcome = await attempt(path)
        if (outcome === 'gone') log({ event: 'document-scanner.job-deleted-late' })
        // A cable that is out is out for all of them, and costs no try.
        if (outcome === 'unreachable') return
        if (outcome === 'gone') continue
        triesLeft.set(path, left - 1)
        if (left > 1) continue
        gone(path)
        log({ event: 'document-scanner.job-left', why: `not deleted in ${TRIES_LATER} tries` })
      }
    },
  }
}

const MAX_PATH_UNITS = 1_000

/** Whether this can be a path of an HTTP request as it stands. */
export function isJobPath(path: string): boolean {
  return path.length <= MAX_PATH_UNITS && /^\/[!-~]*$/.test(path)
}
