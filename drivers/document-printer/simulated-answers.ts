import {
  attributesOf,
  decodeIppMessage,
  encodeIppMessage,
  GROUP,
  type IppAttributes,
  type IppGroup,
  type IppMessage,
  type IppValue,
  isOk,
  OPERATION,
  STATUS,
} from './protocol.ts'
import type { SimulatedJob, SimulatedMachine } from './simulated-printer.ts'

/** The other side of the protocol: requests in, answers out, about a simulated machine. */

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
  /** As a queue of CUPS: where its device is. */
  readonly deviceUri: string | undefined
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
}

const PRINTER_STATE = { idle: 3, processing: 4, stopped: 5 } as const
const JOB_STATE = {
  pending: 3,
  'pending-held': 4,
  processing: 5,
  'processing-stopped': 6,
  canceled: 7,
  aborted: 8,
  completed: 9,
} as const

const word = (value: string): IppValue => ({ kind: 'keyword', value })
const integer = (value: number): IppValue => ({ kind: 'integer', value })
const enumerated = (value: number): IppValue => ({ kind: 'enum', value })
const text = (value: string): IppValue => ({ kind: 'text', value })

/** The bytes of a request, document included, to the bytes of its answer. */
export type SimulatedAnswerer = (request: Uint8Array) => Uint8Array

export function createSimulatedAnswerer(
  model: SimulatedModel,
  moods: SimulatedMoods,
  machine: SimulatedMachine,
): SimulatedAnswerer {
  return (request) => {
    const decoded = decodeIppMessage(request)
    if (!decoded.ok) return encode(0, just(STATUS.badRequest))
    const { message } = decoded
    const document = request.subarray(decoded.documentAt)
    return encode(message.requestId, answer(message, document))
  }

  function answer(message: IppMessage, document: Uint8Array): Answer {
    const asked = attributesOf(message, GROUP.operation)
    // RFC 8011 section 4.1.4: these two first, in this order.
    const [charset, language] = [...asked.keys()]
    if (charset !== 'attributes-charset' || language !== 'attributes-natural-language') return just(STATUS.badRequest)
    switch (message.code) {
      case OPERATION.getPrinterAttributes:
        return { status: STATUS.ok, groups: [{ tag: GROUP.printer, attributes: printerAttributes() }] }
      case OPERATION.validateJob:
        return whatIsWrong(message) ?? just(STATUS.ok)
      case OPERATION.createJob:
        if (!model.knowsCreateJob) return just(STATUS.operationNotSupported)
        return unwilling() ?? whatIsWrong(message) ?? withJob(create(message))
      case OPERATION.printJob: {
        const refusal = unwilling() ?? whatIsWrong(message)
        if (refusal !== undefined) return refusal
        const job = create(message)
        machine.takeDocument(job, document.slice())
        return withJob(job)
      }
      case OPERATION.sendDocument:
        return withAskedJob(asked, (job) => {
          if (moods.refuseJobs !== undefined) return just(moods.refuseJobs)
          if (job.state !== 'pending' || job.document !== undefined) return just(STATUS.notPossible)
          machine.takeDocument(job, document.slice())
          return withJob(job)
        })
      case OPERATION.getJobAttributes:
        return withAskedJob(asked, withJob)
      case OPERATION.getJobs:
        return { status: STATUS.ok, groups: jobsOf(asked).map((job) => jobGroup(job)) }
      case OPERATION.cancelJob:
        return withAskedJob(asked, (job) => {
          if (isDone(job)) return just(STATUS.notPossible)
          machine.cancel(job)
          return just(STATUS.ok)
        })
      default:
        return just(STATUS.operationNotSupported)
    }
  }

  function unwilling(): Answer | undefined {
    if (moods.refuseJobs !== undefined) return just(moods.refuseJobs)
    if (moods.notAccepting) return just(STATUS.notAcceptingJobs)
    const open = machine.jobs().some((job) => !isDone(job))
    return moods.busy || (model.oneJobAtATime && open) ? just(STATUS.busy) : undefined
  }

  function whatIsWrong(message: IppMessage): Answer | undefined {
    const format = stringOf(attributesOf(message, GROUP.operation), 'document-format')
    if (format !== undefined && !model.formats.includes(format)) return just(STATUS.documentFormatNotSupported)
    const job = attributesOf(message, GROUP.job)
    const unsupported = new Map<string, readonly IppValue[]>()
    const check = (name: string, isGood: boolean): void => {
      const values = job.get(name)
      if (values !== undefined && !isGood) unsupported.set(name, values)
    }
    check('sides', model.sides.includes(stringOf(job, 'sides') ?? ''))
    check('media', model.media.includes(stringOf(job, 'media') ?? ''))
    check('copies', (integerOf(job, 'copies') ?? 1) <= model.maxCopies)
    if (unsupported.size === 0) return undefined
    return {
      status: STATUS.attributesOrValuesNotSupported,
      groups: [{ tag: GROUP.unsupported, attributes: unsupported }],
    }
  }

  function create(message: IppMessage): SimulatedJob {
    const job = attributesOf(message, GROUP.job)
    return machine.create({
      name: stringOf(attributesOf(message, GROUP.operation), 'job-name') ?? '',
      copies: integerOf(job, 'copies') ?? 1,
      sides: stringOf(job, 'sides') ?? 'one-sided',
    })
  }

  function jobsOf(asked: IppAttributes): SimulatedJob[] {
    const wantsDone = stringOf(asked, 'which-jobs') === 'completed'
    if (wantsDone && !model.keepsHistory) return []
    return machine.jobs().filter((job) => isDone(job) === wantsDone)
  }

  function withAskedJob(asked: IppAttributes, then: (job: SimulatedJob) => Answer): Answer {
    const id = integerOf(asked, 'job-id')
    const job = machine.jobs().find((each) => each.id === id)
    return job === undefined ? just(STATUS.notFound) : then(job)
  }

  function withJob(job: SimulatedJob): Answer {
    return { status: STATUS.ok, groups: [jobGroup(job)] }
  }

  function jobGroup(job: SimulatedJob): IppGroup {
    const reasons = job.state === 'pending' && job.document === undefined ? 'job-incoming' : reasonOf(job)
    const attributes = new Map<string, readonly IppValue[]>([
      ['job-id', [integer(job.id)]],
      ['job-uri', [{ kind: 'uri', value: `${model.uri()}/${job.id}` }]],
      ['job-name', [{ kind: 'name', value: job.name }]],
      ['job-state', [enumerated(JOB_STATE[job.state])]],
      ['job-state-reasons', [word(reasons)]],
      ['job-impressions-completed', [integer(model.countsImpressions ? job.impressions : 0)]],
      [
        'time-at-processing',
        [job.processedAt === undefined ? { kind: 'out-of-band', value: 'no-value' } : integer(job.processedAt)],
      ],
    ])
    return { tag: GROUP.job, attributes }
  }

  function printerAttributes(): IppAttributes {
    const { stopsForTroubles, formats, sides, media, maxCopies, knowsCreateJob, deviceUri } = model
    const busy = machine.active() !== undefined
    const isStopped = machine.isBlocked() && stopsForTroubles
    const state = moods.saysNone ? 'idle' : isStopped ? 'stopped' : busy ? 'processing' : 'idle'
    const reasons = moods.saysNone ? [] : reasonsOf(machine)
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
    ])
    if (deviceUri !== undefined) attributes.set('device-uri', [{ kind: 'uri', value: deviceUri }])
    if (model.errorPolicy !== undefined) {
      attributes.set('printer-error-policy', [{ kind: 'name', value: model.errorPolicy }])
    }
    return attributes
  }

  function reasonsOf({ sensors, active }: SimulatedMachine): string[] {
    const reasons: string[] = []
    if (sensors.paperLeft <= 0) {
      reasons.push(`media-empty${model.suffix}`)
      if (active() !== undefined) reasons.push(`media-needed${model.suffix}`)
    } else if (sensors.nearEnd) reasons.push('media-low-warning')
    if (sensors.coverOpen) reasons.push(`cover-open${model.suffix}`)
    if (sensors.jammed) reasons.push(`media-jam${model.suffix}`)
    if (sensors.tonerEmpty) reasons.push(`toner-empty${model.suffix}`)
    else if (sensors.tonerLow) reasons.push('toner-low-report')
    if (sensors.paused) reasons.push('paused')
    return reasons
  }
}

interface Answer {
  readonly status: number
  readonly groups: readonly IppGroup[]
}

const just = (status: number): Answer => ({ status, groups: [] })

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

function encode(requestId: number, { status, groups }: Answer): Uint8Array {
  const operation = new Map<string, readonly IppValue[]>([
    ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
    ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en' }]],
  ])
  if (!isOk(status)) operation.set('status-message', [text('simulated')])
  return encodeIppMessage({
    version: { major: 1, minor: 1 },
    code: status,
    requestId,
    groups: [{ tag: GROUP.operation, attributes: operation }, ...groups],
  })
}

function isDone({ state }: SimulatedJob): boolean {
  return state === 'canceled' || state === 'aborted' || state === 'completed'
}

function reasonOf({ state }: SimulatedJob): string {
  switch (state) {
    case 'processing':
      return 'job-printing'
    case 'processing-stopped':
      return 'printer-stopped'
    case 'completed':
      return 'job-completed-successfully'
    case 'canceled':
      return 'job-canceled-by-user'
    case 'aborted':
      return 'aborted-by-system'
    default:
      return 'none'
  }
}

function stringOf(attributes: IppAttributes, name: string): string | undefined {
  const value = attributes.get(name)?.[0]
  return value !== undefined && 'value' in value && typeof value.value === 'string' ? value.value : undefined
}

function integerOf(attributes: IppAttributes, name: string): number | undefined {
  const value = attributes.get(name)?.[0]
  return value?.kind === 'integer' ? value.value : undefined
}
