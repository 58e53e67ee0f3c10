/**
 * A byte link is an open two-way stream of bytes to a device: a serial port, a TCP socket, a simulator's end of either.
 * Drivers see only this; the transport behind it is chosen by the device URL.
 */
export interface ByteLink {
  /** The device URL this link was opened from. */
  readonly url: string
  /** Resolves when the bytes have left this process; rejects never: a failed write closes the link. */
  write(bytes: Uint8Array): Promise<void>
  onData(listener: (bytes: Uint8Array) => void): void
  /** Called once, for whatever reason the link ended. */
  onClose(listener: (reason: LinkFault) => void): void
  close(): Promise<void>
}

/** Why a link could not be opened, or ended. `detail` is for the maintainer's log, never for a citizen. */
export interface LinkFault {
  readonly fault: 'bad-url' | 'not-found' | 'no-permission' | 'busy' | 'refused' | 'timed-out' | 'lost' | 'closed'
  readonly detail: string
}

export type OpenLinkResult = { readonly ok: true; readonly link: ByteLink } | ({ readonly ok: false } & LinkFault)

/** Opens the link that a device URL names; injected into drivers, so that tests hand in their own. */
export type OpenLink = (url: string, timeoutMs: number) => Promise<OpenLinkResult>
