import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * The cable between the terminal and its hub, with a switch: a TCP relay on loopback. Cut means cut: open connections
 * are torn down and new ones refused. For development, demo and tests.
 */
export interface NetworkSwitch {
  /** host:port that the terminal is told. */
  readonly address: string
  isUp(): boolean
  /** Tears every connection down and refuses new ones until restored. */
  cut(): Promise<void>
  restore(): Promise<void>
  close(): Promise<void>
}

export async function openNetworkSwitch(target: {
  readonly host: string
  readonly port: number
}): Promise<NetworkSwitch> {
  const pairs = new Set<Socket>()
  let server: Server | undefined

  function relay(near: Socket): void {
    const far = connect(target)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      pairs.add(one)
      one.setNoDelay(true)
      one.pipe(other)
      // Whatever ends one side ends the other; the terminal's own client says what that means.
      one.on('error', () => other.destroy())
      one.on('close', () => {
        pairs.delete(one)
        other.destroy()
      })
    }
  }

  /** Up only once it listens: a port that somebody took meanwhile rejects and leaves the cable cut. */
  async function listen(port: number): Promise<number> {
    const fresh = createServer(relay)
    const listening = await new Promise<number>((resolve, reject) => {
      fresh.once('error', reject)
      fresh.listen(port, '127.0.0.1', () => resolve((fresh.address() as AddressInfo).port))
    })
    server = fresh
    return listening
  }

  const port = await listen(0)

  async function cut(): Promise<void> {
    const closing = server
    if (closing === undefined) return
    server = undefined
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()))
    for (const socket of pairs) socket.resetAndDestroy()
    await closed
  }
  async function restore(): Promise<void> {
    if (server === undefined) await listen(port)
  }

  // One flip at a time: a switch that is flipped quickly ends up as last told.
  let last: Promise<void> = Promise.resolve()
  function inTurn(flip: () => Promise<void>): Promise<void> {
    const turn = last.then(flip)
    // Its failure belongs to whoever flipped; the next flip goes ahead.
    const next = (): void => undefined
    last = turn.then(next, next)
    return turn
  }

  return {
    address: `127.0.0.1:${port}`,
    isUp: () => server !== undefined,
    cut: () => inTurn(cut),
    restore: () => inTurn(restore),
    close: () => inTurn(cut),
  }
}
