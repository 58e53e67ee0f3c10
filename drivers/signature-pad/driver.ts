import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createKeptLink } from '../transport/kept-link.ts'
import { asReportLink, type ReportLink } from '../transport/report-link.ts'
import { type PadProtocol, padProtocolOf } from './pad-protocol.ts'
import { createPenRecorder, type PenRecorder } from './pen-recorder.ts'
import {
  type BeginResult,
  MAX_WRITING_MS,
  type PenPoint,
  type SignaturePadEvent,
  type SignaturePadState,
  type SignatureResult,
  type SignFault,
} from './states.ts'
import { hashStrokes, isEmptySignature, strokesToSvg } from './strokes.ts'

/** The pad as the rest of the terminal sees it: keeps its wire open, and listens to the pen while somebody is asked to sign. */

/** How often the screen gets new points to draw along. */
const INK_INTERVAL_MS = 40
/** A broken report is a broken report; so many in a row are a bad wire. */
const BROKEN_UNTIL_GARBLED = 10
const GARBLED_QUIET_MS = 5_000

/** One event of the log; nothing of what was written goes in. */
export type SignaturePadLogEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean>>

export interface SignaturePadOptions {
  /** hid://056a:00a8 */
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Called in the turn in which it happened; must not throw. */
  readonly onEvent: (event: SignaturePadEvent) => void
  readonly log: (entry: SignaturePadLogEntry) => void
  /** For a make that is not in PAD_PROTOCOLS. */
  readonly protocol?: PadProtocol
}

export interface SignaturePad {
  start(): void
  /** Resolves when the wire is closed; no event follows `stopped`. */
  stop(): Promise<void>
  state(): SignaturePadState
  /** Somebody is asked to sign: from now on the pen is listened to, for at most ten minutes. */
  begin(): BeginResult
  /** What was written so far is wiped, here and on the pad's own screen; the pen is listened to on. */
  clear(): BeginResult
  /** The signature as it stands. `empty` lets go on writing; any other result ends it. */
  finish(): SignatureResult
  /** Nobody signs any more; what was written is wiped. */
  cancel(): void
}

interface Writing {
  recorder: PenRecorder
  fresh: PenPoint[]
  freshStroke: number
  cancelInk: () => void
  cancelEnd: () => void
}

export function createSignaturePad(options: SignaturePadOptions): SignaturePad {
  const { clock, log, onEvent } = options
  let state: SignaturePadState = { state: 'connecting' }
  let stopped = false
  let pad: { readonly link: ReportLink; readonly protocol: PadProtocol } | undefined
  let writing: Writing | undefined
  let brokenInARow = 0
  let cancelCalm: () => void = () => undefined

  function setState(next: SignaturePadState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    // A new stroke is no news for the log.
    if (next.state !== state.state) log({ event: 'signature-pad.state', ...next })
    state = next
    onEvent({ event: 'state', state })
  }

  const kept = createKeptLink({ url: options.url, openLink: options.openLink, clock, onUp, onDown })

  function onUp(link: ByteLink): void {
    const reports = asReportLink(link)
    const protocol = options.protocol ?? (reports && padProtocolOf(reports.vendorId, reports.productId))
    if (reports === undefined || protocol === undefined) {
      log({ event: 'signature-pad.unknown', url: link.url })
      setState({ state: 'unknown-pad' })
      return
    }
    pad = { link: reports, protocol }
    brokenInARow = 0
    // What an interrupted signature left on its screen is nobody's any more.
    send([...protocol.wake, ...protocol.clear])
    link.onData((report) => {
      if (!stopped) take(protocol, report)
    })
    setState({ state: 'ready' })
  }

  function onDown({ fault, detail }: LinkFault): void {
    pad = undefined
    cancelCalm()
    log({ event: 'signature-pad.link', fault, detail })
    endByItself('interrupted')
    setState({ state: 'unplugged', fault })
  }

  function send(features: readonly Uint8Array[]): void {
    if (pad === undefined) return
    const { link } = pad
    for (const feature of features) {
      void link.sendFeature(feature).then((taken) => {
        if (!taken) log({ event: 'signature-pad.not-taken', report: feature[0] ?? 0 })
      })
    }
  }

  function take(protocol: PadProtocol, report: Uint8Array): void {
    const sample = protocol.decode(report)
    if (sample === 'other') return
    if (sample === 'broken') {
      brokenInARow += 1
      cancelCalm()
      cancelCalm = clock.after(GARBLED_QUIET_MS, calm)
      if (brokenInARow === BROKEN_UNTIL_GARBLED) {
        log({ event: 'signature-pad.broken-reports', count: brokenInARow })
        setState({ state: 'garbled' })
      }
      return
    }
    calm()
    if (writing === undefined) return
    const added = writing.recorder.take(sample, clock.nowMs())
    if (added === undefined) {
      if (!sample.isTouching) tellInk(writing)
      return
    }
    if (writing.fresh.length === 0) {
      const current = writing
      writing.cancelInk = clock.after(INK_INTERVAL_MS, () => tellInk(current))
    }
    writing.freshStroke = added.stroke
    writing.fresh.push(added.point)
    setState({ state: 'writing', strokes: writing.recorder.strokes().length })
  }

  function tellInk(current: Writing): void {
    current.cancelInk()
    if (current.fresh.length === 0) return
    const points = current.fresh.map(([x, y, tMs, pressure]): [number, number, number, number] => [x, y, tMs, pressure])
    current.fresh = []
    onEvent({ event: 'ink', stroke: current.freshStroke, points })
  }

  function calm(): void {
    cancelCalm()
    brokenInARow = 0
    if (state.state === 'garbled') settle()
  }

  /** The state of a pad that can be read. */
  function settle(): void {
    setState(
      writing === undefined ? { state: 'ready' } : { state: 'writing', strokes: writing.recorder.strokes().length },
    )
  }

  function newWriting({ protocol }: NonNullable<typeof pad>): Writing {
    const nothing = () => undefined
    return {
      recorder: createPenRecorder(protocol.width, protocol.height),
      fresh: [],
      freshStroke: 0,
      cancelInk: nothing,
      cancelEnd: nothing,
    }
  }

  /** Forgets what was written, here and on the pad. */
  function wipe(): void {
    writing?.cancelInk()
    writing?.cancelEnd()
    writing = undefined
    send(pad?.protocol.clear ?? [])
  }

  function endByItself(fault: 'interrupted' | 'timed-out'): void {
    if (writing === undefined) return
    wipe()
    log({ event: 'signature-pad.ended', fault })
    onEvent({ event: 'ended', fault })
  }

  const failed = (fault: SignFault): { ok: false; fault: SignFault; state: SignaturePadState } => ({
    ok: false,
    fault,
    state,
  })

  return {
    start: kept.start,
    async stop() {
      if (stopped) return
      wipe()
      stopped = true
      cancelCalm()
      await kept.stop()
      pad = undefined
      setState({ state: 'stopped' })
    },
    state: () => state,
    begin() {
      if (writing !== undefined) return failed('busy')
      if (pad === undefined) return failed('not-connected')
      send(pad.protocol.clear)
      writing = newWriting(pad)
      writing.cancelEnd = clock.after(MAX_WRITING_MS, () => {
        endByItself('timed-out')
        settle()
      })
      if (state.state !== 'garbled') settle()
      return { ok: true }
    },
    clear() {
      if (writing === undefined || pad === undefined) return failed('not-writing')
      writing.cancelInk()
      const { cancelEnd } = writing
      writing = { ...newWriting(pad), cancelEnd }
      send(pad.protocol.clear)
      if (state.state !== 'garbled') settle()
      return { ok: true }
    },
    finish() {
      if (writing === undefined) return failed('not-writing')
      const { recorder } = writing
      const strokes = recorder
        .strokes()
        .map((stroke) => stroke.map(([x, y, tMs, pressure]): [number, number, number, number] => [x, y, tMs, pressure]))
      if (isEmptySignature(strokes)) return failed('empty')
      const signature = { strokes, sha256: hashStrokes(strokes), svg: strokesToSvg(strokes), cut: recorder.isCut() }
      tellInk(writing)
      wipe()
      if (state.state !== 'garbled') settle()
      log({ event: 'signature-pad.signed', strokes: strokes.length, cut: signature.cut })
      return { ok: true, signature }
    },
    cancel() {
      if (writing === undefined) return
      wipe()
      if (state.state !== 'garbled') settle()
    },
  }
}
