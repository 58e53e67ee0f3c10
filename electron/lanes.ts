/** Runs at most `limit` at once, the others in the order they came. */
export function createLanes(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (run) => {
    if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await run()
    } finally {
      // The lane goes to the next in line, or is free.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
