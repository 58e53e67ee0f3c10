import type { OpenLink } from '../transport/byte-link.ts'
import { type BehindQueue, behindQueue, type PrinterAddress } from './address.ts'
import type { PrinterReading } from './answers.ts'
import { type Asked, type Conversation, createConversation, type NotHeard, type Refused } from './conversation.ts'
import type { IppPost } from './http-post.ts'
import { STATUS } from './protocol.ts'
import { type Standing, standingOf, type Told } from './reasons.ts'
import type { DocumentPrinterState, Place } from './states.ts'
import type { DocumentPrinterTiming } from './timing.ts'

/**
 * The printer as a whole: the IPP object that takes our jobs and, when that is a queue of CUPS, the device behind it, which
 * is asked itself. CUPS says "idle, none" of a printer that is switched off (reference/devices.md 5.4), so a queue alone
 * is never believed to be ready as long as its device can be asked.
 */

export type Look =
  | {
      readonly ok: true
      readonly standing: Standing
      /** Of what takes the jobs. */
      readonly reading: PrinterReading
    }
  | { readonly ok: false; readonly state: DocumentPrinterState; readonly detail: string }

export interface Access {
  /** Takes the jobs. */
  readonly main: Conversation
  readonly kind: PrinterAddress['kind']
  /**
   * all: with everything that decides about a job. look: only how it stands, the rest from the last `all`. beside-job: the
   * same without a knock at the door, because a printer behind a bare socket takes one connection at a time.
   */
  look(what: 'all' | 'look' | 'beside-job', distrusted: ReadonlySet<string>): Promise<Look>
  /** The device behind the queue, when it speaks IPP. Known after the first look. */
  device(): Conversation | undefined
}

export function createAccess(
  address: PrinterAddress,
  post: IppPost,
  openLink: OpenLink,
  timing: DocumentPrinterTiming,
): Access {
  const main = createConversation(address.target, post, timing)
  const mainPlace: Place = address.kind === 'cups' ? 'queue' : 'device'
  let lastAll: PrinterReading | undefined
  let behind: {
    readonly uri: string | undefined
    readonly what: BehindQueue
    readonly talk: Conversation | undefined
  } = {
    uri: undefined,
    what: { ask: 'cannot' },
    talk: undefined,
  }

  function meet(uri: string | undefined): void {
    if (uri === behind.uri) return
    const what = behindQueue(uri)
    const talk = what.ask === 'ipp' ? createConversation(what.target, post, timing) : undefined
    behind = { uri, what, talk }
  }

  /** How the device behind the queue is; undefined: it cannot be asked, or answers the door, which is all it can. */
  async function askDevice(mayKnock: boolean): Promise<Asked<{ readonly reading: PrinterReading }> | undefined> {
    if (behind.talk !== undefined) return behind.talk.printer('look')
    if (behind.what.ask !== 'knock' || !mayKnock) return undefined
    const opened = await openLink(behind.what.url, timing.answerTimeoutMs)
    if (!opened.ok) return { ok: false, fault: opened.fault, detail: opened.detail, left: false }
    await opened.link.close()
    return undefined
  }

  return {
    main,
    kind: address.kind,
    device: () => behind.talk,
    async look(what, distrusted) {
      // A device that is known is asked in the same moment as its queue.
      const known = behind.uri
      const mayKnock = what !== 'beside-job'
      const early = address.kind === 'cups' && known !== undefined ? askDevice(mayKnock) : undefined
      const asked = await main.printer(what === 'all' || lastAll === undefined ? 'all' : 'look')
      if (!asked.ok) {
        await early
        return { ok: false, ...trouble(asked, main, mainPlace) }
      }
      const reading = complete(asked.reading, what === 'all' ? undefined : lastAll)
      lastAll = reading
      const told: Told[] = [{ reading, at: mainPlace }]
      if (address.kind === 'cups') {
        meet(reading.deviceUri)
        const former = await early
        // Another device than a moment ago: what the former one said is of no interest.
        const device = behind.uri === known ? former : await askDevice(mayKnock)
        if (device !== undefined) {
          if (!device.ok) return { ok: false, ...trouble(device, behind.talk ?? main, 'device') }
          told.push({ reading: { ...device.reading, formats: [] }, at: 'device' })
        }
      }
      return { ok: true, standing: standingOf(told, distrusted), reading }
    },
  }
}

/** A short reading, filled up with what does not change from look to look. */
function complete(reading: PrinterReading, former: PrinterReading | undefined): PrinterReading {
  if (former === undefined) return reading
  const { formats, operations, sides, media, maxCopies, makeAndModel, errorPolicy } = former
  return { ...reading, formats, operations, sides, media, maxCopies, makeAndModel, errorPolicy }
}

/** Why a question was not answered well, as a state. */
export function trouble(
  asked: Refused | NotHeard,
  talk: Conversation,
  at: Place,
): { readonly state: DocumentPrinterState; readonly detail: string } {
  if (asked.fault === 'status') {
    const detail = `it answers with status ${hex(asked.status)}`
    if (asked.status === STATUS.notFound || asked.status === STATUS.gone) {
      return { state: { state: 'unplugged', cause: 'not-found', at }, detail }
    }
    const isForbidden =
      asked.status === STATUS.forbidden ||
      asked.status === STATUS.notAuthenticated ||
      asked.status === STATUS.notAuthorized
    return { state: { state: 'unplugged', cause: isForbidden ? 'no-permission' : 'refused', at }, detail }
  }
  const { fault, detail } = asked
  if (fault === 'no-answer' || fault === 'noise')
    return { state: { state: 'no-answer', garbled: talk.garbled(), at }, detail }
  return { state: { state: 'unplugged', cause: fault, at }, detail }
}

export function hex(status: number): string {
  return `0x${status.toString(16).padStart(4, '0')}`
}
