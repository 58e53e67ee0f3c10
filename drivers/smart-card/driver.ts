import { randomUUID } from 'node:crypto'
import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createCardJobs } from './jobs.ts'
import type { SmartCardLog } from './log.ts'
import { DEFAULT_SOCKET_PATH, parsePcscUrl } from './pcsc-url.ts'
import type { ReaderInfo } from './protocol.ts'
import { type OpenServiceResult, openService, type Service } from './service.ts'
import { openServiceSocket } from './service-socket.ts'
import type { ExchangeResult, SmartCardEvent, SmartCardState, SocialSecurityResult } from './states.ts'
import { createReaderTable } from './table.ts'
import { DEFAULT_TIMING, type SmartCardTiming } from './timing.ts'
import { watchReaders } from './watch.ts'

export interface SmartCardReaderOptions {
  /** pcsc:PATTERN, see pcsc-url.ts. */
  readonly url: string
  readonly clock: Clock
  /** Called in the turn in which it happened; must not throw. */
  readonly onEvent: (event: SmartCardEvent) => void
  readonly log: SmartCardLog
  readonly openSocket?: OpenLink
  /** process.platform, unless a test says otherwise. */
  readonly platform?: string
  readonly timing?: Partial<SmartCardTiming>
  readonly newReadId?: () => string
}

export interface JobOptions {
  /** For the whole job, from its turn on. */
  readonly timeoutMs?: number
}

export interface SmartCardReader {
  /** Reaches for the service and keeps watching it, with capped back-off, until stop(). */
  start(): void
  /** A job that is under way ends with fault `stopped`. Resolves when all connections are closed. */
  stop(): Promise<void>
  state(): SmartCardState
  /**
   * Sends commands to the card that lies there, in one conversation; 61xx and 6Cxx are followed. Ends at the first that
   * gets no answer; status words are the caller's to judge. At most 64 commands.
   */
  exchange(commands: readonly Uint8Array[], options?: JobOptions): Promise<ExchangeResult>
  /** Reads the public files EF05 and EF06 of the social-security card that lies there. */
  readSocialSecurityCard(options?: JobOptions): Promise<SocialSecurityResult>
}

export function createSmartCardReader(options: SmartCardReaderOptions): SmartCardReader {
  const { clock, log } = options
  const timing: SmartCardTiming = { ...DEFAULT_TIMING, ...options.timing }
  const openSocket = options.openSocket ?? openServiceSocket
  const parsed = parsePcscUrl(options.url)
  const address = parsed.ok ? parsed.address : undefined
  const path = address?.socketPath ?? DEFAULT_SOCKET_PATH
  const table = createReaderTable(address?.pattern ?? '')
  let state: SmartCardState = { state: 'connecting' }
  /** Why there is no table of readers; undefined while there is one. */
  let withoutTable: SmartCardState | undefined = state
  let stopped = true
  let running: Promise<void> | undefined
  let watched: Service | undefined
  let wake: (() => void) | undefined
  let failures = 0

  const jobs = createCardJobs({
    clock,
    log,
    timing,
    openSocket,
    path,
    share: address?.share ?? 'exclusive',
    table,
    hasTable: () => withoutTable === undefined,
    newReadId: options.newReadId ?? randomUUID,
    onChange() {
      if (!stopped) setState(now())
    },
    state: () => state,
  })

  function setState(next: SmartCardState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    const { state: name } = next
    log({
      event: 'smart-card.state',
      state: name,
      ...('reader' in next ? { reader: next.reader } : {}),
      ...('readers' in next ? { readers: next.readers.length } : {}),
      ...('fault' in next ? { fault: next.fault } : {}),
      ...('theirs' in next ? { theirs: next.theirs } : {}),
    })
    options.onEvent({ event: 'state', state })
  }

  /** The state by all that is known: the table, and what the last job found out about the card. */
  function now(): SmartCardState {
    if (withoutTable !== undefined) return withoutTable
    const reader = table.reader()
    if (reader === undefined) return { state: 'no-reader', readers: [...table.names()] }
    if (jobs.isRunning()) return { state: 'reading', reader: reader.name }
    return { state: jobs.verdict() ?? STATE_OF_CARD[reader.card], reader: reader.name }
  }

  function tell(events: readonly SmartCardEvent[]): void {
    for (const event of events) {
      const { event: what, ...detail } = event
      const { insertion } = { insertion: 0, ...detail }
      log({ event: 'smart-card.seen', what, ...(insertion > 0 ? { insertion } : {}) })
      options.onEvent(event)
    }
    jobs.tableChanged()
    setState(now())
  }

  function lose(why: SmartCardState): void {
    withoutTable = why
    tell(table.forget())
  }

  function onReaders(readers: readonly ReaderInfo[]): void {
    if (stopped) return
    withoutTable = undefined
    failures = 0
    tell(table.take(readers))
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        wake = undefined
        resolve()
      }
      const cancel = clock.after(delayMs, done)
      wake = done
    })
  }

  async function serve(): Promise<void> {
    const opened = await openService({ openSocket, path, clock, timing })
    if (!opened.ok) {
      if (stopped) return
      log({
        event: 'smart-card.service-refused',
        why: opened.why,
        ...(opened.why === 'closed' ? { detail: opened.link.detail } : {}),
      })
      lose(stateOfRefusal(opened))
      return
    }
    watched = opened.service
    if (stopped) {
      await opened.service.close()
      return
    }
    log({ event: 'smart-card.service-open', minor: opened.minor })
    const { end, detail } = await watchReaders(opened.service, timing, onReaders)
    await opened.service.close()
    watched = undefined
    if (stopped) return
    log({ event: 'smart-card.service-lost', why: end, detail })
    lose(end === 'lost' ? { state: 'no-service', fault: 'lost' } : { state: `service-${end}` })
  }

  async function run(): Promise<void> {
    if (!parsed.ok) {
      log({ event: 'smart-card.bad-address', detail: parsed.detail })
      lose({ state: 'bad-address' })
      return
    }
    const platform = options.platform ?? process.platform
    // Windows and macOS have PC/SC behind a library, not a socket. A simulator's socket works anywhere.
    if (address?.socketPath === undefined && platform !== 'linux') {
      log({ event: 'smart-card.not-supported', platform })
      lose({ state: 'not-supported' })
      return
    }
    while (!stopped) {
      await serve()
      if (stopped) return
      await pause(Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures, 16)))
      failures += 1
    }
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      jobs.start()
      withoutTable = { state: 'connecting' }
      setState(now())
      const before = running
      running = (async () => {
        await before
        await run()
      })()
    },
    async stop() {
      if (stopped) return
      stopped = true
      wake?.()
      const ended = jobs.stop()
      await watched?.close()
      await Promise.all([running, ended])
      lose({ state: 'stopped' })
    },
    state: () => state,
    exchange: (commands, jobOptions) => jobs.exchange(commands, jobOptions?.timeoutMs),
    readSocialSecurityCard: (jobOptions) => jobs.readSocialSecurityCard(jobOptions?.timeoutMs),
  }
}

/** What the table alone says; a card that is being powered up is not one yet. */
const STATE_OF_CARD = {
  absent: 'ready',
  starting: 'ready',
  present: 'card',
  mute: 'mute',
  unknown: 'reader-fault',
} as const

function stateOfRefusal(refused: OpenServiceResult & { ok: false }): SmartCardState {
  switch (refused.why) {
    case 'closed':
      return { state: 'no-service', fault: refused.link.fault }
    case 'silent':
    case 'garbled':
      return { state: `service-${refused.why}` }
    case 'mismatch':
      return { state: 'service-mismatch', theirs: refused.theirs }
  }
}
