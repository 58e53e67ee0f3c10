import { openPageClient } from '../support/page-client.ts'
import { startAddress } from '../support/world.ts'
import { openLagProxy } from './lag-proxy.ts'
import type { RigCopy } from './rig.ts'

/** Starts of a terminal over its journal as it is, cut off from its hub, no browser. */
export interface StartTimes {
  /** Process asked for → the door is open: journal read, ledger there. */
  readonly readyMs: number
  /** Process asked for → main told a client what is in its queue. */
  readonly usableMs: number
}

/** @throws when the queue does not hold what it should: `submissions` of any state. */
export async function timeStart(copy: RigCopy, submissions: number): Promise<StartTimes> {
  const proxy = await openLagProxy({ target: { host: '127.0.0.1', port: 9 }, rttMs: 0, isOpen: false })
  const beganMs = performance.now()
  const shell = await copy.startTerminal(proxy.url)
  try {
    await shell.next('ready')
    const readyMs = performance.now() - beganMs
    const client = await openPageClient(await startAddress(shell))
    try {
      for await (const view of await client.bridge.queue.watchView()) {
        const usableMs = performance.now() - beganMs
        const held = view.waiting + view.received + view.quarantined
        if (held !== submissions) throw new Error(`the queue holds ${held} submissions, not ${submissions}`)
        return { readyMs, usableMs }
      }
      throw new Error('the queue view ended')
    } finally {
      client.close()
    }
  } finally {
    await shell.stop()
    await proxy.close()
  }
}
