import { expect, test } from 'vitest'
import { handedInBy, MINUTE_MS, SILENCE, setStage } from './stage.ts'

const delivered = (stage: Awaited<ReturnType<typeof setStage>>, count: number) =>
  stage.until('delivered', () => stage.terminal().ledger.received === count, 20 * MINUTE_MS)

test('scenario 13: the journal’s disk is full: refused with its reason, receipts still fit, open again without a restart', async () => {
  const stage = await setStage({ worker: true })
  const { machine } = stage.host
  stage.onTheWay = async (request, next) => (handedInBy(request).length > 0 ? SILENCE : next())
  for (let draft = 1; draft <= 20; draft++) await stage.submit(draft)
  // Other programs took all: below the watermark intake closes with a word for the screen, within a minute.
  machine.fill(100 << 10)
  await stage.run(2 * MINUTE_MS)
  expect(await stage.press(21)).toMatchObject({ ok: false, fault: 'no-space' })
  // To the last byte: what the hub confirms must be written all the same, into the reserve.
  machine.fill(0)
  stage.onTheWay = undefined
  await delivered(stage, 20)
  expect(await stage.press(21)).toMatchObject({ ok: false, fault: 'no-space' })
  expect([...stage.terminal().ledger.items()]).toHaveLength(20)
  machine.empty()
  await stage.run(2 * MINUTE_MS)
  expect(await stage.submit(21)).toMatchObject({ sequence: 21 })
  await delivered(stage, 21)
  expect(stage.host.boots).toBe(1)
  await stage.judge()
})

test('scenario 13: the disk fills up in the middle of an append: refused, taken back, and the next one fits', async () => {
  const stage = await setStage()
  await stage.submit(1)
  const { machine } = stage.host
  // Before the watch over free space has seen it.
  machine.fill(700)
  expect(await stage.press(2)).toMatchObject({ ok: false, fault: 'not-stored' })
  // What was written of it does not lie there for the next start to find.
  stage.host.crash('program')
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  expect([stage.terminal().ledger.size, stage.terminal().ledger.damage]).toEqual([1, []])
  machine.empty()
  await stage.run(2 * MINUTE_MS)
  expect(await stage.submit(2)).toMatchObject({ sequence: 2 })
  await delivered(stage, 2)
  stage.host.crash('power')
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  expect(stage.terminal().ledger.damage).toEqual([])
  expect(stage.terminal().ledger.size).toBe(2)
  await stage.judge()
})
