import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { bridgeContract } from '../../electron/bridge/bridge.contract.ts'

/**
 * The page's way to main: the bridge contract over whichever carrier the shell gives, with every answer checked
 * against its schema. Connects again by itself, and says so.
 */

export type BridgeClient = ContractRouterClient<typeof bridgeContract>

/** Where the sync worker finds main. */
export type WorkerChannel =
  | { readonly kind: 'port'; readonly port: MessagePort }
  | { readonly kind: 'websocket'; readonly url: string }

interface Carrier {
  /** Gives this line up, for instance because its port for the worker is spent. */
  readonly drop: () => void
  readonly link: PortLink<Record<never, never>> | WebSocketLink<Record<never, never>>
  readonly worker: WorkerChannel
  /** Settles when the carrier is gone. */
  readonly closed: Promise<void>
}

declare global {
  interface Window {
    /** Put there by Electron's preload: makes main send this page its two ports. */
    readonly bianminShell?: { connect(): void }
  }
}

/** Main restarts in about a second; a page that asks more often only makes it slower. */
const RETRY_FIRST_MS = 250
const RETRY_CAP_MS = 3_000
/** Main answers `connect` at once or not at all. */
const PORTS_PATIENCE_MS = 5_000
const OPEN_PATIENCE_MS = 5_000
/** An iterator that ended while the line stands: main closed it, ask again after a breath. */
const WATCH_AGAIN_MS = 500

const plugins = () => [new ResponseValidationPlugin(bridgeContract)]

function openPorts(shell: { connect(): void }): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      window.removeEventListener('message', onMessage)
      reject(new Error('main sent no ports'))
    }, PORTS_PATIENCE_MS)
    const onMessage = (event: MessageEvent) => {
      if (event.source !== window || event.data !== 'bianmin:ports') return
      const [bridgePort, workerPort] = event.ports
      if (bridgePort === undefined || workerPort === undefined) return
      clearTimeout(patience)
      window.removeEventListener('message', onMessage)
      let drop = () => bridgePort.close()
      const closed = new Promise<void>((gone) => {
        bridgePort.addEventListener('close', () => gone())
        // A port that this side closes tells nobody here.
        drop = () => {
          bridgePort.close()
          gone()
        }
      })
      const link = new PortLink({ port: bridgePort, plugins: plugins() })
      bridgePort.start()
      resolve({ link, worker: { kind: 'port', port: workerPort }, closed, drop: () => drop() })
    }
    window.addEventListener('message', onMessage)
    shell.connect()
  })
}

function openWebSocket(): Promise<Carrier> {
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`
  return new Promise((resolve, reject) => {
    const websocket = new WebSocket(`${base}/bridge`)
    const closed = new Promise<void>((gone) => websocket.addEventListener('close', () => gone()))
    websocket.addEventListener('open', () =>
      resolve({
        link: new WebSocketLink({ websocket, plugins: plugins() }),
        worker: { kind: 'websocket', url: `${base}/worker` },
        closed,
        drop: () => websocket.close(),
      }),
    )
    closed.then(() => reject(new Error('main refused the line')), reject)
  })
}

export interface Line {
  readonly client: BridgeClient
  readonly worker: WorkerChannel
  /** Counts the connections of this page. */
  readonly epoch: number
}

export class Bridge {
  readonly #pageId = crypto.randomUUID()
  #line: Line | null = null
  #epoch = 0
  #drop: () => void = () => undefined
  /** The line whose worker port was given away. */
  #spentEpoch = 0
  readonly #listeners = new Set<() => void>()

  /** The present line to main, or null while there is none. */
  get line(): Line | null {
    return this.#line
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Connects, and connects again, as long as the page lives. */
  async run(): Promise<never> {
    let retryMs = RETRY_FIRST_MS
    for (;;) {
      const shell = window.bianminShell
      const carrier = await (shell === undefined ? openWebSocket() : openPorts(shell)).catch((cause: unknown) => {
        console.warn('no line to main yet', cause)
        return null
      })
      if (carrier !== null) {
        retryMs = RETRY_FIRST_MS
        this.#epoch += 1
        const client: BridgeClient = createORPCClient(carrier.link)
        this.#drop = carrier.drop
        if (await this.#introduce(client)) this.#put({ client, worker: carrier.worker, epoch: this.#epoch })
        else carrier.drop()
        await carrier.closed
        this.#put(null)
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      retryMs = Math.min(RETRY_CAP_MS, retryMs * 2)
    }
  }

  /** The client, or a rejection while there is no line: callers treat both like a lost answer. */
  call<T>(use: (client: BridgeClient) => Promise<T>): Promise<T> {
    return this.#line === null ? Promise.reject(new Error('no line to main')) : use(this.#line.client)
  }

  /** A way for the sync worker. A port can be given away once only: for a second one the line is made anew. */
  async workerChannel(): Promise<WorkerChannel> {
    if (this.#line?.worker.kind === 'port' && this.#line.epoch === this.#spentEpoch) this.#drop()
    const line = await this.#nextLine(
      (candidate) => candidate.epoch !== this.#spentEpoch || candidate.worker.kind !== 'port',
    )
    this.#spentEpoch = line.epoch
    return line.worker
  }

  /** Every line begins with the document's own number, so that main knows a reconnection from a new visit. */
  async #introduce(client: BridgeClient): Promise<boolean> {
    try {
      await client.session.open({ pageId: this.#pageId }, { signal: AbortSignal.timeout(OPEN_PATIENCE_MS) })
      return true
    } catch (cause) {
      console.warn('main did not open the session', cause)
      return false
    }
  }

  #nextLine(isFit: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#line === null || !isFit(this.#line)) return
        unsubscribe()
        resolve(this.#line)
      }
      const unsubscribe = this.subscribe(look)
      look()
    })
  }

  /**
   * Follows one of main's streams over every reconnection until the answer is called.
   * Values arrive in order; each new line starts the stream anew, with the present state first.
   */
  watch<T>(
    open: (client: BridgeClient, options: { signal: AbortSignal }) => Promise<AsyncIterable<T>>,
    onValue: (value: T) => void,
  ): () => void {
    const stop = new AbortController()
    const { signal } = stop
    let watched = 0
    const follow = async (line: Line) => {
      while (!signal.aborted && this.#line === line) {
        try {
          for await (const value of await open(line.client, { signal })) {
            if (signal.aborted) return
            onValue(value)
          }
        } catch (cause) {
          if (!signal.aborted && this.#line === line) console.warn('a stream of main broke', cause)
        }
        await new Promise((resolve) => setTimeout(resolve, WATCH_AGAIN_MS))
      }
    }
    const onLine = () => {
      const line = this.#line
      if (line === null || line.epoch === watched || signal.aborted) return
      watched = line.epoch
      void follow(line)
    }
    const unsubscribe = this.subscribe(onLine)
    onLine()
    return () => {
      unsubscribe()
      stop.abort()
    }
  }

  #put(line: Line | null): void {
    this.#line = line
    for (const listener of this.#listeners) listener()
  }
}
