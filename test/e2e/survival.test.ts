import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { openPageClient, type PageClient, registration, submit } from '../support/page-client.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/** What must hold when the terminal itself dies, on real processes and a real wire to the hub. */
let world: World
let page: PageClient

async function enterWithCard(): Promise<void> {
  page = await openPageClient(await startAddress(world.shell()))
  const person = samplePerson('zhou-mingyuan')
  if (person === undefined) throw new Error('no such sample person')
  world.stack.bench.reader.takeCard()
  world.stack.bench.reader.putCard(person)
  await page.card()
}

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(async () => {
  page?.close()
  await world.close()
})

test('main killed right after the durable answer: delivered once after the restart', async () => {
  await enterWithCard()
  const catalogue = await page.catalogue()
  await world.stack.bench.network.cut()
  const request = registration(catalogue)
  const accepted = await submit(page, request)
  await world.shell().stop('SIGKILL')
  expect(await hubRows(world.stack)).toEqual([])

  await world.stack.bench.network.restore()
  await world.startTerminal()
  await enterWithCard()
  expect(await page.delivered(accepted.submissionId)).toMatchObject({ state: 'received' })
  const rows = await hubRows(world.stack)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ submission_id: accepted.submissionId, ticket: accepted.ticket, device_sequence: 1 })

  // The same draft again, as a page would that never saw the answer: the same case, the same ticket.
  expect(await submit(page, request)).toMatchObject({
    submissionId: accepted.submissionId,
    ticket: accepted.ticket,
    sequence: accepted.sequence,
  })
  expect(await page.bridge.submissions.byDraft({ draftId: request.draftId })).toMatchObject({ ticket: accepted.ticket })
  expect(await hubRows(world.stack)).toHaveLength(1)
})

test('scenario 4: a receipt that was not printed before the end is offered by its ticket after the restart', async () => {
  await enterWithCard()
  const accepted = await submit(page, registration(await page.catalogue()))
  await world.shell().stop('SIGKILL')
  await world.startTerminal()
  page = await openPageClient(await startAddress(world.shell()))
  const offered = await page.bridge.submissions.unprinted()
  expect(offered).toMatchObject([{ ticket: accepted.ticket, qr: null }])
  const printed = await page.bridge.printing.printReceipt({ submissionId: accepted.submissionId, again: false })
  expect(printed).toMatchObject({ kind: 'settled', result: { ok: true } })
  expect(await page.bridge.submissions.unprinted()).toEqual([])
  // Nobody is remembered: no name on this paper, the ticket all the same.
  const [paper] = world.stack.bench.printer.papers()
  const text = (paper?.paper.elements ?? []).map((element) => (element.type === 'line' ? element.text : '')).join('\n')
  expect(text).toContain(`${accepted.ticket.slice(0, 4)}-${accepted.ticket.slice(4)}`)
  expect(text).not.toContain('周')
})

test('a device host that dies is started again and the next card is read', async () => {
  await enterWithCard()
  const ready = await world.logged('device-host', (line) => line.host === 'device-host-ready')
  process.kill(Number(ready.pid), 'SIGKILL')
  await world.logged('device-host', (line) => line.host === 'device-host-died')
  await world.logged('device-host', (line) => line.host === 'device-host-ready' && line.pid !== ready.pid)
  await page.bridge.session.end({ why: 'left' })
  const person = samplePerson('sun-guilan')
  if (person === undefined) throw new Error('no such sample person')
  world.stack.bench.reader.takeCard()
  world.stack.bench.reader.putCard(person)
  expect((await page.card()).applicant.name).toBe('孙桂兰')
})
