import { randomUUID } from 'node:crypto'
import type { Clock } from '../transport/clock.ts'
import { PWG_NAMESPACE, SCAN_NAMESPACE } from './scan-settings.ts'
import type { CheckedSettings, SimulatedSources } from './settings-check.ts'

/** The inside of the simulated scanner: sheets, jobs and what is wrong with it. Knows no HTTP. */

export type Ailment = 'jam' | 'cover-open' | 'double-feed' | 'stopped' | 'self-test'

export interface SimulatedJob {
  readonly id: string
  readonly settings: CheckedSettings
  state: 'Processing' | 'Completed' | 'Canceled' | 'Aborted'
  /** Pages handed over. */
  images: number
  /** Of the sheet in the machine, the side that is still to come. */
  hasBackToCome: boolean
  touchedAtMs: number
  /** When the page under way is through. */
  readyAtMs: number | undefined
}

export interface SimulatedScannerOptions {
  readonly clock: Clock
  readonly sources: SimulatedSources
  readonly model: string
  /** How long a page takes to scan. */
  readonly pageMs: number
  readonly sheets: number
  /** A job that nobody asks after for so long is forgotten, as real devices do after a minute or so. */
  readonly abandonAfterMs: number
}

/** What NextDocument leads to. */
export type NextPage =
  | { readonly next: 'page'; readonly page: number; readonly settings: CheckedSettings }
  | { readonly next: 'not-yet'; readonly inMs: number }
  | { readonly next: 'refused'; readonly status: 404 | 409 | 500 }

export type SimulatedScanner = ReturnType<typeof createSimulatedScanner>

const SHEET_FEEDER_CAPACITY = 50

export function createSimulatedScanner({
  clock,
  sources,
  model,
  pageMs,
  sheets,
  abandonAfterMs,
}: SimulatedScannerOptions) {
  let sheetsLeft = sheets
  /** The page before which the ailment strikes; 0 at once. */
  let strikes: { readonly ailment: Ailment; readonly afterPages: number } | undefined
  let ailment: Ailment | undefined
  let loseAfterPages: number | undefined
  const jobs = new Map<string, SimulatedJob>()

  function abandonOld(): void {
    for (const [id, job] of jobs) if (clock.nowMs() - job.touchedAtMs > abandonAfterMs) jobs.delete(id)
  }

  function feederState(): string {
    if (ailment === 'jam') return 'ScannerAdfJam'
    if (ailment === 'cover-open') return 'ScannerAdfHatchOpen'
    if (ailment === 'double-feed') return 'ScannerAdfMultipickDetected'
    return sheetsLeft > 0 ? 'ScannerAdfLoaded' : 'ScannerAdfEmpty'
  }

  function deviceState(): string {
    if (ailment === 'stopped') return 'Stopped'
    if (ailment === 'self-test') return 'Testing'
    return [...jobs.values()].some(({ state }) => state === 'Processing') ? 'Processing' : 'Idle'
  }

  const isBlocked = (source: CheckedSettings['source']): boolean =>
    ailment === 'stopped' || (ailment !== undefined && ailment !== 'self-test' && source === 'Feeder')

  function strikeIfDue(job: SimulatedJob): void {
    if (strikes === undefined || job.images < strikes.afterPages) return
    ailment = strikes.ailment
    strikes = undefined
  }

  /** Whether another side is there to be scanned. */
  function hasNext(job: SimulatedJob): boolean {
    if (job.settings.source === 'Platen') return job.images === 0
    return job.hasBackToCome || sheetsLeft > 0
  }

  return {
    jobs,
    loadFeeder(count: number): void {
      sheetsLeft = count
    },
    sheetsLeft: () => sheetsLeft,
    setAilment(next: Ailment | undefined): void {
      ailment = next
    },
    strikeAfter(next: Ailment, afterPages: number): void {
      strikes = { ailment: next, afterPages }
    },
    loseJobAfter(pages: number): void {
      loseAfterPages = pages
    },
    /** The device restarts its firmware: no job is known any more. */
    loseJobs(): void {
      jobs.clear()
    },

    /** A new job, or the status that refuses it. */
    begin(settings: CheckedSettings): SimulatedJob | { readonly status: 409 | 503 } {
      abandonOld()
      if (ailment === 'self-test') return { status: 503 }
      if (isBlocked(settings.source)) return { status: 409 }
      // Any job that was not deleted blocks the next one: the strictest real behaviour known (naps2 issue 868).
      if (jobs.size > 0) return { status: 503 }
      if (settings.source === 'Feeder' && sheetsLeft === 0) return { status: 409 }
      const job: SimulatedJob = {
        id: randomUUID(),
        settings,
        state: 'Processing',
        images: 0,
        hasBackToCome: false,
        touchedAtMs: clock.nowMs(),
        readyAtMs: undefined,
      }
      jobs.set(job.id, job)
      return job
    },

    next(id: string): NextPage {
      const job = jobs.get(id)
      if (job === undefined) return { next: 'refused', status: 404 }
      job.touchedAtMs = clock.nowMs()
      if (loseAfterPages !== undefined && job.images >= loseAfterPages) {
        loseAfterPages = undefined
        jobs.delete(id)
        return { next: 'refused', status: 404 }
      }
      strikeIfDue(job)
      if (isBlocked(job.settings.source)) {
        job.state = 'Aborted'
        return { next: 'refused', status: 409 }
      }
      if (job.state !== 'Processing' || !hasNext(job)) {
        if (job.state === 'Processing') job.state = 'Completed'
        return { next: 'refused', status: 404 }
      }
      job.readyAtMs ??= clock.nowMs() + pageMs
      const inMs = job.readyAtMs - clock.nowMs()
      if (inMs > 0) return { next: 'not-yet', inMs }
      job.readyAtMs = undefined
      job.images++
      if (job.settings.source === 'Feeder') {
        if (job.hasBackToCome) job.hasBackToCome = false
        else {
          sheetsLeft--
          job.hasBackToCome = job.settings.isDuplex
        }
      }
      return { next: 'page', page: job.images, settings: job.settings }
    },

    /** False: there is no such job (any more). */
    delete: (id: string): boolean => jobs.delete(id),

    status(rootPath: string): string {
      abandonOld()
      const infos = [...jobs.values()].map(
        (job) =>
          `<scan:JobInfo><pwg:JobUri>${rootPath}/ScanJobs/${job.id}</pwg:JobUri><pwg:JobUuid>${job.id}</pwg:JobUuid>` +
          `<scan:Age>${Math.round((clock.nowMs() - job.touchedAtMs) / 1000)}</scan:Age>` +
          `<pwg:ImagesCompleted>${job.images}</pwg:ImagesCompleted><pwg:ImagesToTransfer>0</pwg:ImagesToTransfer>` +
          `<pwg:JobState>${job.state}</pwg:JobState><pwg:JobStateReasons><pwg:JobStateReason>` +
          `${job.state === 'Processing' ? 'JobScanning' : 'JobCompletedSuccessfully'}</pwg:JobStateReason></pwg:JobStateReasons></scan:JobInfo>`,
      )
      return document('ScannerStatus', [
        '<pwg:Version>2.6</pwg:Version>',
        `<pwg:State>${deviceState()}</pwg:State>`,
        ...(sources.feeder ? [`<scan:AdfState>${feederState()}</scan:AdfState>`] : []),
        `<scan:Jobs>${infos.join('')}</scan:Jobs>`,
      ])
    },

    capabilities(): string {
      const { platen, feeder, hasDuplex } = sources
      const simplex = feeder && `<scan:AdfSimplexInputCaps>${inputCaps(feeder)}</scan:AdfSimplexInputCaps>`
      const duplex =
        feeder && hasDuplex ? `<scan:AdfDuplexInputCaps>${inputCaps(feeder)}</scan:AdfDuplexInputCaps>` : ''
      return document('ScannerCapabilities', [
        '<pwg:Version>2.6</pwg:Version>',
        `<pwg:MakeAndModel>${model}</pwg:MakeAndModel>`,
        '<pwg:SerialNumber>SIM-0001</pwg:SerialNumber>',
        '<scan:UUID>4509a320-00a0-008f-00b6-000000000001</scan:UUID>',
        ...(platen
          ? [`<scan:Platen><scan:PlatenInputCaps>${inputCaps(platen)}</scan:PlatenInputCaps></scan:Platen>`]
          : []),
        ...(simplex
          ? [
              `<scan:Adf>${simplex}${duplex}<scan:FeederCapacity>${SHEET_FEEDER_CAPACITY}</scan:FeederCapacity>`,
              `<scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption>${hasDuplex ? '<scan:AdfOption>Duplex</scan:AdfOption>' : ''}</scan:AdfOptions></scan:Adf>`,
            ]
          : []),
      ])
    },
  }
}

function inputCaps({
  maxWidth,
  maxHeight,
  modes,
  formats,
  resolutions,
}: NonNullable<SimulatedSources['platen']>): string {
  const all = (name: string, values: readonly (string | number)[]): string =>
    values.map((value) => `<${name}>${value}</${name}>`).join('')
  const discrete = resolutions
    .map((dpi) => `<scan:XResolution>${dpi}</scan:XResolution><scan:YResolution>${dpi}</scan:YResolution>`)
    .map((pair) => `<scan:DiscreteResolution>${pair}</scan:DiscreteResolution>`)
  return [
    `<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>${maxWidth}</scan:MaxWidth>`,
    `<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>${maxHeight}</scan:MaxHeight>`,
    '<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>',
    `<scan:ColorModes>${all('scan:ColorMode', modes)}</scan:ColorModes>`,
    `<scan:DocumentFormats>${all('pwg:DocumentFormat', formats)}${all('scan:DocumentFormatExt', formats)}</scan:DocumentFormats>`,
    `<scan:SupportedResolutions><scan:DiscreteResolutions>${discrete.join('')}</scan:DiscreteResolutions></scan:SupportedResolutions>`,
    '</scan:SettingProfile></scan:SettingProfiles>',
    '<scan:SupportedIntents><scan:Intent>Document</scan:Intent></scan:SupportedIntents>',
  ].join('')
}

function document(name: string, lines: readonly string[]): string {
  const namespaces = `xmlns:scan="${SCAN_NAMESPACE}" xmlns:pwg="${PWG_NAMESPACE}"`
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<scan:${name} ${namespaces}>`,
    ...lines,
    `</scan:${name}>`,
    '',
  ].join('\n')
}
