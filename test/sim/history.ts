/**
 * What happened in a world, event by event: a hash over all of it, and on demand the lines themselves. Two runs of one
 * seed at one commit give the same hash, or the simulation is not deterministic and proves nothing.
 */
export interface History {
  /** Adds one event: simulated milliseconds and a line. `more` is for readers only: it may hold paths of this machine. */
  note(atMs: number, line: string, more?: string): void
  readonly events: number
  /** 16 hexadecimal digits over all events so far. */
  hash(): string
  /** The newest lines, when they are kept. */
  readonly lines: readonly string[]
}

export function createHistory(keepLines: number): History {
  let h1 = 0x9e3779b9
  let h2 = 0x85ebca6b
  let events = 0
  let lines: string[] = []
  return {
    note(atMs, line, more) {
      events++
      const text = `${atMs.toFixed(3)} ${line}`
      for (let i = 0; i < text.length; i++) {
        const k = text.charCodeAt(i)
        h1 = Math.imul(h1 ^ k, 0x01000193)
        h2 = Math.imul(h2 ^ k, 0x5bd1e995) + (h1 >>> 15)
      }
      if (keepLines === 0) return
      lines.push(more === undefined ? text : `${text} ${more}`)
      if (lines.length > keepLines * 2) lines = lines.slice(-keepLines)
    },
    get events() {
      return events
    },
    hash: () => (h1 >>> 0).toString(16).padStart(8, '0') + (h2 >>> 0).toString(16).padStart(8, '0'),
    get lines() {
      return lines.slice(-Math.max(0, keepLines))
    },
  }
}
