import type { Log as HubClientLog } from '../sync/hub-client/hub-client.ts'
import type { Log } from './events.ts'

/** The same trouble is told again after this: pings meet it every few seconds for as long as it lasts. */
export const TELL_AGAIN_MS = 600_000

/**
 * What the hub client says, as events of ours: ordinary failures quietly (the connection and the flights tell them), but
 * loudly when something answers that is not our hub or when a signature does not hold, because a maintainer must look.
 */
export function createHubLog(log: Log, nowMs: () => number): HubClientLog {
  const toldAtMs = new Map<unknown, { readonly what: string; readonly atMs: number }>()
  return (level, event, detail) => {
    const what = `${detail.why}: ${detail.detail}`
    const told = toldAtMs.get(detail.call)
    const isNew = told === undefined || told.what !== what || nowMs() - told.atMs >= TELL_AGAIN_MS
    if (level !== 'warn' || !isNew) {
      log('hub-client', { hub: event, ...detail })
      return
    }
    toldAtMs.set(detail.call, { what, atMs: nowMs() })
    log('hub-strange', { hub: event, ...detail })
  }
}
