import { expect, test } from 'vitest'
import { handedInBy, MINUTE_MS, SILENCE, setStage } from './stage.ts'

test('scenario 5: sent, and the reply is lost: the same key again brings the stored receipt, one row', async () => {
  const stage = await setStage()
  const replies: string[] = []
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (handedInBy(request).length === 0) return reply
    const { receipt } = JSON.parse(reply.body.toString('utf8')) as { receipt: string }
    replies.push(receipt)
    return replies.length === 1 ? SILENCE : reply
  }
  const { submissionId } = await stage.submit(1)
  await stage.until('the first reply is lost', () => replies.length === 1, MINUTE_MS)
  expect(stage.hub.exportRows()).toHaveLength(1)
  await stage.until('delivered', () => stage.terminal().ledger.received === 1, 5 * MINUTE_MS)
  expect(replies).toHaveLength(2)
  expect(replies[1]).toBe(replies[0])
  const rows = stage.hub.exportRows()
  expect(rows.map((row) => row.submissionId)).toEqual([submissionId])
  await stage.judge()
})
