import { type IppAttributes, type IppValue, OPERATION } from './protocol.ts'
import type { SimulatedMachine } from './simulated-printer.ts'

/** What a simulated printer is like, and what it says of itself. */

export interface SimulatedModel {
  /** printer-uri-supported. */
  readonly uri: () => string
  readonly formats: readonly string[]
  readonly sides: readonly string[]
  readonly media: readonly string[]
  readonly maxCopies: number
  /** False: only Print-Job, as the oldest printers. */
  readonly knowsCreateJob: boolean
  /** False: finished jobs are not listed. */
  readonly keepsHistory: boolean
  /** False: says 0 of every job, as ippeveprinter. */
  readonly countsImpressions: boolean
  /** Behind every reason of printer-state-reasons. */
  readonly suffix: '' | '-report' | '-warning' | '-error'
  /** False: keeps "processing" while its cover is open, as printers do that call it a warning. */
  readonly stopsForTroubles: boolean
  /** As a queue of CUPS: what it does with a job that failed. */
  readonly errorPolicy: string | undefined
  /** Takes one job at a time; the next is told "busy". */
  readonly oneJobAtATime: boolean
}

export interface SimulatedMoods {
  /** Every request that carries or begins a job is refused with this status. */
  refuseJobs: number | undefined
  /** Somebody else's job is under way. */
  busy: boolean
  notAccepting: boolean
  /** Printer attributes say "idle, none", whatever happens. */
  saysNone: boolean
  /** Keywords of printer-state-reasons besides what the sensors give. */
  moreReasons: readonly string[]
  /** As a queue of CUPS: where its device is. */
  deviceUri: string | undefined
  /** Says 0 of every job from now on. */
  forgetsCounts: boolean
}

const PRINTER_STATE = { idle: 3, processing: 4, stopped: 5 } as const
const ENDED: readonly string[] = ['canceled', 'aborted', 'completed']

const word = (value: string): IppValue => ({ kind: 'keyword', value })
const integer = (value: number): IppValue => ({ kind: 'integer', value })
const enumerated = (value: number): IppValue => ({ kind: 'enum', value })
const text = (value: string): IppValue => ({ kind: 'text', value })

export function printerAttributes(
  model: SimulatedModel,
  moods: SimulatedMoods,
  machine: SimulatedMachine,
): IppAttributes {
  const { stopsForTroubles, formats, sides, media, maxCopies, knowsCreateJob } = model
  const busy = machine.active() !== undefined
  const isStopped = machine.isBlocked() && stopsForTroubles
  const state = moods.saysNone ? 'idle' : isStopped ? 'stopped' : busy ? 'processing' : 'idle'
  const reasons = moods.saysNone ? [] : [...reasonsOf(model, machine), ...moods.moreReasons]
  const operations = Object.values(OPERATION).filter(
    (code) => knowsCreateJob || (code !== OPERATION.createJob && code !== OPERATION.sendDocument),
  )
  const attributes = new Map<string, readonly IppValue[]>([
    ['printer-uri-supported', [{ kind: 'uri', value: model.uri() }]],
    ['printer-make-and-model', [text('Bianmin simulated printer')]],
    ['printer-state', [enumerated(PRINTER_STATE[state])]],
    ['printer-state-reasons', (reasons.length === 0 ? ['none'] : reasons).map(word)],
    ['printer-is-accepting-jobs', [{ kind: 'boolean', value: !moods.notAccepting }]],
    ['document-format-supported', formats.map((value): IppValue => ({ kind: 'mimeMediaType', value }))],
    ['operations-supported', operations.map(enumerated)],
    ['sides-supported', sides.map(word)],
    ['media-supported', media.map(word)],
    ['copies-supported', [{ kind: 'range', lower: 1, upper: maxCopies }]],
    ['media-col-default', [A4_COLLECTION]],
    // What else every printer must tell (RFC 8011 section 5.4).
    ['charset-configured', [{ kind: 'charset', value: 'utf-8' }]],
    ['charset-supported', [{ kind: 'charset', value: 'utf-8' }]],
    ['natural-language-configured', [{ kind: 'naturalLanguage', value: 'en' }]],
    ['generated-natural-language-supported', [{ kind: 'naturalLanguage', value: 'en' }]],
    ['compression-supported', [word('none')]],
    ['document-format-default', formats.slice(0, 1).map((value): IppValue => ({ kind: 'mimeMediaType', value }))],
    ['ipp-versions-supported', [word('1.1'), word('2.0')]],
    ['pdl-override-supported', [word('attempted')]],
    ['printer-name', [{ kind: 'name', value: 'Simulated' }]],
    ['printer-info', [text('Simulated')]],
    ['printer-location', [text('')]],
    ['printer-more-info', [{ kind: 'uri', value: model.uri().replace('ipp:', 'http:') }]],
    ['printer-up-time', [integer(machine.upTime())]],
    ['queued-job-count', [integer(machine.jobs().filter(({ state }) => !ENDED.includes(state)).length)]],
    ['uri-authentication-supported', [word('none')]],
    ['uri-security-supported', [word('none')]],
  ])
  if (moods.deviceUri !== undefined) attributes.set('device-uri', [{ kind: 'uri', value: moods.deviceUri }])
  if (model.errorPolicy !== undefined) {
    attributes.set('printer-error-policy', [{ kind: 'name', value: model.errorPolicy }])
  }
  // An attribute without a value does not exist.
  return new Map([...attributes].filter(([, values]) => values.length > 0))
}

function reasonsOf({ suffix }: SimulatedModel, { sensors, active }: SimulatedMachine): string[] {
  const reasons: string[] = []
  if (sensors.paperLeft <= 0) {
    reasons.push(`media-empty${suffix}`)
    if (active() !== undefined) reasons.push(`media-needed${suffix}`)
  } else if (sensors.nearEnd) reasons.push('media-low-warning')
  if (sensors.coverOpen) reasons.push(`cover-open${suffix}`)
  if (sensors.jammed) reasons.push(`media-jam${suffix}`)
  if (sensors.tonerEmpty) reasons.push(`toner-empty${suffix}`)
  else if (sensors.tonerLow) reasons.push('toner-low-report')
  if (sensors.paused) reasons.push('paused')
  return reasons
}

/** media-col as IPP Everywhere printers give it: a collection in a collection. */
const A4_COLLECTION: IppValue = {
  kind: 'collection',
  members: new Map<string, readonly IppValue[]>([
    [
      'media-size',
      [
        {
          kind: 'collection',
          members: new Map<string, readonly IppValue[]>([
            ['x-dimension', [integer(21_000)]],
            ['y-dimension', [integer(29_700)]],
          ]),
        },
      ],
    ],
    ['media-type', [word('stationery')]],
  ]),
}
