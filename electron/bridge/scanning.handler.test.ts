import { randomUUID } from 'node:crypto'
import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { createCell } from '../cell.ts'
import type { Scanning } from '../scanning.ts'
import type { ScanProgressView } from './scanning.contract.ts'
import { scanningHandlers } from './scanning.handler.ts'

const DRAFT = randomUUID()
const PAGE = randomUUID()

function open(changes: Partial<Scanning> = {}) {
  const progress = createCell<ScanProgressView>(null)
  const scanning: Scanning = {
    scan: async () => ({ ok: true, pages: 1, more: false }),
    cancel: () => false,
    progress,
    pages: (draftId) =>
      draftId === DRAFT ? [{ pageId: PAGE, materialId: 'book', mediaType: 'image/jpeg', bytes: 3 }] : [],
    preview: (_draftId, pageId) => (pageId === PAGE ? { mediaType: 'image/jpeg', base64: 'AAAA' } : null),
    discard: (_draftId, pageId) => pageId === PAGE,
    handIn: () => [],
    forget: () => undefined,
    ...changes,
  }
  return { progress, page: createRouterClient(scanningHandlers(scanning)) }
}

test('pages, preview and discard go by draft and page; what is not there is said so', async () => {
  const { page } = open()
  expect(await page.pages({ draftId: DRAFT })).toHaveLength(1)
  expect(await page.pages({ draftId: randomUUID() })).toEqual([])
  expect(await page.preview({ draftId: DRAFT, pageId: PAGE })).toEqual({ mediaType: 'image/jpeg', base64: 'AAAA' })
  expect(await page.preview({ draftId: DRAFT, pageId: randomUUID() })).toBeNull()
  expect(await page.discard({ draftId: DRAFT, pageId: randomUUID() })).toEqual({ discarded: false })
})

test('a scan that asks for more than an application may have, or for nothing, does not reach the scanner', async () => {
  let scans = 0
  const { page } = open({
    async scan() {
      scans++
      return { ok: true, pages: 1, more: false }
    },
  })
  const good = { draftId: DRAFT, materialId: 'book', atMost: 20, maxBytes: 1 }
  for (const change of [{ atMost: 0 }, { atMost: 21 }, { maxBytes: 0 }, { materialId: '' }, { draftId: 'x' }])
    await expect(page.scan({ ...good, ...change })).rejects.toThrow()
  expect(scans).toBe(0)
  expect(await page.scan(good)).toEqual({ ok: true, pages: 1, more: false })
})

test('progress starts with what is now and follows', async () => {
  const { page, progress } = open()
  const told = await page.watchProgress()
  expect((await told.next()).value).toBeNull()
  const next = told.next()
  progress.set({ page: 2, percent: 30 })
  expect((await next).value).toEqual({ page: 2, percent: 30 })
  await told.return?.(undefined)
})
