import type { LinkFault } from './byte-link.ts'

/**
 * The listener side that every byte link shares: early bytes are kept until somebody listens, the end is told once
 * to each listener, and nothing is delivered after it.
 */
export interface LinkCore {
  onData(listener: (bytes: Uint8Array) => void): void
  onClose(listener: (reason: LinkFault) => void): void
  deliver(bytes: Uint8Array): void
  /** Marks the link as ended; only the first reason counts. */
  end(reason: LinkFault): void
  ended(): LinkFault | undefined
}

export function createLinkCore(): LinkCore {
  const dataListeners: ((bytes: Uint8Array) => void)[] = []
  const closeListeners: ((reason: LinkFault) => void)[] = []
  let early: Uint8Array[] = []
  let reason: LinkFault | undefined

  return {
    onData(listener) {
      dataListeners.push(listener)
      const kept = early
      early = []
      for (const bytes of kept) listener(bytes)
    },
    onClose(listener) {
      if (reason === undefined) {
        closeListeners.push(listener)
        return
      }
      const known = reason
      queueMicrotask(() => listener(known))
    },
    deliver(bytes) {
      if (reason !== undefined) return
      if (dataListeners.length === 0) early.push(bytes)
      for (const listener of dataListeners) listener(bytes)
    },
    end(why) {
      if (reason !== undefined) return
      reason = why
      for (const listener of closeListeners) listener(why)
    },
    ended: () => reason,
  }
}

/** The text of anything that was thrown, for a maintainer's log. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
