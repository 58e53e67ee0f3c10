import { randomBytes, randomUUID } from 'node:crypto'

/** Where the hub gets its time and randomness from, so that a simulation can give them. */
export interface HubSources {
  /** Milliseconds since 1970, UTC. */
  now(): number
  randomBytes(count: number): Uint8Array
  randomUuid(): string
}

export const systemSources: HubSources = {
  now: () => Date.now(),
  randomBytes: (count) => randomBytes(count),
  randomUuid: () => randomUUID(),
}

export function instant(sources: HubSources): string {
  return new Date(sources.now()).toISOString()
}

/** China keeps one time, UTC+8 without summer time; pages and day limits use it wherever the hub runs. */
const CHINA_OFFSET_MS = 8 * 3_600_000

/** ISO date in China of a moment. */
export function chinaDate(iso: string): string {
  return new Date(Date.parse(iso) + CHINA_OFFSET_MS).toISOString().slice(0, 10)
}

/** HH:MM in China of a moment. */
export function chinaTime(iso: string): string {
  return new Date(Date.parse(iso) + CHINA_OFFSET_MS).toISOString().slice(11, 16)
}

/** The moment at which an ISO date begins in China. */
export function chinaDayStart(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00.000Z`) - CHINA_OFFSET_MS).toISOString()
}
