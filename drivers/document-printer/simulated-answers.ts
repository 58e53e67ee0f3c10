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
import { printerAttributes, type SimulatedModel, type SimulatedMoods } from './simulated-attributes.ts'
import type { SimulatedJob, SimulatedMachine } from './simulated-printer.ts'

/** The other side of the protocol: requests in, answers out, about a simulated machine. */

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
    if (!decoded.ok) return encode(OURS, just(STATUS.badRequest))
    const { message } = decoded
    const document = request.subarray(decoded.documentAt)
    return encode(message, answer(message, document))
  }

  function answer(message: IppMessage, document: Uint8Array): Answer {
    const asked = attributesOf(message, GROUP.operation)
    // RFC 8011 section 4.1.4: these two first, in this order.
    const [charset, language] = [...asked.keys()]
    if (charset !== 'attributes-charset' || language !== 'attributes-natural-language') return just(STATUS.badRequest)
    switch (message.code) {
      case OPERATION.getPrinterAttributes:
        return {
          status: STATUS.ok,
          groups: [{ tag: GROUP.printer, attributes: printerAttributes(model, moods, machine) }],
        }
      case OPERATION.validateJob:
        return whatIsWrong(message) ?? just(STATUS.ok)
      case OPERATION.createJob:
        if (!model.knowsCreateJob) return just(STATUS.operationNotSupported)
        return unwilling() ?? whatIsWrong(message) ?? withJob(create(message))
      case OPERATION.printJob: {
        const refusal = unwilling() ?? whatIsWrong(message)
        if (refusal !== undefined) return refusal
        const job = create(message)
        machine.takeDocument(job, Uint8Array.from(document))
        return withJob(job)
      }
      case OPERATION.sendDocument:
        return withAskedJob(asked, (job) => {
          if (moods.refuseJobs !== undefined) return just(moods.refuseJobs)
          if (job.state !== 'pending' || job.document !== undefined) return just(STATUS.notPossible)
          machine.takeDocument(job, Uint8Array.from(document))
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
      ['job-impressions-completed', [integer(model.countsImpressions && !moods.forgetsCounts ? job.impressions : 0)]],
      [
        'time-at-processing',
        [job.processedAt === undefined ? { kind: 'out-of-band', value: 'no-value' } : integer(job.processedAt)],
      ],
    ])
    return { tag: GROUP.job, attributes }
  }
}

const OURS = { version: { major: 1, minor: 1 }, requestId: 0 }

interface Answer {
  readonly status: number
  readonly groups: readonly IppGroup[]
}

const just = (status: number): Answer => ({ status, groups: [] })

/** In the version of the request (RFC 8011 section 4.1.8). */
function encode({ version, requestId }: Pick<IppMessage, 'version' | 'requestId'>, { status, groups }: Answer) {
  const operation = new Map<string, readonly IppValue[]>([
    ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
    ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en' }]],
  ])
  if (!isOk(status)) operation.set('status-message', [text('simulated')])
  return encodeIppMessage({
    version,
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
