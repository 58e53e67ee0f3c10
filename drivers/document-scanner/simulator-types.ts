import type { Clock } from '../transport/clock.ts'
import type { Ailment } from './simulated-scanner.ts'
import type { PageFormat } from './states.ts'
import type { PageOrder } from './synthetic-page.ts'

/** What the simulator can be told, and what can be asked of it. */

export interface DocumentScannerSimulatorOptions {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  readonly clock?: Clock
  readonly model?: string
  /** Sheets in the feeder; default 0. */
  readonly sheets?: number
  readonly hasFlatbed?: boolean
  readonly hasFeeder?: boolean
  readonly hasDuplex?: boolean
  readonly modes?: readonly string[]
  readonly resolutions?: readonly number[]
  readonly formats?: readonly PageFormat[]
  /** How long a page takes; default 0. 3000 to 10,000 are real (devices.md 10). */
  readonly pageMs?: number
  /** While a page is under way: hold the answer open (default), or say 503 with this Retry-After in seconds. */
  readonly retryAfterS?: number
  /** Gives JPEG pages the noise of a sensor, and so their real size: about 0.8 MB for A4 in colour at 300 dpi. */
  readonly hasGrain?: boolean
  /** Serves escls:// with this key and certificate (PEM). */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly abandonAfterMs?: number
  /** Other bytes instead of a page. */
  readonly replacePage?: (order: PageOrder) => Uint8Array | undefined
}

/** Where it falls silent: no answer to anything; none to NextDocument; in the middle of a page; none to a new job or a DELETE. */
export type HangPlace = 'everywhere' | 'before-page' | 'mid-page' | 'new-job' | 'delete'
/** socket: bytes that are no HTTP. xml: an answer that is no XML. other: XML that is no eSCL. */
export type Garble = 'socket' | 'xml' | 'other'
/** Endless: an XML answer, a page, or the head of an answer. */
export type Endless = 'xml' | 'page' | 'head'

export interface SimulatedRequest {
  readonly method: string
  readonly path: string
  /** Undefined: not answered (yet), or not with HTTP. */
  readonly status: number | undefined
}

export interface DocumentScannerSimulator {
  /** escl://host:port/eSCL, or escls://… */
  readonly url: string
  loadFeeder(sheets: number): void
  sheetsLeft(): number
  jam(): void
  openCover(): void
  doubleFeed(): void
  /** Says that it has stopped, and not why. */
  stopDevice(): void
  selfTest(): void
  /** All of the above is over. */
  recover(): void
  /** Strikes when so many pages of a job are through. */
  strikeAfterPages(ailment: Ailment, pages: number): void
  /** The network is out: connections drop and new ones are refused. The device keeps its jobs. */
  pullPlug(): Promise<void>
  plugIn(): Promise<void>
  /** Closes all connections, as devices do after some idle time. */
  dropConnections(): void
  hang(place: HangPlace | undefined): void
  garble(kind: Garble | undefined): void
  endless(kind: Endless | undefined): void
  /** Pages end after half their bytes; `isLying`: with a Content-Length that says they are whole. */
  truncatePages(kind: 'short' | 'lying' | undefined): void
  /** Cuts the connection in the middle of each page; the device stays. */
  cutPages(on: boolean): void
  loseJobs(): void
  loseJobAfterPages(pages: number): void
  /** So many new jobs are put off with 503 first. */
  warmUp(times: number, retryAfterS?: number): void
  /** So many DELETEs fail with 500 first. */
  refuseDeletes(times: number): void
  /** Pages come at so many bytes a second; undefined: as fast as they go. */
  slow(bytesPerS: number | undefined): void
  /** Jobs that the device still knows: none when everything was deleted. */
  jobsLeft(): number
  requests(): readonly SimulatedRequest[]
  /** Resolves when this holds; looked at after every request and answer. */
  until(condition: () => boolean): Promise<void>
  close(): Promise<void>
}
