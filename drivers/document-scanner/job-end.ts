import type { ScanOutcome } from './backend.ts'
import { isJobPath } from './job-deletion.ts'
import type { DocumentScannerState, ScanFault, ScanOptions } from './states.ts'
import { type EsclStatus, hindranceOf } from './status.ts'

/** What it means when a device has no page to give: devices differ, so its status decides more than the number of HTTP. */

export type Failed = Extract<ScanOutcome, { ok: false }>

export function failed(fault: ScanFault, detail?: string, state?: DocumentScannerState): Failed {
  return { ok: false, fault, ...(detail !== undefined && { detail }), ...(state !== undefined && { state }) }
}

/** The feeder's troubles do not hinder the flatbed unless the device itself refuses. */
export function hindranceFor(source: ScanOptions['source'], status: EsclStatus): Failed | undefined {
  const found = hindranceOf(status)
  if (found === undefined) return undefined
  const isFeeders = found.state.state !== 'error' || found.state.cause === 'tray-failed'
  return isFeeders && source === 'flatbed' ? undefined : failed(found.fault, undefined, found.state)
}

export interface Refusal {
  readonly source: ScanOptions['source']
  /** The feeder has a sensor. */
  readonly detectsPaper: boolean
  readonly jobPath: string
  /** Handed out so far. */
  readonly pages: number
  /** Of the NextDocument that brought no page. */
  readonly httpStatus: number
  readonly status: EsclStatus
}

/** How the job ended; undefined: it has not, ask again. */
export function endOf({ source, detectsPaper, jobPath, pages, httpStatus, status }: Refusal): ScanOutcome | undefined {
  const hindrance = hindranceFor(source, status)
  if (hindrance !== undefined) return hindrance
  const isFeeder = source === 'feeder'
  const mine = status.jobs?.find((each) => pathOf(each.uri) === jobPath)
  if (httpStatus === 503) return undefined
  const isBroken = mine?.state === 'Aborted' || mine?.state === 'Canceled'
  const detail = `status ${httpStatus} after ${pages} pages, the job is ${mine?.state ?? 'not listed'}`
  switch (httpStatus) {
    case 404:
    case 410: {
      if (!isFeeder || isBroken) return failed('job-vanished', detail)
      if (pages === 0) return status.feeder === 'loaded' ? failed('job-vanished', detail) : failed('feeder-empty')
      if (mine?.state === 'Completed') return { ok: true }
      // Sheets lie there that were not scanned, and the device has forgotten why.
      const isForgotten = status.jobs !== undefined && mine === undefined
      const isLeft = detectsPaper && status.feeder === 'loaded'
      if (isForgotten && (isLeft || httpStatus === 410)) return failed('job-vanished', detail)
      return { ok: true }
    }
    case 409:
      // Some say "conflict" when the last sheet is through (AirSane before its pull request 135).
      if (isFeeder && !isBroken && status.feeder !== 'loaded') return pages > 0 ? { ok: true } : failed('feeder-empty')
      return failed('device-error', detail)
    default:
      return failed('device-error', detail)
  }
}

/** Only the path counts: devices give wrong names for themselves, and nothing may lead us to another machine. */
export function pathOf(location: string | undefined): string | undefined {
  const path = location?.replace(/^https?:\/\/[^/]*/i, '')
  return path !== undefined && isJobPath(path) && path.length > 1 ? path : undefined
}
