import { randomUUID } from 'node:crypto'
import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createKeptLink } from '../transport/kept-link.ts'
import { asReportLink } from '../transport/report-link.ts'
import type { CodeFramer, Framed } from './framing.ts'
import { createHidFramer, VENDORS_TO_WAKE, WAKE_FEATURE } from './hid-framing.ts'
import { createSerialFramer } from './serial-framing.ts'
import type { CodeScannerEvent, CodeScannerState } from './states.ts'

/** The scanner as the rest of the terminal sees it: keeps its wire open and tells each code once. */

/**
 * When this process was held up, its timers are late and the rest of a code may lie in the socket unread: it is looked
 * for once more before stillness is believed.
 */
const LAST_LOOK_MS = 5
/** A code that is held before the scanner is read again and again; so long after the last time it counts as shown anew. */
const REPEAT_MS = 1_500
/** One bad reading is a bad reading; so many in a row are a bad wire. */
const FAULTS_UNTIL_GARBLED = 3
/** Nothing bad for so long: the wire is taken for good again. */
const GARBLED_QUIET_MS = 10_000

/** One event of the log; what a code says never goes in. */
export type CodeScannerLogEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean>>

export interface CodeScannerOptions {
  /** serial:///dev/ttyACM0, tcp://host:port, hid://0c2e:0b61?usage=8c */
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Called in the turn in which it happened; must not throw. */
  readonly onEvent: (event: CodeScannerEvent) => void
  readonly log: (entry: CodeScannerLogEntry) => void
  /** Added to the clock to give milliseconds since 1970; `performance.timeOrigin` fits the real clock. */
  readonly clockEpochMs?: number
  readonly newReadId?: () => string
}

export interface CodeScanner {
  /** Opens the wire and goes on for ever: whatever fails is told as a state and tried again. */
  start(): void
  /** Resolves when the wire is closed; no event follows `stopped`. */
  stop(): Promise<void>
  state(): CodeScannerState
}

export function createCodeScanner(options: CodeScannerOptions): CodeScanner {
  const { clock, log } = options
  const epochMs = options.clockEpochMs ?? performance.timeOrigin
  const newReadId = options.newReadId ?? randomUUID
  let state: CodeScannerState = { state: 'connecting' }
  let stopped = false
  let lastText: string | undefined
  let faultsInARow = 0
  let cancelForget: () => void = () => undefined
  let cancelCalm: () => void = () => undefined
  let cancelQuiet: () => void = () => undefined

  function setState(next: CodeScannerState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    log({ event: 'code-scanner.state', ...next })
    options.onEvent({ event: 'state', state })
  }

  const kept = createKeptLink({ url: options.url, openLink: options.openLink, clock, onUp, onDown })

  function onUp(link: ByteLink): void {
    const reports = asReportLink(link)
    const framer = reports === undefined ? createSerialFramer() : createHidFramer()
    if (reports !== undefined && VENDORS_TO_WAKE.includes(reports.vendorId)) {
      void reports.sendFeature(WAKE_FEATURE).then((taken) => log({ event: 'code-scanner.woken', taken }))
    }
    link.onData((chunk) => {
      if (stopped) return
      for (const framed of framer.push(chunk)) take(framed)
      awaitQuiet(framer)
    })
    faultsInARow = 0
    setState({ state: 'ready' })
  }

  function onDown({ fault, detail }: LinkFault): void {
    cancelQuiet()
    cancelCalm()
    log({ event: 'code-scanner.link', fault, detail })
    setState({ state: 'unplugged', fault })
  }

  function awaitQuiet(framer: CodeFramer): void {
    cancelQuiet()
    if (!framer.isOpen()) return
    cancelQuiet = clock.after(framer.quietMs(), () => {
      cancelQuiet = clock.after(LAST_LOOK_MS, () => {
        for (const framed of framer.quiet()) take(framed)
      })
    })
  }

  function take(framed: Framed): void {
    if (framed.kind === 'fault') {
      faultsInARow += 1
      log({ event: 'code-scanner.code-fault', fault: framed.fault, bytes: framed.bytes })
      options.onEvent({ event: 'code-fault', fault: framed.fault })
      cancelCalm()
      cancelCalm = clock.after(GARBLED_QUIET_MS, calm)
      if (faultsInARow >= FAULTS_UNTIL_GARBLED) setState({ state: 'garbled' })
      return
    }
    calm()
    const { kind, bytes, ...code } = framed
    const isRepeat = code.text === lastText
    lastText = code.text
    cancelForget()
    cancelForget = clock.after(REPEAT_MS, forget)
    log({
      event: `code-scanner.${isRepeat ? 'repeat' : kind}`,
      symbology: code.symbology,
      encoding: code.encoding,
      bytes,
    })
    if (isRepeat) return
    options.onEvent({ event: 'code', readId: newReadId(), ...code, atMs: epochMs + clock.nowMs() })
  }

  /** Nobody keeps a citizen's code longer than it takes. */
  function forget(): void {
    lastText = undefined
  }

  function calm(): void {
    cancelCalm()
    faultsInARow = 0
    if (state.state === 'garbled') setState({ state: 'ready' })
  }

  return {
    start: kept.start,
    async stop() {
      if (stopped) return
      stopped = true
      cancelQuiet()
      cancelCalm()
      cancelForget()
      forget()
      await kept.stop()
      setState({ state: 'stopped' })
    },
    state: () => state,
  }
}
