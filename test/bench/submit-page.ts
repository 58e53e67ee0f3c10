import { randomUUID } from 'node:crypto'
import type { ApplicationPayload } from '../../sync/protocol/submission.ts'
import { putCard } from '../support/walk.ts'
import { type BenchWindow, openPageBench } from './chromium-page.ts'
import { requestOf } from './sample-submission.ts'

/**
 * From a page's call to the durable answer, over the kiosk's own bridge client to a real terminal process, in turn with
 * one insert of the same document into RxDB with strict durability in the same page. Offline: nothing is delivered
 * meanwhile. The page's clock steps by 0.1 ms.
 */
export interface PageTimes {
  readonly submitMs: number[]
  readonly insertMs: number[]
}

/** Until both sides and the disk are warm; not counted. */
const WARM_UP_PAIRS = 20
const CARD_OF = 'zhou-mingyuan'

export async function measureOnPage(options: {
  readonly dir: string
  readonly payload: ApplicationPayload
  readonly pairs: number
}): Promise<PageTimes> {
  const { payload, pairs } = options
  const bench = await openPageBench(options.dir)
  const { page, stack } = bench
  const body = JSON.stringify(payload)
  const submitMs: number[] = []
  const insertMs: number[] = []
  try {
    putCard(stack.bench, CARD_OF)
    await page.evaluate(() => (globalThis as BenchWindow).benchPage.card())
    await stack.bench.network.cut()
    for (let turn = -WARM_UP_PAIRS; turn < pairs; turn += 1) {
      const pair = { request: requestOf(payload), document: { id: randomUUID(), body }, submitFirst: turn % 2 === 0 }
      const took = await page.evaluate(async ({ request, document, submitFirst }) => {
        const { benchPage } = globalThis as BenchWindow
        const before = submitFirst ? await benchPage.submit(request) : undefined
        const insertTookMs = await benchPage.insert(document)
        return { insertTookMs, submitTookMs: before ?? (await benchPage.submit(request)) }
      }, pair)
      if (turn < 0) continue
      submitMs.push(took.submitTookMs)
      insertMs.push(took.insertTookMs)
    }
    return { submitMs, insertMs }
  } finally {
    await bench.close()
  }
}
