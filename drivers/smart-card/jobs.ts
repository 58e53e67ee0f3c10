import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { caseOf, exchangeCommand, swText } from './apdu.ts'
import { isBankCommand } from './bank-guard.ts'
import { type CardSession, type CardTrouble, openCard } from './card-session.ts'
import type { SmartCardLog } from './log.ts'
import { readSocialSecurity } from './social-security.ts'
import type {
  ExchangeResult,
  SmartCardFailure,
  SmartCardFault,
  SmartCardState,
  SocialSecurityCard,
  SocialSecurityResult,
} from './states.ts'
import type { ReaderTable } from './table.ts'
import type { SmartCardTiming } from './timing.ts'

/** Work on the card that lies there: one job at a time, each with an end, ended early when the card is lifted. */

const MAX_COMMANDS = 64

export interface CardJobsOptions {
  readonly clock: Clock
  readonly log: SmartCardLog
  readonly timing: SmartCardTiming
  readonly openSocket: OpenLink
  readonly path: string
  readonly share: 'exclusive' | 'shared'
  readonly table: ReaderTable
  /** False while the service is not there, so that the table says nothing. */
  readonly hasTable: () => boolean
  readonly newReadId: () => string
  /** A job began or ended, or found out something about the card. */
  readonly onChange: () => void
  readonly state: () => SmartCardState
}

export interface CardJobs {
  exchange(commands: readonly Uint8Array[], timeoutMs?: number): Promise<ExchangeResult>
  readSocialSecurityCard(timeoutMs?: number): Promise<SocialSecurityResult>
  /** To be called after each change of the table. */
  tableChanged(): void
  isRunning(): boolean
  /** What the last job found out about the card that still lies there. */
  verdict(): 'mute' | 'in-use' | undefined
  start(): void
  /** Ends the job that is under way and refuses all others; resolves when all are through. */
  stop(): Promise<void>
}

/** How a piece of work ended; `step` and `detail` are for the log. */
type Outcome<Good> =
  | { readonly ok: true; readonly good: Good }
  | {
      readonly ok: false
      readonly trouble: CardTrouble
      readonly sw?: string
      readonly step?: string
      readonly detail?: string
    }

type CommandAnswers = Extract<ExchangeResult, { ok: true }>['answers']

interface Running {
  readonly insertion: number
  /** Set once, by whoever ends the job from outside. */
  interrupted: SmartCardFault | undefined
  abort: () => void
}

export function createCardJobs(options: CardJobsOptions): CardJobs {
  const { clock, log, timing, table } = options
  let running: Running | undefined
  let lane: Promise<void> = Promise.resolve()
  let stopped = true
  let mutedInsertion: number | undefined
  let inUse = false
  let onTable: (() => void) | undefined

  function interrupt(fault: SmartCardFault): void {
    if (running === undefined) return
    running.interrupted ??= fault
    running.abort()
  }

  /** Runs when those before are through. The answer need not wait until the card has been let go. */
  function inLane<Result>(run: () => Promise<{ result: Result; ending: Promise<void> }>): Promise<Result> {
    return new Promise((resolve) => {
      lane = lane.then(async () => {
        const { result, ending } = await run()
        resolve(result)
        await ending
      })
    })
  }

  const failure = (fault: SmartCardFault, sw?: string): SmartCardFailure => ({
    ok: false,
    fault,
    state: stopped ? { state: 'stopped' } : options.state(),
    ...(sw === undefined ? {} : { sw }),
  })

  /** Why no job can begin now. */
  function obstacle(): SmartCardFault | undefined {
    if (stopped) return 'stopped'
    if (!options.hasTable()) return 'no-service'
    const reader = table.reader()
    if (reader === undefined) return 'no-reader'
    if (table.insertion() === undefined) return reader.card === 'unknown' ? 'no-answer' : 'no-card'
    return reader.card === 'mute' ? 'mute' : undefined
  }

  /** A wire that failed does not say why: within `settleMs` the table shows whether the card is gone. */
  async function lookAtTable(insertion: number): Promise<SmartCardFault> {
    const left = () => !options.hasTable() || table.insertion() !== insertion
    if (!left()) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(timing.settleMs, resolve)
        onTable = () => {
          if (!left() && !stopped) return
          cancel()
          resolve()
        }
      })
      onTable = undefined
    }
    if (stopped) return 'stopped'
    if (!options.hasTable()) return 'no-service'
    if (table.reader() === undefined) return 'no-reader'
    return left() ? 'lifted-early' : 'no-answer'
  }

  async function faultOf(job: Running, trouble: CardTrouble): Promise<SmartCardFault> {
    if (job.interrupted !== undefined) return job.interrupted
    if (trouble === 'look') return lookAtTable(job.insertion)
    // Our own call that never came back still holds the card.
    if (trouble === 'in-use' && mutedInsertion === job.insertion) return 'no-answer'
    return trouble
  }

  function inCard<Good>(
    name: string,
    timeoutMs: number | undefined,
    work: (session: CardSession) => Promise<Outcome<Good>>,
  ): Promise<{ readonly ok: true; readonly good: Good } | SmartCardFailure> {
    return inLane(async () => {
      const ending = Promise.resolve()
      const blocked = obstacle()
      const insertion = table.insertion()
      const reader = table.reader()
      if (blocked !== undefined || insertion === undefined || reader === undefined) {
        return { result: failure(blocked ?? 'no-card'), ending }
      }
      const job: Running = { insertion, interrupted: undefined, abort: () => undefined }
      running = job
      options.onChange()
      const startedAtMs = clock.nowMs()
      const cancel = clock.after(timeoutMs ?? timing.jobTimeoutMs, () => interrupt('no-answer'))
      const opened = await openCard({
        ...options,
        reader: reader.name,
        onAbortable: (abort) => {
          job.abort = abort
          if (job.interrupted !== undefined) abort()
        },
      })
      const outcome: Outcome<Good> = opened.ok ? await work(opened.session) : opened
      const fault = outcome.ok ? undefined : await faultOf(job, outcome.trouble)
      cancel()
      running = undefined
      if (fault === undefined) mutedInsertion = undefined
      else if (fault === 'mute' || fault === 'no-answer') mutedInsertion = insertion
      inUse = fault === 'in-use'
      options.onChange()
      const tookMs = Math.round(clock.nowMs() - startedAtMs)
      if (outcome.ok || fault === undefined) {
        log({ event: 'smart-card.job', job: name, tookMs })
      } else {
        const { sw, step, detail } = outcome
        log({
          event: 'smart-card.job-failed',
          job: name,
          tookMs,
          fault,
          ...(sw === undefined ? {} : { sw }),
          ...(step === undefined ? {} : { step }),
          ...(detail === undefined ? {} : { detail }),
        })
      }
      const result = outcome.ok ? outcome : failure(fault ?? 'no-answer', outcome.sw)
      return { result, ending: opened.ok ? opened.session.end() : ending }
    })
  }

  return {
    async exchange(commands, timeoutMs) {
      const isWhole = commands.length <= MAX_COMMANDS && commands.every((command) => caseOf(command) !== undefined)
      if (!isWhole) return failure('bad-command')
      if (commands.some(isBankCommand)) return failure('bank-data')
      const done = await inCard<CommandAnswers>('exchange', timeoutMs, async (session) => {
        const answers: CommandAnswers = []
        for (const command of commands) {
          const answer = await exchangeCommand((bytes) => session.transmit(bytes), command)
          if (!answer.ok) return outcomeOf(answer, `command ${answers.length + 1}`)
          answers.push({ data: Uint8Array.from(answer.data), sw: swText(answer.sw) })
        }
        return { ok: true, good: answers }
      })
      return done.ok ? { ok: true, answers: done.good } : done
    },
    async readSocialSecurityCard(timeoutMs) {
      const done = await inCard<SocialSecurityCard['fields']>('social-security', timeoutMs, async (session) => {
        const reading = await readSocialSecurity((bytes) => session.transmit(bytes))
        if (reading.ok) return { ok: true, good: reading.fields }
        if (reading.why === 'trouble' || reading.why === 'damaged') return outcomeOf(reading, reading.step)
        return { ok: false, trouble: reading.why, sw: reading.sw, step: reading.step }
      })
      return done.ok ? { ok: true, card: { readId: options.newReadId(), fields: done.good } } : done
    },
    tableChanged() {
      const insertion = table.insertion()
      if (mutedInsertion !== insertion) mutedInsertion = undefined
      if (insertion === undefined || table.reader()?.sharing === 0) inUse = false
      onTable?.()
      if (running === undefined || running.insertion === insertion) return
      const readerIsGone = options.hasTable() && table.reader() === undefined
      interrupt(!options.hasTable() ? 'no-service' : readerIsGone ? 'no-reader' : 'lifted-early')
    },
    isRunning: () => running !== undefined,
    verdict() {
      if (table.insertion() === undefined) return undefined
      if (mutedInsertion === table.insertion()) return 'mute'
      return inUse ? 'in-use' : undefined
    },
    start() {
      stopped = false
    },
    async stop() {
      stopped = true
      interrupt('stopped')
      onTable?.()
      await lane
    },
  }
}

function outcomeOf<Good>(
  failed:
    | { readonly why: 'trouble'; readonly trouble: CardTrouble }
    | { readonly why: 'damaged'; readonly detail: string },
  step: string,
): Outcome<Good> {
  return failed.why === 'trouble'
    ? { ok: false, trouble: failed.trouble, step }
    : { ok: false, trouble: 'damaged-answer', step, detail: failed.detail }
}
