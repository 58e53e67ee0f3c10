import { createRouterClient } from '@orpc/server'
import { beforeEach, expect, test } from 'vitest'
import type { HandoverDraft } from '../../sync/protocol/handover.ts'
import { handoverHandlers } from './handover.handler.ts'

const DRAFT: HandoverDraft = {
  ...{ v: 1, item: { id: 'S07', version: 1 }, answers: { unit: '单位' }, step: 'papers', mode: 'elder' },
  ...{ language: 'zh', papers: [{ materialId: 'letter', by: 'pledge' }], papersLeftOut: ['note'], pagesLeftBehind: 0 },
}
let done: unknown[]
const connect = () =>
  createRouterClient(
    handoverHandlers({
      async handOver(draft) {
        done.push(draft)
        return { outcome: 'not-handed-over', why: 'offline' }
      },
      async open(code) {
        done.push(code)
        return { outcome: 'wrong-card', triesLeft: 4 }
      },
      held: () => true,
    }),
  )
let page: ReturnType<typeof connect>
beforeEach(() => {
  done = []
  page = connect()
})

test('a form goes to the desk and a slip is tried, as they are', async () => {
  expect(await page.handOver(DRAFT)).toEqual({ outcome: 'not-handed-over', why: 'offline' })
  expect(await page.open({ code: 'bianmin-handover:1:x:y' })).toEqual({ outcome: 'wrong-card', triesLeft: 4 })
  expect(await page.held()).toEqual({ erasing: true })
  expect(done).toEqual([DRAFT, 'bianmin-handover:1:x:y'])
})

test('what is no form, and a code beyond all codes, do not reach the desk', async () => {
  for (const change of [{ step: -1 }, { mode: 'large' }, { language: 'xx' }, { answers: { unit: 'x'.repeat(401) } }]) {
    await expect(page.handOver({ ...DRAFT, ...change } as HandoverDraft)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  }
  await expect(page.open({ code: 'x'.repeat(1 << 20) })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(done).toEqual([])
})
