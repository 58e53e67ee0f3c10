import { webcrypto } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'

/**
 * Three things that Electron 25's main process (Node 18.15) lacks and our libraries use. Guarded: a runtime that has them keeps its
 * own. Must stand first in main's bundle.
 */
const world = globalThis as { crypto?: unknown }
world.crypto ??= webcrypto

const PromiseWithResolvers = Promise as unknown as { withResolvers?: unknown }
PromiseWithResolvers.withResolvers ??= function withResolvers<T>(this: PromiseConstructor) {
  let resolve: ((value: T) => void) | undefined
  let reject: ((reason: unknown) => void) | undefined
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept
    reject = refuse
  })
  return { promise, resolve, reject }
}

/** pino asks for one at load; nobody listens on ours, so tracing means: just do it. */
const channels = diagnostics as { tracingChannel?: unknown }
channels.tracingChannel ??= () => ({
  hasSubscribers: false,
  traceSync: (run: (...given: unknown[]) => unknown, _context: unknown, self: unknown, ...given: unknown[]) =>
    run.apply(self, given),
})
