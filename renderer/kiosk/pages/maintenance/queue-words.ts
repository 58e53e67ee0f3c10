import type { Health, QueueRow } from '../../../../electron/bridge/maintenance.contract.ts'
import type { QueueView } from '../../../../sync/protocol/queue-view.ts'
import { say } from '../../../ui/strings/say.ts'
import { clockTime, duration, isoDate } from '../../forms/show.ts'

/** The page opens with a sentence: what needs somebody, what waits. */
export function headline(queue: QueueView | null, health: Health | null, nowMs: number): string {
  if (queue === null || health === null) return say('maintain.looking')
  const parts: string[] = []
  if (queue.quarantined > 0) parts.push(say('maintain.needs', { count: queue.quarantined }))
  if (health.damage.length > 0) parts.push(say('maintain.damaged', { count: health.damage.length }))
  if (queue.waiting > 0) {
    const age = duration(nowMs - Date.parse(queue.oldestAcceptedAt ?? new Date(nowMs).toISOString()))
    parts.push(say('maintain.waits', { count: queue.waiting, age }))
  }
  if (health.intake !== 'open') parts.push(say(`intake.${health.intake}`))
  return parts.length === 0 ? say('maintain.all-well') : parts.join(say('maintain.and'))
}

/** Service door and battery, where a line board tells of them, and one-time prints that somebody must look for. */
export function cabinetWords({ lineBoard, oneTimePrints }: Health): readonly string[] {
  const words: string[] = []
  const { door = null, batteryPercent = null } = lineBoard ?? {}
  if (door !== null) words.push(say(`maintain.door.${door}`))
  if (batteryPercent !== null) words.push(say('maintain.battery', { percent: batteryPercent }))
  if (oneTimePrints.spoiled > 0) words.push(say('maintain.spoiled', { count: oneTimePrints.spoiled }))
  return words
}

/** What a row's state means, and when it goes on. */
export function stateWords(row: QueueRow, nowMs: number): string {
  if (row.state === 'received') return say('maintain.row-received', { time: stamp(row.receivedAt) })
  if (row.state === 'quarantined') return say(`quarantine.${row.reason ?? 'refused'}`)
  if (row.attempts === null || row.attempts === 0) return say('maintain.row-waits')
  const waitMs = (row.nextAttemptAt ?? 0) - nowMs
  if (waitMs <= 0) return say('maintain.row-tried-now', { count: row.attempts })
  return say('maintain.row-tried', { count: row.attempts, wait: duration(waitMs) })
}

/** 11-24 10:48, in the terminal's time zone. */
export function stamp(iso: string | null): string {
  if (iso === null) return ''
  const moment = new Date(iso)
  return `${isoDate(moment).slice(5)} ${clockTime(moment)}`
}

const MEBIBYTE = 1 << 20

export function size(bytes: number): string {
  if (bytes >= 1024 * MEBIBYTE) return say('maintain.gib', { size: (bytes / (1024 * MEBIBYTE)).toFixed(1) })
  if (bytes >= MEBIBYTE) return say('maintain.mib', { size: (bytes / MEBIBYTE).toFixed(1) })
  return say('maintain.kib', { size: Math.max(1, Math.round(bytes / 1024)) })
}
