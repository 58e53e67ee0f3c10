import type { ByteLink, OpenLink } from '../byte-link.ts'
import { createLinkCore, type LinkCore } from '../link-core.ts'

/** A cable inside a test: a driver opens one end, a simulator the other, and the test cuts it or puts noise on it. */
export interface MemoryWire {
  /** For the driver. */
  readonly near: OpenLink
  /** For the simulator, whose end outlasts a cut. */
  readonly far: OpenLink
  /** The driver's link is lost, and there is nothing to open. */
  cut(): void
  mend(): void
  /** What is done to the bytes on their way to the driver; undefined = nothing. */
  garble(change: ((bytes: Uint8Array) => Uint8Array) | undefined): void
  /** Bytes that come from nowhere. */
  say(bytes: Uint8Array): void
  /** How often the near end was opened. */
  opened(): number
}

export function createMemoryWire(): MemoryWire {
  const farCore = createLinkCore()
  let nearCore: LinkCore | undefined
  let isCut = false
  let opened = 0
  let change: ((bytes: Uint8Array) => Uint8Array) | undefined

  const endOf = (url: string, core: LinkCore, send: (bytes: Uint8Array) => void): ByteLink => ({
    url,
    write: async (bytes) => {
      if (core.ended() === undefined) send(Uint8Array.from(bytes))
    },
    onData: core.onData,
    onClose: core.onClose,
    close: async () => core.end({ fault: 'closed', detail: 'closed by this side' }),
  })

  return {
    near: async (url) => {
      if (isCut) return { ok: false, fault: 'not-found', detail: 'the cable is cut' }
      const core = createLinkCore()
      nearCore = core
      opened += 1
      return { ok: true, link: endOf(url, core, (bytes) => farCore.deliver(bytes)) }
    },
    far: async (url) => ({
      ok: true,
      link: endOf(url, farCore, (bytes) => nearCore?.deliver(change === undefined ? bytes : change(bytes))),
    }),
    cut() {
      isCut = true
      nearCore?.end({ fault: 'lost', detail: 'the cable was cut' })
      nearCore = undefined
    },
    mend() {
      isCut = false
    },
    garble(how) {
      change = how
    },
    say: (bytes) => nearCore?.deliver(bytes),
    opened: () => opened,
  }
}
