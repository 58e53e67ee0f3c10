import type { ByteLink, LinkFault, OpenLink } from './byte-link.ts'
import type { Clock } from './clock.ts'

/**
 * Keeps a link open: opens it, opens it again with growing pauses after it was lost, and closes it at the end. For
 * devices that speak by themselves and cannot be asked whether they live.
 */
export interface KeptLink {
  start(): void
  /** Resolves when the link is closed; nothing is told after it was called. */
  stop(): Promise<void>
  /** Opens the link anew, for a device that does not make sense any more. */
  reopen(): Promise<void>
}

export interface KeptLinkOptions {
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** A link stands; listen to it now. */
  readonly onUp: (link: ByteLink) => void
  /** It could not be opened, or was lost. After `bad-url` nothing is tried any more. */
  readonly onDown: (reason: LinkFault) => void
}

const OPEN_TIMEOUT_MS = 3_000
/** First pause before opening again; doubled each time up to the cap, which is how long a plugged-in device may wait. */
const BACKOFF_FIRST_MS = 250
const BACKOFF_CAP_MS = 10_000
/** A link that lived so long was a good one: the pauses begin again from the first. */
const GOOD_LIFE_MS = 5_000

export function createKeptLink({ url, openLink, clock, onUp, onDown }: KeptLinkOptions): KeptLink {
  let stopped = false
  let running: Promise<void> | undefined
  let link: ByteLink | undefined
  let wake: () => void = () => undefined

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(delayMs, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopped) {
      const opened = await openLink(url, OPEN_TIMEOUT_MS)
      if (!opened.ok) {
        if (stopped) return
        onDown({ fault: opened.fault, detail: opened.detail })
        if (opened.fault === 'bad-url') return
      } else if (stopped) {
        await opened.link.close()
        return
      } else {
        const upAtMs = clock.nowMs()
        const reason = await serve(opened.link)
        if (stopped) return
        if (reason.fault !== 'closed') onDown(reason)
        if (clock.nowMs() - upAtMs >= GOOD_LIFE_MS) failures = 0
      }
      await pause(Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** failures))
      failures += 1
    }
  }

  async function serve(opened: ByteLink): Promise<LinkFault> {
    link = opened
    const ended = new Promise<LinkFault>((resolve) => opened.onClose(resolve))
    onUp(opened)
    const reason = await ended
    link = undefined
    await opened.close()
    return reason
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopped = true
      wake()
      await link?.close()
      await running
    },
    async reopen() {
      await link?.close()
    },
  }
}
