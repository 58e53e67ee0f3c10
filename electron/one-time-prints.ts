import type { Impressions, PrintFault, PrintResult } from '../drivers/document-printer/states.ts'
import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { Log } from './events.ts'
import { type OneTimeEnd, OneTimeIdSchema, type OneTimeLine, openOneTimeFile } from './one-time-file.ts'
import type { SmallFiles } from './small-files.ts'

/**
 * Prints that may be made once (a certificate). What is known of each is on disk: `begun` before a printer hears of it,
 * its end after. A print that has begun and of which not surely nothing came out is never made again by this terminal;
 * one that did not end well, or was cut off by a crash, is spoiled: a person must look for its sheets.
 */
export interface OneTimePrints {
  print(job: OneTimeJob): Promise<OneTimeAnswer>
  recordOf(id: string): OneTimeRecord | undefined
  /** How many are spoiled, and whether the record itself can be read: without it nothing is printed. */
  stand(): { readonly spoiled: number; readonly isDamaged: boolean }
  /** A printer told later what became of a job whose end it had not seen. */
  settledLate(id: string, paper: PrintResult['paper'], impressions: Impressions): Promise<void>
}

export interface OneTimeJob {
  /** Names this print for ever, e.g. the number of the case and the version; letters, digits, `.` `_` `-`. Names no person: it is logged. */
  readonly id: string
  readonly pdf: Uint8Array<ArrayBuffer>
  /** Printed sides of the PDF. */
  readonly pages: number
  readonly sides?: 'one-sided' | 'two-sided-long-edge' | 'two-sided-short-edge'
}

export interface OneTimeRecord {
  readonly id: string
  readonly begunAt: string
  readonly pages: number
  /** `begun`: the printer is at it now. `nothing`: surely no page came out, it may be asked for again. */
  readonly state: 'begun' | OneTimeEnd['event']
  readonly endedAt: string | null
  /** Printed sides that surely, and at most, came out; null: nobody knows. Of spoiled ones. */
  readonly impressions: Impressions | null
  /** Why it did not end well; `interrupted`: the terminal went down meanwhile. */
  readonly fault: PrintFault | 'interrupted' | null
}

export type OneTimeAnswer =
  | { readonly ok: true; readonly record: OneTimeRecord }
  /** Made before, spoiled before, or being made: nothing was printed now. */
  | { readonly ok: false; readonly fault: 'made-before'; readonly record: OneTimeRecord }
  /** It could not be put on record, or the record cannot be read: nothing was printed. */
  | { readonly ok: false; readonly fault: 'not-recorded' | 'record-damaged' | 'bad-id'; readonly detail: string }
  /** The printer did not make it. `record.state` says whether anything may have come out. */
  | { readonly ok: false; readonly fault: 'not-printed'; readonly record: OneTimeRecord; readonly result: PrintResult }

export interface OneTimeOptions {
  readonly files: SmallFiles
  readonly host: Pick<DeviceHost, 'call'>
  readonly nowIso: () => string
  readonly log: Log
}

/** Reads the record, and counts what was begun and never ended as spoiled. Throws what reading a file throws. */
export async function openOneTimePrints({ files, host, nowIso, log }: OneTimeOptions): Promise<OneTimePrints> {
  const records = new Map<string, OneTimeRecord>()
  const opened = await openOneTimeFile(files)
  if (!opened.ok) log('one-time-record-damaged', { file: opened.file })
  else for (const line of opened.lines) apply(line)

  function apply(line: OneTimeLine): OneTimeRecord {
    const known = records.get(line.id)
    const begun = { id: line.id, begunAt: known?.begunAt ?? line.at, pages: known?.pages ?? 0 }
    const record: OneTimeRecord =
      line.event === 'begun'
        ? { id: line.id, begunAt: line.at, pages: line.pages, state: 'begun', ...NOT_ENDED }
        : {
            ...begun,
            state: line.event,
            endedAt: line.at,
            impressions: line.event === 'spoiled' ? { atLeast: line.atLeast, atMost: line.atMost } : null,
            fault: line.event === 'printed' ? null : line.fault,
          }
    records.set(line.id, record)
    return record
  }

  /** Counts at once; when the disk refuses, it is tried again with the next line, and a crash before that counts as spoiled. */
  async function end(line: OneTimeEnd): Promise<OneTimeRecord> {
    const record = apply(line)
    const { event, at: _, ...detail } = line
    log(`one-time-${event}`, detail)
    const failed = opened.ok ? await opened.file.append(line) : undefined
    if (failed !== undefined) log('one-time-refused', { id: line.id, fault: 'not-recorded', detail: failed })
    return record
  }

  for (const { id, state } of [...records.values()]) {
    if (state === 'begun')
      await end({ event: 'spoiled', id, at: nowIso(), atLeast: 0, atMost: null, fault: 'interrupted' })
  }

  function refuse(id: string, fault: 'not-recorded' | 'record-damaged' | 'bad-id', detail: string): OneTimeAnswer {
    log('one-time-refused', { fault, ...(fault === 'bad-id' ? {} : { id }), detail })
    return { ok: false, fault, detail }
  }

  async function print({ id, pdf, pages, sides }: OneTimeJob): Promise<OneTimeAnswer> {
    if (!OneTimeIdSchema.safeParse(id).success)
      return refuse(id, 'bad-id', 'letters, digits, . _ - and no more than 64')
    if (!opened.ok) return refuse(id, 'record-damaged', opened.file)
    const before = records.get(id)
    if (before !== undefined && before.state !== 'nothing') {
      log('one-time-refused', { id, fault: 'made-before', state: before.state })
      return { ok: false, fault: 'made-before', record: before }
    }
    const begun: OneTimeLine = { event: 'begun', id, at: nowIso(), pages }
    // Before the disk is waited for: a second call for the same print must see it.
    apply(begun)
    const failed = await opened.file.append(begun)
    if (failed !== undefined) {
      if (before === undefined) records.delete(id)
      else records.set(id, before)
      return refuse(id, 'not-recorded', failed)
    }
    log('one-time-begun', { id, pages })
    const result = await host.call('document-printer', 'print', {
      ...{ jobId: id, pdf, pages, oneTime: true },
      ...(sides === undefined ? {} : { sides }),
    })
    const record = await end(endOf(id, nowIso(), result))
    return record.state === 'printed' ? { ok: true, record } : { ok: false, fault: 'not-printed', record, result }
  }

  return {
    print,
    recordOf: (id) => records.get(id),
    stand: () => ({
      spoiled: [...records.values()].filter(({ state }) => state === 'spoiled').length,
      isDamaged: !opened.ok,
    }),
    async settledLate(id, paper, impressions) {
      const known = records.get(id)
      // What surely came to nothing, or well, is settled; a job that is no one-time print is none of ours.
      if (known?.state !== 'spoiled') return
      await end(endOf(id, nowIso(), { paper, impressions, fault: known.fault ?? 'not-confirmed' }))
    },
  }
}

const NOT_ENDED = { endedAt: null, impressions: null, fault: null } as const

type Outcome =
  | Pick<Extract<PrintResult, { ok: true }>, 'ok' | 'paper' | 'impressions'>
  | {
      readonly paper: PrintResult['paper']
      readonly impressions: Impressions
      readonly fault: PrintFault | 'interrupted'
    }

/** By what came out, not by what was said of the job: all pages on paper are a print, whatever else went wrong. */
function endOf(id: string, at: string, outcome: Outcome): OneTimeEnd {
  const { paper, impressions } = outcome
  if (paper === 'all' || !('fault' in outcome)) return { event: 'printed', id, at }
  const { fault } = outcome
  if (paper === 'nothing') return { event: 'nothing', id, at, fault }
  return { event: 'spoiled', id, at, ...impressions, fault }
}
