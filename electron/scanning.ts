import { DocumentScannerStateSchema, type ScanOptions, type ScanResult } from '../drivers/document-scanner/states.ts'
import { ScanNoteSchema } from '../drivers/host/classes.ts'
import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { Bank } from '../drivers/host/messages.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { ScanAnswer, ScannedPage, ScanProgressView, ScanRequest } from './bridge/scanning.contract.ts'
import type { CardSession } from './card-session.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import { createPaperTray, type TrayPage } from './paper-tray.ts'

/** A page that is larger does not cross the bridge as one message. */
const MAX_PREVIEW_BYTES = 8 * 1024 * 1024
/** Enough to read a document, and below a megabyte a page (devices.md 10). JPEG is what the page can show. */
const USUAL = { mode: 'colour', dpi: 200, format: 'image/jpeg' } as const

/** The citizen's papers between scanner and submission. Everything goes with the visit. */
export interface Scanning {
  /** Never rejects for anything that a scanner does. */
  scan(request: ScanRequest): Promise<ScanAnswer>
  /** False when nothing was being scanned. */
  cancel(): boolean
  readonly progress: Cell<ScanProgressView>
  /** None without a card in the session. */
  pages(draftId: string): readonly ScannedPage[]
  preview(
    draftId: string,
    pageId: string,
  ): { readonly mediaType: TrayPage['mediaType']; readonly base64: string } | null
  discard(draftId: string, pageId: string): boolean
  /** For intake: the pages of these materials. */
  handIn(draftId: string, materialIds: readonly string[]): readonly TrayPage[]
  /** The visit is over, or its pages are handed in: nothing stays, and a scan under way is given up. */
  forget(): void
}

export interface ScanningOptions {
  readonly host: Pick<DeviceHost, 'call'>
  readonly session: Pick<CardSession, 'applicant'>
  /** The scanners, as the host last said. */
  readonly scanners: () => Bank | undefined
  readonly intakeState: () => IntakeState
  readonly log: Log
}

type Ending = 'enough' | 'tray-full' | 'page-too-large'

export function createScanning(options: ScanningOptions): Scanning {
  const { host, session, log } = options
  const tray = createPaperTray()
  const progress = createCell<ScanProgressView>(null)
  let running: AbortController | undefined

  const mine = (draftId: string) => (session.applicant() === undefined ? [] : tray.pagesOf(draftId))

  /**
   * Whatever the device can do: paper in the feeder before what lies on the glass, colour when it has it. The feeder is
   * asked, for what the host last said of it may be older than the sheets in it.
   */
  async function run(signal: AbortSignal, onNote: (note: unknown) => void): Promise<ScanResult> {
    let asked: ScanOptions = { ...USUAL, source: hasFeeder(options.scanners()) ? 'feeder' : 'flatbed' }
    let emptyFeeder: ScanResult | undefined
    for (;;) {
      const result = await host.call('document-scanner', 'scan', asked, { signal, onNote })
      if (result.ok) return result
      const { fault, lacks } = result
      if (asked.source === 'feeder' && (fault === 'feeder-empty' || lacks === 'source')) {
        emptyFeeder = result
        asked = { ...asked, source: 'flatbed' }
      } else if (lacks === 'mode' && asked.mode === 'colour') asked = { ...asked, mode: 'grey' }
      // A device without glass: its feeder was all there is.
      else return lacks === 'source' ? (emptyFeeder ?? result) : result
    }
  }

  async function scanInto(request: ScanRequest, controller: AbortController): Promise<ScanAnswer> {
    const { draftId, materialId, atMost, maxBytes } = request
    let laid = 0
    let ending: Ending | undefined
    const end = (why: Ending) => {
      ending ??= why
      controller.abort()
    }
    const result = await run(controller.signal, (raw) => {
      const note = ScanNoteSchema.parse(raw)
      // What comes after the end of the visit, or of the scan, belongs to nobody.
      if (controller.signal.aborted) return
      if ('progress' in note) {
        progress.set({ page: note.progress.page, percent: note.progress.percent ?? null })
        return
      }
      if (laid >= atMost) return end('enough')
      const { format, bytes } = note.page
      if (bytes.length > maxBytes) return end('page-too-large')
      const put = tray.lay(draftId, { materialId, mediaType: format, plain: bytes })
      if (put.ok) laid++
      else end(put.fault)
    })
    if (ending === 'enough') return { ok: true, pages: laid, more: true }
    if (ending === 'tray-full' || ending === 'page-too-large') return { ok: false, fault: ending, pages: laid }
    return result.ok ? { ok: true, pages: laid, more: false } : { ok: false, fault: result.fault, pages: laid }
  }

  return {
    async scan(request) {
      const refusal = refusalNow()
      if (refusal !== undefined) return { ok: false, fault: refusal, pages: 0 }
      const controller = new AbortController()
      running = controller
      progress.set({ page: 1, percent: null })
      try {
        const answer = await scanInto(request, controller)
        log('papers-scanned', { pages: answer.pages, ...(answer.ok ? {} : { fault: answer.fault }) })
        return answer
      } finally {
        if (running === controller) running = undefined
        if (running === undefined) progress.set(null)
      }
    },
    cancel() {
      running?.abort()
      return running !== undefined
    },
    progress,
    pages: (draftId) =>
      mine(draftId).map(({ pageId, materialId, mediaType, plain }) => ({
        ...{ pageId, materialId, mediaType, bytes: plain.length },
      })),
    preview(draftId, pageId) {
      const page = mine(draftId).find((each) => each.pageId === pageId)
      if (page === undefined || page.plain.length > MAX_PREVIEW_BYTES) return null
      return { mediaType: page.mediaType, base64: Buffer.from(page.plain).toString('base64') }
    },
    discard: (draftId, pageId) => mine(draftId).length > 0 && tray.discard(draftId, pageId),
    handIn: (draftId, materialIds) => mine(draftId).filter(({ materialId }) => materialIds.includes(materialId)),
    forget() {
      running?.abort()
      running = undefined
      progress.set(null)
      tray.empty()
    },
  }

  function refusalNow(): 'no-card' | 'busy' | 'no-attachments' | undefined {
    if (session.applicant() === undefined) return 'no-card'
    if (options.intakeState() !== 'open') return 'no-attachments'
    return running === undefined ? undefined : 'busy'
  }
}

/** A device that says that it has none, or that was not heard of yet, is asked for its glass. */
function hasFeeder(bank: Bank | undefined): boolean {
  const state = DocumentScannerStateSchema.safeParse(bank?.members[bank.chosen]?.state).data
  return state?.state === 'ready' && state.feeder !== 'none'
}
