import { matchesReader } from './pcsc-url.ts'
import type { ReaderInfo } from './protocol.ts'
import type { SmartCardEvent } from './states.ts'

/** Turns the service's tables of readers into what happened at the one reader that the pattern names. */
export interface ReaderTable {
  /** Takes a new table; returns what happened since the last one, in order. */
  take(readers: readonly ReaderInfo[]): readonly SmartCardEvent[]
  /** The service is gone: nothing is known any more, so whatever was there is told as gone. */
  forget(): readonly SmartCardEvent[]
  reader(): ReaderInfo | undefined
  /** Number of the card that lies there; undefined without one. */
  insertion(): number | undefined
  /** All readers of the last table. */
  names(): readonly string[]
}

export function createReaderTable(pattern: string): ReaderTable {
  let names: readonly string[] = []
  let chosen: ReaderInfo | undefined
  let insertions = 0
  let cardIn = false

  function take(readers: readonly ReaderInfo[]): readonly SmartCardEvent[] {
    const events: SmartCardEvent[] = []
    names = readers.map(({ name }) => name)
    const before = chosen
    // A reader that was chosen stays it while it is there, whatever else is plugged in.
    const kept = readers.find(({ name }) => name === before?.name)
    const next = kept ?? readers.find(({ name }) => matchesReader(pattern, name))
    const present = next?.card === 'present' || next?.card === 'mute'
    const swapped = kept !== undefined && kept.eventCounter !== before?.eventCounter
    if (before !== undefined && cardIn && (kept === undefined || !present || swapped)) {
      cardIn = false
      events.push({ event: 'card-removed', reader: before.name, insertion: insertions })
    }
    if (before !== undefined && kept === undefined) events.push({ event: 'reader-removed', reader: before.name })
    chosen = next
    if (next === undefined) return events
    if (kept === undefined) events.push({ event: 'reader-attached', reader: next.name })
    if (present && !cardIn) {
      cardIn = true
      insertions += 1
      const atr = next.atr.length === 0 ? null : Buffer.from(next.atr).toString('hex').toUpperCase()
      events.push({ event: 'card-inserted', reader: next.name, insertion: insertions, atr })
    }
    return events
  }

  return {
    take,
    forget: () => take([]),
    reader: () => chosen,
    insertion: () => (cardIn ? insertions : undefined),
    names: () => names,
  }
}
