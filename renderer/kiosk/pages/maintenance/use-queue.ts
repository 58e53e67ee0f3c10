import { useCallback, useEffect, useState } from 'react'
import type { Health, QueueRow } from '../../../../electron/bridge/maintenance.contract.ts'
import type { Schedule } from '../../live-view.ts'
import { useBridge } from '../../use-watch.ts'

export type Tab = QueueRow['state']

/** Rows on one page of the list: lying, what turns its pages needs the room of two. */
const rowsShown = () => (matchMedia('(orientation: landscape)').matches ? 4 : 6)

export interface QueueList {
  readonly health: Health | null
  readonly rows: readonly QueueRow[] | null
  readonly more: boolean
  readonly page: number
  readonly refresh: () => void
  readonly turn: (pages: 1 | -1) => void
}

interface QueueQuestion {
  readonly token: string
  readonly tab: Tab
  /** Changes when the queue may have changed. */
  readonly stamp: string
  readonly schedule: Schedule | null
  /** Main no longer knows the token: back to the door. */
  readonly onLocked: () => void
}

/** One page of the queue and how the machine stands, asked again whenever the queue's counts change. */
export function useQueue({ token, tab, stamp, schedule, onLocked }: QueueQuestion): QueueList {
  const bridge = useBridge()
  /** Where each page seen so far began. */
  const [starts, setStarts] = useState<readonly (number | null)[]>([null])
  const [shown, setShown] = useState<{ readonly rows: readonly QueueRow[]; readonly more: boolean } | null>(null)
  const [health, setHealth] = useState<Health | null>(null)
  const [asked, setAsked] = useState(0)
  const before = starts.at(-1) ?? null

  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab begins at its first page
  useEffect(() => {
    setStarts([null])
    setShown(null)
  }, [tab])
  // biome-ignore lint/correctness/useExhaustiveDependencies: stamp and asked only say that it is time
  useEffect(() => {
    let stale = false
    const load = async () => {
      const [list, stands] = await Promise.all([
        bridge.call((client) => client.maintenance.queueRows({ token, state: tab, before, limit: rowsShown() })),
        bridge.call((client) => client.maintenance.health({ token })),
      ])
      if (stale) return
      if (!list.ok || !stands.ok) return onLocked()
      setHealth(stands.health)
      setShown({ rows: list.rows, more: list.more })
      const rows = await withSchedule(list.rows, schedule)
      if (!stale) setShown({ rows, more: list.more })
    }
    load().catch((cause: unknown) => console.warn('the queue could not be asked for', cause))
    return () => {
      stale = true
    }
  }, [bridge, token, tab, before, stamp, asked, schedule])

  return {
    health,
    rows: shown?.rows ?? null,
    more: shown?.more ?? false,
    page: starts.length,
    refresh: useCallback(() => setAsked((now) => now + 1), []),
    turn(pages) {
      const last = shown?.rows.at(-1)
      if (pages === -1) setStarts((now) => (now.length > 1 ? now.slice(0, -1) : now))
      else if (last !== undefined && shown?.more) setStarts((now) => [...now, last.deviceSequence])
    },
  }
}

/** The next try is the sync worker's to know, while it holds the drain. */
async function withSchedule(rows: readonly QueueRow[], schedule: Schedule | null): Promise<readonly QueueRow[]> {
  const asked = rows.filter((row) => row.state === 'queued' && row.attempts === null)
  if (schedule === null || asked.length === 0) return rows
  const known = new Map((await schedule(asked.map((row) => row.submissionId))).map((row) => [row.id, row]))
  return rows.map((row) => {
    const found = known.get(row.submissionId)
    return found === undefined ? row : { ...row, attempts: found.attempts, nextAttemptAt: found.nextAttemptAt }
  })
}
