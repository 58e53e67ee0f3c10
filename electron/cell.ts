/** A value that others watch: the one way in which state flows from main to the bridge and the worker's feed. */
export interface Cell<T> {
  get(): T
  /** Tells the watchers when the value is another one (by identity). */
  set(value: T): void
  subscribe(listener: (value: T) => void): () => void
}

export function createCell<T>(initial: T): Cell<T> {
  let current = initial
  const listeners = new Set<(value: T) => void>()
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return
      current = value
      for (const listener of [...listeners]) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * Follows a cell: its present value first, then each newer one; a slow reader misses values in between, never the
 * last. Ends when the signal fires (the page went away).
 */
export async function* follow<T>(cell: Cell<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void, void> {
  let wake: (() => void) | undefined
  let version = 0
  const changed = () => {
    version++
    wake?.()
  }
  const unsubscribe = cell.subscribe(changed)
  signal?.addEventListener('abort', changed)
  try {
    while (!(signal?.aborted ?? false)) {
      const seen = version
      yield cell.get()
      if (version !== seen) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        if (signal?.aborted ?? false) resolve()
      })
      wake = undefined
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', changed)
  }
}
