/**
 * The second guard against two drains (queue-and-sync.md section 7, scenario 19): the lease is main's word, this lock is
 * the browser's, so that two workers of one profile never drain at once even when both believe that they hold the lease.
 */
export type DrainGuard = {
  /** The lock when nobody has it, else null at once: whoever has to wait must not keep the lease meanwhile. */
  tryHold(): Promise<{ release(): void } | null>
}

/** What we need of the Web Locks API. */
export type Locks = {
  request(
    name: string,
    options: { ifAvailable: true },
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>
}

const LOCK_NAME = 'bianmin-drain'

/** Without the API (an insecure page) there is nothing to hold, and the lease alone guards. */
export function createDrainGuard(locks: Locks | undefined): DrainGuard {
  if (locks === undefined) return UNGUARDED
  return {
    tryHold: () =>
      new Promise((resolve, reject) => {
        const ended = locks.request(LOCK_NAME, { ifAvailable: true }, (lock) => {
          if (lock === null) {
            resolve(null)
            return undefined
          }
          return new Promise<void>((release) => resolve({ release }))
        })
        ended.catch(reject)
      }),
  }
}

export const UNGUARDED: DrainGuard = { tryHold: async () => ({ release: () => undefined }) }
