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
      // One that was taken off by another on the way is not told any more.
      for (const listener of [...listeners]) if (listeners.has(listener)) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * Makes a generator that waits for things endable: `return()` ends it even while it awaits its next value, where a
 * plain async generator would hold the call back until that value comes, perhaps for ever. `make` gets the signal that
 * it must obey; it fires with the caller's or at `return()`.
 */
export function endable<T>(
  signal: AbortSignal | undefined,
  make: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  const own = new AbortController()
  const abort = () => own.abort()
  const generator = (async function* () {
    signal?.addEventListener('abort', abort)
    if (signal?.aborted ?? false) abort()
    try {
      yield* make(own.signal)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  })()
  const finish = generator.return.bind(generator)
  generator.return = (value) => {
    abort()
    return finish(value)
  }
  return generator
}

/**
 * Follows a cell: its present value first, then each newer one; a slow reader misses values in between, never the
 * last. Ends when the signal fires (the page went away) or the reader returns it.
 */
export function follow<T>(cell: Cell<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void, void> {
  return endable(signal, (own) => following(cell, own))
}

async function* following<T>(cell: Cell<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  let wake: (() => void) | undefined
  let version = 0
  const changed = () => {
    version++
    wake?.()
  }
  const unsubscribe = cell.subscribe(changed)
  signal.addEventListener('abort', changed)
  try {
    while (!signal.aborted) {
      const seen = version
      yield cell.get()
      if (version !== seen) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', changed)
  }
}
