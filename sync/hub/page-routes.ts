import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { receiptItem, verifyReceipt } from '../envelope/receipt.ts'
import { SubmissionIdSchema, TerminalIdSchema } from '../protocol/ids.ts'
import { findArrival, itemWords, listArrivals, summariseToday } from './arrivals.ts'
import type { HubDatabase } from './database.ts'
import { listGaps, listTerminals } from './fleet.ts'
import { GAPS_SHOWN, terminalPage, terminalsPage } from './fleet-pages.ts'
import type { KeyRing } from './key-ring.ts'
import { noticeText } from './notices.ts'
import { listPage, PAGE_LENGTH, PAGE_POLICY, sentencePage, submissionPage } from './pages.ts'
import { type HubSources, instant } from './sources.ts'
import { sqlReads } from './sql-reads.ts'

export interface PageParts {
  readonly db: HubDatabase
  readonly hubName: string
  readonly keys: Pick<KeyRing, 'current'>
  readonly sources: HubSources
}

const ListQuerySchema = z.object({ before: z.coerce.number().int().min(1).optional() })
const PageParamsSchema = z.object({ id: SubmissionIdSchema })
const TerminalParamsSchema = z.object({ id: TerminalIdSchema })

/** The plain pages: what arrived, and one submission with its receipt. */
export function addPages(server: FastifyInstance, parts: PageParts): void {
  const { db, hubName, keys, sources } = parts

  server.get('/', async (request, reply) => {
    const query = ListQuerySchema.safeParse(request.query)
    if (!query.success) return send(reply, 400, sentencePage(hubName, '没有这一页。'))
    const { before } = query.data
    const [today, arrivals, items, feedback] = [
      await summariseToday(db, instant(sources)),
      await listArrivals(db, PAGE_LENGTH, before),
      await itemWords(db),
      await sqlReads(db).feedbackCounts(),
    ]
    return send(reply, 200, listPage({ hubName, today, arrivals, items, fromNewest: before === undefined, feedback }))
  })

  server.get('/submissions/:id', async (request, reply) => {
    const params = PageParamsSchema.safeParse(request.params)
    const arrival = params.success ? await findArrival(db, params.data.id) : undefined
    if (arrival === undefined) return send(reply, 404, sentencePage(hubName, '这里没有这一件。'))
    const verified = await verifyReceipt(arrival.receipt, keys.current().keySet)
    const covers = verified.ok && receiptItem(verified.receipt, arrival.submissionId, arrival.sha256) !== undefined
    const item = (await itemWords(db)).get(arrival.itemId) ?? { name: arrival.itemId, labels: new Map() }
    const helpers = await sqlReads(db).helpersOf(arrival.submissionId)
    const notice = await sqlReads(db).noticeOf(arrival.submissionId)
    const told = notice === undefined ? undefined : { text: noticeText(notice, item.name), takenAt: notice.takenAt }
    return send(reply, 200, submissionPage({ hubName, arrival, item, helpers, verified, covers, told }))
  })

  server.get('/terminals', async (_request, reply) => send(reply, 200, terminalsPage(hubName, await listTerminals(db))))

  server.get('/terminals/:id', async (request, reply) => {
    const params = TerminalParamsSchema.safeParse(request.params)
    const terminal = params.success ? (await listTerminals(db, params.data.id))[0] : undefined
    if (terminal === undefined) return send(reply, 404, sentencePage(hubName, '这里没有这台终端。'))
    return send(reply, 200, terminalPage(hubName, terminal, await listGaps(db, terminal, GAPS_SHOWN)))
  })
}

function send(reply: FastifyReply, status: number, text: string) {
  return reply
    .status(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': PAGE_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .send(text)
}
