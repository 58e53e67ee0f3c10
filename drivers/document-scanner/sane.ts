import type { Asked, BackendOptions, OpenedScanner, ScannerBackend } from './backend.ts'
import { runSaneJob } from './sane-job.ts'
import { createLineReader, readSaneLine, SANE_STATUS, stateOfOpenStatus } from './sane-lines.ts'
import { MAX_LISTING_BYTES, readSaneOptions, type SaneAbility } from './sane-options.ts'
import { runScanimage, type SaneProgram, type SaneRun } from './sane-run.ts'
import type { DocumentScannerState } from './states.ts'

/** A scanner behind SANE, through the program scanimage: each question and each job is a child of its own. */

export interface SaneOptions extends BackendOptions, SaneProgram {
  /** As `scanimage -L` writes it. */
  readonly device: string
}

const MAX_MODEL_UNITS = 200

export function createSaneBackend(options: SaneOptions): ScannerBackend {
  const { device, clock, timing, extraArguments = [] } = options
  const program = options.program ?? 'scanimage'
  const environment = options.environment ?? {}
  let sane: SaneAbility | undefined
  let listing: SaneRun | undefined
  let isInterrupted = false

  /** `scanimage -A` opens the device and lists what it can do: also the only way to see that it is there. */
  async function list(): Promise<Asked<SaneAbility>> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    let isTooLong = false
    let isLate = false
    let failedStatus: number | undefined
    let exitCode: number | undefined
    const lines = createLineReader((text) => {
      const line = readSaneLine(text)
      if (line.line === 'failed') failedStatus ??= line.status
      else if (line.line === 'exit') exitCode = line.code
    })
    const run = runScanimage({
      clock,
      program,
      args: ['-d', device, '-A'],
      environment,
      killAfterMs: timing.saneExitMs,
      onOutput(piece) {
        bytes += piece.length
        if (bytes <= MAX_LISTING_BYTES) {
          pieces.push(piece)
          return
        }
        if (!isTooLong) run.end()
        isTooLong = true
      },
      onErrorOutput: (piece) => lines.push(piece),
    })
    listing = run
    const cancelLimit = clock.after(timing.saneAnswerTimeoutMs, () => {
      isLate = true
      run.end()
    })
    const { isMissing } = await run.ended
    cancelLimit()
    listing = undefined

    const no = (state: DocumentScannerState, detail: string): Asked<never> => ({ ok: false, state, detail })
    if (isMissing) return no({ state: 'error', cause: 'no-program' }, `${program} is not installed`)
    if (isInterrupted) return no({ state: 'unplugged', cause: 'closed' }, 'given up by this side')
    if (isLate) return no({ state: 'no-answer' }, `no list of options within ${timing.saneAnswerTimeoutMs} ms`)
    if (isTooLong)
      return no({ state: 'bad-answer', why: 'too-long' }, `more than ${MAX_LISTING_BYTES} bytes of options`)
    if (failedStatus !== undefined) {
      return no(stateOfOpenStatus(failedStatus), `it could not be opened: status ${failedStatus}`)
    }
    if (exitCode !== SANE_STATUS.good) {
      return no({ state: 'unplugged', cause: 'lost' }, `scanimage ended with ${exitCode ?? 'a signal'}`)
    }
    const read = readSaneOptions(Buffer.concat(pieces).toString('utf8'), device.slice(0, MAX_MODEL_UNITS))
    const { flatbed, feeder } = read.ability
    if ((flatbed ?? feeder)?.dpi.length === 0) {
      return no({ state: 'bad-answer', why: 'not-understood' }, 'its options name no resolution that we know')
    }
    return { ok: true, value: read }
  }

  const readyState = ({ ability }: SaneAbility): DocumentScannerState => ({
    state: 'ready',
    feeder: ability.feeder === null ? 'none' : 'unknown',
  })

  async function open(): Promise<OpenedScanner> {
    const listed = await list()
    if (!listed.ok) return listed
    sane = listed.value
    return { ok: true, state: readyState(sane), ability: sane.ability }
  }

  return {
    pollMs: timing.sanePollMs,
    open,
    look: open,
    async scan(job) {
      if (sane === undefined) throw new Error('scan before a good open()')
      const args = ['-d', device, ...sane.arguments(job.options), ...extraArguments]
      const outcome = await runSaneJob({ ...options, job, program, environment, args })
      return outcome.ok ? { ...outcome, state: readyState(sane) } : outcome
    },
    interrupt() {
      isInterrupted = true
      listing?.end()
    },
    async close() {
      isInterrupted = true
    },
  }
}
