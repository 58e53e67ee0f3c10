import type { SendHint } from '../sync/protocol/worker-port.ts'
import { fly, type Pace } from './flight.ts'
import type { FlightParts } from './flight-parts.ts'
import { load } from './flight-reading.ts'
import { createLanes } from './lanes.ts'

/** At most this many groups are on their way at once, however many calls asked for them. */
const MAX_IN_FLIGHT = 4
/** So many more are read from the journal meanwhile, so that a lane that comes free is taken at once. */
const READ_AHEAD = 2
/**
 * Most envelope bytes in one call to the hub: room for 200 of usual size, and main holds no more than a few megabytes
 * while it drains 100,000. On a line that is too slow for them calls get smaller until they arrive in time, and larger
 * again once they do; at the least four of them share 100 kbit/s within the hub client's 20 s.
 */
export const GROUP_BYTES = 1 << 20
export const LEAST_GROUP_BYTES = 64 * 1024
/** Of 2 KB applications: far below what the hub takes (MAX_BATCH_ITEMS). */
export const GROUP_ITEMS = 200

/**
 * Delivery of submissions, at most one flight each, whoever asks: the worker's drain or main's own. What came of it is
 * in journal frames; callers get hints (design.md section 2).
 */
export interface Flights {
  /** A hint for each submission that was named, once each, in order; never rejects. */
  send(submissionIds: readonly string[]): Promise<SendHint[]>
  /** Resolves when nothing is on its way. */
  landed(): Promise<void>
}

export function createFlights(parts: FlightParts): Flights {
  const flying = new Map<string, Promise<SendHint>>()
  const inHand = createLanes(MAX_IN_FLIGHT + READ_AHEAD)
  const onTheWay = createLanes(MAX_IN_FLIGHT)
  let groupBytes = GROUP_BYTES
  const pace: Pace = {
    arrived() {
      groupBytes = Math.min(GROUP_BYTES, groupBytes * 2)
    },
    tooSlow() {
      groupBytes = Math.max(LEAST_GROUP_BYTES, groupBytes / 2)
    },
  }

  /** One group's misfortune is its own: what it throws is logged and becomes "try again", and main lives. */
  async function guarded(group: readonly string[]): Promise<ReadonlyMap<string, SendHint>> {
    try {
      const loaded = await load(group, parts)
      if (loaded.frames.length > 0) await onTheWay(() => fly(loaded, parts, pace))
      return loaded.hints.known
    } catch (error) {
      parts.log('flight-fault', {
        submissions: group.length,
        submissionId: group[0],
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      return new Map()
    }
  }

  function depart(group: readonly string[]): void {
    const hints = inHand(() => guarded(group))
    for (const submissionId of group) {
      const flight = hints.then((known): SendHint => {
        flying.delete(submissionId)
        return known.get(submissionId) ?? { submissionId, outcome: 'failed', hubWide: false, retryAfterMs: null }
      })
      flying.set(submissionId, flight)
    }
  }

  /** In the order asked for: the drain has put the small before the huge and the due before the rest. */
  function groups(submissionIds: readonly string[]): string[][] {
    const all: string[][] = []
    let bytes = 0
    for (const submissionId of submissionIds) {
      const own = parts.ledger.bySubmission(submissionId)?.envelopeBytes ?? 0
      const current = all.at(-1)
      if (current === undefined || current.length === GROUP_ITEMS || bytes + own > groupBytes) {
        all.push([submissionId])
        bytes = own
      } else {
        current.push(submissionId)
        bytes += own
      }
    }
    return all
  }

  return {
    send(submissionIds) {
      const asked = [...new Set(submissionIds)]
      for (const group of groups(asked.filter((id) => !flying.has(id)))) depart(group)
      return Promise.all(asked.map((id) => flying.get(id))).then((hints) => hints.filter((hint) => hint !== undefined))
    },
    async landed() {
      while (flying.size > 0) await Promise.all(flying.values())
    },
  }
}
