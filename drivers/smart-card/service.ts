import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createByteQueue } from './byte-queue.ts'
import { BODY_BYTES, buildVersion, KNOWN_MINORS, PROTOCOL_MAJOR, readVersion } from './protocol.ts'
import { RV_OK } from './return-codes.ts'
import type { SmartCardTiming } from './timing.ts'

/** One open connection to pcscd: requests out, answers of a known length in, one at a time, each wait with an end. */

/** Why a wait for bytes ended without them. After `lost` and `garbled` the connection is closed. */
export type ServiceTrouble = 'timed-out' | 'lost' | 'garbled'
export type ReadOutcome =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly trouble: ServiceTrouble }

export interface Service {
  /** Bytes that were sent to us unasked before a request make the connection garbled. */
  ask(request: Uint8Array, answerBytes: number, timeoutMs: number): Promise<ReadOutcome>
  send(request: Uint8Array): void
  /** Waits for exactly so many bytes; only one wait at a time. */
  read(count: number, timeoutMs: number): Promise<ReadOutcome>
  /** Says that what was read makes no sense: closes, and every later wait ends with `garbled`. */
  condemn(): void
  /** Ends a wait that is under way with `lost`. */
  close(): Promise<void>
}

export function serviceOverLink(link: ByteLink, clock: Clock): Service {
  const queue = createByteQueue()
  let ended = false
  let waiting: { count: number; settle: (outcome: ReadOutcome) => void } | undefined

  function look(): void {
    if (waiting === undefined) return
    const { count, settle } = waiting
    const bytes = queue.take(count)
    if (bytes !== undefined) settle({ ok: true, bytes })
    else if (queue.isCorrupt()) settle({ ok: false, trouble: 'garbled' })
    else if (ended) settle({ ok: false, trouble: 'lost' })
  }

  function condemn(): void {
    queue.latch()
    void link.close()
    look()
  }

  link.onData((bytes) => {
    if (!queue.push(bytes)) condemn()
    look()
  })
  link.onClose(() => {
    ended = true
    look()
  })

  function read(count: number, timeoutMs: number): Promise<ReadOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: ReadOutcome) => {
        cancel()
        waiting = undefined
        resolve(outcome)
      }
      const cancel = clock.after(timeoutMs, () => settle({ ok: false, trouble: 'timed-out' }))
      waiting = { count, settle }
      look()
    })
  }

  function send(request: Uint8Array): void {
    // A write to a connection that ended is shown by the wait that follows.
    void link.write(request)
  }

  return {
    ask(request, answerBytes, timeoutMs) {
      if (queue.held() > 0) condemn()
      else send(request)
      return read(answerBytes, timeoutMs)
    },
    send,
    read,
    condemn,
    close: () => link.close(),
  }
}

export type OpenServiceResult =
  | { readonly ok: true; readonly service: Service; readonly minor: number }
  | { readonly ok: false; readonly why: 'closed'; readonly link: LinkFault }
  | { readonly ok: false; readonly why: 'silent' | 'garbled' }
  | { readonly ok: false; readonly why: 'mismatch'; readonly theirs: string }

export interface OpenServiceOptions {
  readonly openSocket: OpenLink
  readonly path: string
  readonly clock: Clock
  readonly timing: SmartCardTiming
}

/** Opens the socket and agrees on a version of the protocol. */
export async function openService(options: OpenServiceOptions): Promise<OpenServiceResult> {
  const { clock, timing } = options
  const opened = await options.openSocket(options.path, timing.openTimeoutMs)
  if (!opened.ok) return { ok: false, why: 'closed', link: opened }
  const service = serviceOverLink(opened.link, clock)
  const agreed = await agree(service, timing.answerTimeoutMs)
  if (!agreed.ok) await service.close()
  return agreed
}

async function agree(service: Service, timeoutMs: number): Promise<OpenServiceResult> {
  let minor: number = KNOWN_MINORS[0]
  for (;;) {
    const outcome = await service.ask(buildVersion(minor), BODY_BYTES.version, timeoutMs)
    if (!outcome.ok) {
      if (outcome.trouble === 'timed-out') return { ok: false, why: 'silent' }
      if (outcome.trouble === 'garbled') return { ok: false, why: 'garbled' }
      // A service that took the call and hung up: it ended, or polkit does not let this user in.
      return { ok: false, why: 'closed', link: { fault: 'lost', detail: 'hung up before it told its version' } }
    }
    const { major, minor: theirs, rv } = readVersion(outcome.bytes)
    if (rv === RV_OK) return { ok: true, service, minor }
    const wanted = KNOWN_MINORS.find((known) => known > minor && known === theirs)
    if (major !== PROTOCOL_MAJOR || wanted === undefined) {
      return { ok: false, why: 'mismatch', theirs: `${major}.${theirs}` }
    }
    minor = wanted
  }
}
