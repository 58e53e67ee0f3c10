import { readFile, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { SAMPLE_PERSONS, samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { say } from '../../renderer/ui/strings/say.ts'
import { ProvisioningSchema } from '../../sync/protocol/keys.ts'
import type { CatalogueView } from '../../sync/protocol/queue-view.ts'
import { type BadAnswer, type BadHub, openBadHub, signedByAnother, withAnotherHash } from '../support/bad-hub.ts'
import { endVisit, expectNobodyInLog, logFromNow, says } from '../support/bad-input.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, type PageClient, registration, submit } from '../support/page-client.ts'
import { statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/**
 * A hub that misbehaves, between a real terminal and a real hub: what was accepted stays queued until a receipt proves
 * that it arrived, is then there exactly once, and the screen and the log say meanwhile how things stand.
 */
/** A test that waits for a log line in vain ends after this; the project's 120 s are for whole walks. */
vi.setConfig({ testTimeout: 45_000 })
const isWithoutBrowser = findChromium() === undefined
const TOUCH_TIMEOUT_MS = 30_000
/** A receipt that the hub gave for an earlier submission. */
let earlierReceipt = ''

let world: World
let hub: BadHub
let page: Page
let client: PageClient
let catalogue: CatalogueView

beforeAll(async () => {
  if (isWithoutBrowser) return
  world = await openWorld()
  hub = await openBadHub(`http://${world.stack.bench.network.address}`)
  const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(world.stack.provisioningFile, 'utf8')))
  await writeFile(world.stack.provisioningFile, JSON.stringify({ ...provisioning, hubUrl: hub.url }))
  // A portal stands before the hub at the very first start.
  hub.misbehave({ kind: 'html' })
  await world.startTerminal()
  page = await world.openPage()
  page.setDefaultTimeout(TOUCH_TIMEOUT_MS)
})
beforeEach(({ skip }) => {
  if (isWithoutBrowser) skip('no Chromium: npm run setup')
})
afterEach(() => hub?.behave())
afterAll(async () => {
  if (world === undefined) return
  client?.close()
  try {
    expectNobodyInLog(world, SAMPLE_PERSONS)
  } finally {
    await world.close()
    await hub.close()
  }
})

test('a portal before the first contact: said on screen and in the log, trusted by nobody, enrolled once it is gone', async () => {
  await statusShows(page, 'hub-silent')
  await says(page.getByTestId('status'), say('status.hub-silent'))
  await world.logged('hub-strange', (line) => line.call === 'getKeySet' && line.why === 'not-our-hub')
  expect(world.log.some((line) => line.event === 'enrolled' || line.event === 'key-set-taken')).toBe(false)

  hub.behave()
  await statusShows(page, 'connected')
  await world.logged('enrolled')
  client = await openPageClient(await startAddress(world.shell()))
  const person = samplePerson('zhou-mingyuan')
  if (person === undefined) throw new Error('no such sample person')
  world.stack.bench.reader.putCard(person)
  await client.card()
  catalogue = await client.catalogue()
})

/** A submission by main's promise; answers its id. */
async function accepted(): Promise<string> {
  return (await submit(client, registration(catalogue))).submissionId
}

async function deliveryOf(submissionId: string): Promise<string> {
  for await (const delivery of await client.bridge.submissions.watchDelivery({ submissionId })) return delivery.state
  throw new Error('the delivery watch ended')
}

const rowsOf = async (submissionId: string) =>
  (await hubRows(world.stack)).filter((row) => row.submission_id === submissionId)

const waiting = (count: number) => page.locator(`[data-testid="status"][data-waiting="${count}"]`).waitFor()

/** The hub behaves again: delivered, once, and nothing else was refused or set aside on the way. */
async function deliveredOnce(submissionId: string): Promise<void> {
  hub.behave()
  expect(await client.delivered(submissionId)).toMatchObject({ state: 'received' })
  expect(await rowsOf(submissionId)).toHaveLength(1)
  await waiting(0)
  await statusShows(page, 'connected')
}

test('a hub that behaves: delivered at once', async () => {
  hub.misbehave(
    {
      kind: 'receipt',
      change: (receipt) => {
        earlierReceipt = receipt
        return receipt
      },
    },
    'hand-ins',
  )
  const submissionId = await accepted()
  await client.delivered(submissionId)
  expect(earlierReceipt).not.toBe('')
  await deliveredOnce(submissionId)
})

test.for<readonly [string, BadAnswer, Readonly<Record<string, unknown>>]>([
  ['a page of HTML', { kind: 'html' }, { why: 'not-our-hub', detail: 'status 200, no JSON' }],
  ['a redirect to a portal', { kind: 'redirect' }, { why: 'not-our-hub', hubWide: true }],
  ["a proxy's 403", { kind: 'forbidden-page' }, { why: 'not-our-hub', hubWide: true }],
  ["a stranger's 401", { kind: 'other-json' }, { why: 'not-our-hub', hubWide: true }],
  ['500', { kind: 'status', status: 500 }, { why: 'http-500', hubWide: false }],
  ['503 and a time', { kind: 'status', status: 503, retryAfterS: 1 }, { why: 'http-503', retryAfterMs: 1_000 }],
  ['nothing at all', { kind: 'nothing' }, { why: 'no-network', hubWide: true }],
  ['half an answer', { kind: 'half' }, { why: 'cut-off', hubWide: true }],
  ['a receipt signed by another key', { kind: 'receipt', change: signedByAnother }, { why: 'bad-receipt' }],
  ['a receipt with a changed hash', { kind: 'receipt', change: withAnotherHash }, { why: 'bad-receipt' }],
  [
    "another submission's receipt",
    { kind: 'receipt', change: () => earlierReceipt },
    { why: 'bad-receipt', hubWide: false },
  ],
])('a hand-in is answered by %s: queued, and delivered once later', async ([, answer, logged]) => {
  const log = logFromNow(world)
  hub.misbehave(answer, 'hand-ins')
  const submissionId = await accepted()
  await log.shows({ event: 'flight-failed', submissionId, ...logged })
  expect(await deliveryOf(submissionId)).toBe('queued')
  // The hub may have it; what counts is that it could not prove it.
  expect((await rowsOf(submissionId)).length).toBe(answer.kind === 'receipt' ? 1 : 0)
  await waiting(1)
  // Pings are answered in the hub's name all the while: connected is the truth.
  await statusShows(page, 'connected')
  await deliveredOnce(submissionId)
  expect(log.lines().some((line) => line.event === 'submission-quarantined')).toBe(false)
})

test.for<readonly [string, BadAnswer]>([
  ['a page of HTML', { kind: 'html' }],
  ['never', { kind: 'hang' }],
])('everything is answered by %s: the screen says that nobody answers', async ([, answer]) => {
  const log = logFromNow(world)
  // What was proven less than 30 s ago would still count; a cut takes that away at once.
  await world.stack.bench.network.cut()
  const submissionId = await accepted()
  await statusShows(page, 'no-network')
  hub.misbehave(answer)
  await world.stack.bench.network.restore()
  await statusShows(page, 'hub-silent')
  await says(page.getByTestId('status'), say('status.hub-silent'))
  await waiting(1)
  await log.shows({ event: 'connection-changed', connection: 'hub-silent' })
  expect(await deliveryOf(submissionId)).toBe('queued')
  await deliveredOnce(submissionId)
})

test('the hub holds the id with another hash: set aside, shown, and in nobody else’s way', async () => {
  const log = logFromNow(world)
  await endVisit(page)
  hub.misbehave({ kind: 'hash-conflict' }, 'hand-ins')
  await walkToConfirm(page, world.stack.bench, 'sun-guilan')
  await submitForTicket(page)
  await page.locator('[data-testid="delivery"][data-state="quarantined"]').waitFor()
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await says(page.getByTestId('delivery'), say('receipt.quarantined'), say('receipt.quarantined-line'))
  const quarantined = await log.shows({ event: 'submission-quarantined', reason: 'hash-conflict' })
  expect(quarantined.detail).toContain('409')
  await waiting(0)
  const submissionId = String(quarantined.submissionId)
  expect(await rowsOf(submissionId)).toEqual([])
  const handedIn = () => hub.handIns().filter((id) => id === submissionId).length
  expect(handedIn()).toBe(1)

  // The next one goes through, and the one set aside is not handed in again.
  hub.behave()
  await deliveredOnce(await accepted())
  expect(handedIn()).toBe(1)
})
