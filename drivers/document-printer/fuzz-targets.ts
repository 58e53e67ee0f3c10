import type { FuzzTarget } from '../testing/fuzz-target.ts'
import { readJobs, readPrinter } from './answers.ts'
import { createBoundedBytes } from './bounded-bytes.ts'
import { MAX_ANSWER_BYTES } from './http-post.ts'
import { decodeIppMessage } from './ipp-decode.ts'
import { encodeIppMessage, GROUP, type IppAttributes, type IppValue } from './protocol.ts'
import { standingOf } from './reasons.ts'
import { DocumentPrinterStateSchema } from './states.ts'

/** What comes from a printer: HTTP around it is Node's parser, the IPP in it and all that is read from it is ours. */

/** An answer as it comes off the wire, to what is believed of it. IPP has no checksum, so any well-formed answer counts. */
function feed(bytes: Uint8Array, pieces: readonly number[]): 'accepted' | 'rejected' {
  const held = createBoundedBytes(MAX_ANSWER_BYTES)
  let at = 0
  for (const size of [...pieces, bytes.length]) {
    const piece = bytes.subarray(at, at + size)
    at += piece.length
    if (!held.push(piece)) return 'rejected'
  }
  const decoded = decodeIppMessage(held.take())
  if (!decoded.ok) return 'rejected'
  // What is read from a damaged answer must still be something that can be told.
  const reading = readPrinter(decoded.message)
  const jobs = readJobs(decoded.message)
  if (reading !== undefined) DocumentPrinterStateSchema.parse(standingOf([{ reading, at: 'device' }], new Set()).state)
  return reading !== undefined || jobs.length > 0 ? 'accepted' : 'rejected'
}

const word = (value: string): IppValue => ({ kind: 'keyword', value })

function answer(tag: number, attributes: IppAttributes): Uint8Array {
  const operation = new Map<string, IppValue[]>([
    ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
    ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en' }]],
  ])
  return encodeIppMessage({
    version: { major: 1, minor: 1 },
    code: 0,
    requestId: 1,
    groups: [
      { tag: GROUP.operation, attributes: operation },
      { tag, attributes },
    ],
  })
}

function seeds(): Uint8Array[] {
  const size = new Map<string, IppValue[]>([['x-dimension', [{ kind: 'integer', value: 21_000 }]]])
  const printer = answer(
    GROUP.printer,
    new Map<string, IppValue[]>([
      ['printer-state', [{ kind: 'enum', value: 5 }]],
      ['printer-state-reasons', [word('media-empty-error'), word('cover-open-warning')]],
      ['printer-is-accepting-jobs', [{ kind: 'boolean', value: true }]],
      ['document-format-supported', [{ kind: 'mimeMediaType', value: 'application/pdf' }]],
      ['copies-supported', [{ kind: 'range', lower: 1, upper: 99 }]],
      [
        'media-col-default',
        [{ kind: 'collection', members: new Map([['media-size', [{ kind: 'collection', members: size }]]]) }],
      ],
      ['printer-make-and-model', [{ kind: 'text', value: '打印机 A4' }]],
    ]),
  )
  const job = answer(
    GROUP.job,
    new Map<string, IppValue[]>([
      ['job-id', [{ kind: 'integer', value: 7 }]],
      ['job-state', [{ kind: 'enum', value: 9 }]],
      ['job-state-reasons', [word('job-completed-successfully')]],
      ['job-name', [{ kind: 'name', value: 'bianmin-7' }]],
      ['time-at-processing', [{ kind: 'out-of-band', value: 'no-value' }]],
      ['job-impressions-completed', [{ kind: 'integer', value: 2 }]],
    ]),
  )
  return [printer, job]
}

export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'document-printer/ipp-answers', seeds, feed, maxHeldBytes: MAX_ANSWER_BYTES },
]
