import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendOptions, ScanJob, ScanOutcome } from './backend.ts'
import { failed } from './job-end.ts'
import { createPageSplitter, type SplitPage } from './page-splitter.ts'
import { createLineReader, faultOfStatus, readSaneLine, SANE_STATUS, stateOfOpenStatus } from './sane-lines.ts'
import { runScanimage } from './sane-run.ts'
import type { DocumentScannerState, ScanFault } from './states.ts'

/** One job through scanimage: its pages come out of one pipe, one behind the other, and never lie on a disk. */

export interface SaneJobContext extends BackendOptions {
  readonly job: ScanJob
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  /** The device and its options. */
  readonly args: readonly string[]
}

export async function runSaneJob(context: SaneJobContext): Promise<ScanOutcome> {
  const { job, limits } = context
  // One more than allowed, so that a stack that is too high shows.
  const count = job.options.source === 'flatbed' ? 1 : limits.maxPages + 1
  const directory = await openOutputs(count, suffixOf(job))
  try {
    return await scanInto(context, directory, count)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function suffixOf({ options }: ScanJob): 'png' | 'jpg' {
  return options.format === 'image/png' ? 'png' : 'jpg'
}

/**
 * In batch mode, the only one that empties a feeder, scanimage opens a file per page: N.png.part, renamed when it is
 * whole (older ones N.png itself). Each name is a link to its own standard output.
 */
async function openOutputs(count: number, suffix: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bianmin-scan-'))
  for (let page = 1; page <= count; page++) {
    for (const name of [`${page}.${suffix}`, `${page}.${suffix}.part`]) {
      await symlink('/dev/stdout', join(directory, name))
    }
  }
  return directory
}

async function scanInto(context: SaneJobContext, directory: string, count: number): Promise<ScanOutcome> {
  const { job, program, environment, args, clock, timing, limits } = context
  const { format } = job.options
  if (format === 'application/pdf') return failed('refused', 'scanimage is not asked for PDF')
  const splitter = createPageSplitter(format, limits.maxPageBytes)
  /** Whole pages that scanimage has not yet called good: a sheet that jams may still give a picture that looks whole. */
  const waiting: SplitPage[] = []
  let goodPages = 0
  let handedOut = 0
  let percent: number | undefined
  let ended: ScanOutcome | undefined
  let exitCode: number | undefined
  let isNearEnd = false
  let cancelPage: () => void = () => undefined
  let cancelStall: () => void = () => undefined
  let cancelExit: () => void = () => undefined

  /** Nothing that comes after counts; what still runs is ended. */
  function end(outcome: ScanOutcome): void {
    ended ??= outcome
    run.end()
  }

  function pageBegins(): void {
    percent = undefined
    cancelPage()
    cancelStall()
    cancelPage = clock.after(timing.pageTimeoutMs, () =>
      end(failed('timed-out', `no page within ${timing.pageTimeoutMs} ms`)),
    )
  }

  function handOut(): void {
    while (ended === undefined && waiting.length > 0 && handedOut < goodPages) {
      const page = waiting.shift()
      if (page === undefined) return
      if (handedOut >= limits.maxPages) {
        end(failed('too-many-pages', `more than ${limits.maxPages} pages`))
        return
      }
      handedOut++
      job.onPage({ format, ...page })
      pageBegins()
    }
  }

  function progress(): void {
    const bytes = splitter.heldBytes()
    // A picture that packs well comes in one piece at its end: then only the percentage moves.
    if (ended !== undefined || (bytes === 0 && percent === undefined)) return
    job.onProgress({ page: handedOut + waiting.length + 1, bytes, ...(percent !== undefined && { percent }) })
  }

  /** It has said its last word; some versions then hang for ever (devices.md 6.1). */
  function mustEndSoon(): void {
    if (isNearEnd) return
    isNearEnd = true
    cancelExit = clock.after(timing.saneExitMs, () => run.end())
  }

  const lines = createLineReader((text) => {
    const line = readSaneLine(text)
    switch (line.line) {
      case 'progress':
        percent = line.percent
        progress()
        return
      case 'page':
        if (line.status !== SANE_STATUS.eof && line.status !== SANE_STATUS.good) {
          failWith(line.status)
          return
        }
        goodPages++
        handOut()
        return
      case 'failed':
        if (line.isOpen) failWith(line.status)
        else {
          const state = stateOfOpenStatus(line.status)
          ended ??= failed(faultOfOpening(state), text, state)
          mustEndSoon()
        }
        return
      case 'through':
        mustEndSoon()
        return
      case 'exit':
        exitCode = line.code
        return
      case 'other':
        return
    }
  })

  function failWith(status: number): void {
    mustEndSoon()
    // The feeder is empty: so ends every stack.
    if (status === SANE_STATUS.noDocs && goodPages > 0) return
    const { fault, state } = faultOfStatus(status)
    ended ??= failed(fault, `status ${status} of SANE`, state)
  }

  const run = runScanimage({
    clock,
    program,
    environment,
    directory,
    args: [...args, '--progress', `--batch=%d.${suffixOf(job)}`, `--batch-count=${count}`],
    killAfterMs: timing.saneExitMs,
    onOutput(bytes) {
      if (ended !== undefined) return
      waiting.push(...splitter.push(bytes))
      const fault = splitter.fault()
      if (fault !== undefined) {
        end(failed(fault.fault, fault.detail))
        return
      }
      cancelStall()
      if (splitter.heldBytes() > 0) {
        cancelStall = clock.after(timing.pageStallMs, () =>
          end(failed('timed-out', `no byte for ${timing.pageStallMs} ms`)),
        )
      }
      handOut()
      progress()
    },
    onErrorOutput: (bytes) => lines.push(bytes),
  })
  const giveUp = (): void => end(failed('cancelled'))
  job.signal.addEventListener('abort', giveUp)
  if (job.signal.aborted) giveUp()
  else pageBegins()
  const { isMissing } = await run.ended
  job.signal.removeEventListener('abort', giveUp)
  for (const cancel of [cancelPage, cancelStall, cancelExit]) cancel()

  if (isMissing) return failed('device-error', `${program} is not installed`, { state: 'error', cause: 'no-program' })
  // Its lines may have come before its last bytes.
  handOut()
  if (ended !== undefined) return ended
  if (handedOut < goodPages || waiting.length > 0 || splitter.heldBytes() > 0)
    return failed('bad-page', 'the last page is not whole')
  if (handedOut > 0 && (isNearEnd || exitCode === 0)) return { ok: true }
  return failed('device-error', `scanimage ended with ${exitCode ?? 'a signal'} after ${handedOut} pages`)
}

function faultOfOpening({ state }: DocumentScannerState): ScanFault {
  return state === 'busy' || state === 'cover-open' || state === 'unplugged' ? state : 'device-error'
}
