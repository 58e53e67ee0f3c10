import { implement } from '@orpc/server'
import { follow } from '../cell.ts'
import type { Scanning } from '../scanning.ts'
import { scanning as contract } from './scanning.contract.ts'

export function scanningHandlers(scanning: Scanning) {
  const os = implement(contract)
  return os.router({
    scan: os.scan.handler(({ input }) => scanning.scan(input)),
    cancel: os.cancel.handler(() => ({ cancelled: scanning.cancel() })),
    pages: os.pages.handler(({ input }) => [...scanning.pages(input.draftId)]),
    preview: os.preview.handler(({ input }) => scanning.preview(input.draftId, input.pageId)),
    discard: os.discard.handler(({ input }) => ({ discarded: scanning.discard(input.draftId, input.pageId) })),
    watchProgress: os.watchProgress.handler(({ signal }) => follow(scanning.progress, signal)),
  })
}
