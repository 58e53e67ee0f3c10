import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HostProcess } from '../drivers/host/host-client.ts'
import { accepted } from '../sync/journal/sample-frames.ts'
import { hashPin } from './staff-pin.ts'
import { startTerminal, type Terminal } from './terminal.ts'
import { logBook } from './testing/fixtures.ts'

const WORKER = '00000000-0000-4000-8000-00000000000a'

let dataDir: string
let book: ReturnType<typeof logBook>
let running: Terminal[]
let hosts: { readonly sent: unknown[]; says(message: unknown): void; exits(): void }[]

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bianmin-terminal-'))
  book = logBook()
  running = []
  hosts = []
})
afterEach(async () => {
  for (const terminal of running) await terminal.stop()
})

function spawnHost(): HostProcess {
  const heard: { message?: (message: unknown) => void; exit?: (code: number | null) => void } = {}
  const sent: unknown[] = []
  hosts.push({ sent, says: (message) => heard.message?.(message), exits: () => heard.exit?.(1) })
  return {
    send(message) {
      sent.push(message)
      if (message.type === 'stop') queueMicrotask(() => heard.exit?.(0))
    },
    onMessage: (listener) => {
      heard.message = listener
    },
    onExit: (listener) => {
      heard.exit = listener
    },
    kill: () => heard.exit?.(null),
  }
}

const PIN = '271828'
const start = async () =>
  startTerminal({
    dataDir,
    version: '0.0.0',
    spawnHost,
    log: book.log,
    reserveBytes: 4096,
    settings: {
      maintenance: { pinScrypt: await hashPin(PIN) },
      place: { zh: '云洲市南桥区' },
      hall: { zh: '政务服务中心 3号机' },
      staff: { where: { zh: '服务台' }, telephone: null },
      panel: { pxPerMm: 4 },
      devices: { 'id-card-reader': 'tcp://127.0.0.1:1' },
    },
    provisioning: {
      // Nobody listens there.
      hubUrl: 'http://127.0.0.1:1',
      terminalId: 'YZ-NQ-03',
      rootKeySha256: 'a'.repeat(64),
      enrolmentCode: 'x'.repeat(24),
    },
  })
async function started(): Promise<Terminal> {
  const result = await start()
  if (!result.ok) throw new Error(`${result.fault}: ${result.detail}`)
  running.push(result.terminal)
  return result.terminal
}

test('it starts without a hub, stops whole, and starts again over the same data', async () => {
  const first = await started()
  await first.stop()
  await started()
  expect(book.of('terminal-started')).toHaveLength(2)
  expect(book.of('journal-opened').at(-1)).toMatchObject({ frames: 0 })
})

test('a second terminal over the same data is refused with a fault', async () => {
  await started()
  expect(await start()).toMatchObject({ ok: false, fault: 'journal-locked' })
})

test('a damaged device key is a fault with the file’s name, and no host is started', async () => {
  await mkdir(join(dataDir, 'trust'))
  await writeFile(join(dataDir, 'trust', 'device-key.json'), '{')
  const result = await start()
  expect(result).toMatchObject({ ok: false, fault: 'device-key' })
  expect(!result.ok && result.detail).toContain('device-key.json')
  expect(hosts).toEqual([])
})

test('a printer that the settings do not name never appears, not even when the device host dies', async () => {
  const page = createRouterClient((await started()).bridge)
  const devices = await page.devices.watchDevices()
  expect((await devices.next()).value).toMatchObject({ idCardReader: { state: 'connecting' }, receiptPrinter: null })
  hosts[0]?.exits()
  expect((await devices.next()).value).toEqual({
    idCardReader: { state: 'unplugged', fault: 'lost' },
    receiptPrinter: null,
    conditions: { 'id-card-reader': { condition: 'not-reachable', severity: 'alarm', mend: 'staff' } },
  })
  await devices.return?.()
})

test('a card that the host reads reaches the page, checked; nothing of it reaches the log', async () => {
  const terminal = await started()
  const gone = terminal.pageConnected()
  const page = createRouterClient(terminal.bridge)
  await page.session.open({ pageId: '0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01' })
  const cards = await page.identity.watchCard()
  expect((await cards.next()).value).toEqual({ kind: 'none' })
  hosts[0]?.says({
    type: 'event',
    device: 'id-card-reader',
    url: 'tcp://127.0.0.1:1',
    event: {
      event: 'card',
      readId: 'r',
      card: {
        cardType: 'citizen',
        fields: {
          name: '周明远',
          sex: '1',
          birth: '19861102',
          number: '990101198611020033',
          address: '云洲市南桥区文昌路',
          validTo: '长期',
        },
      },
      wlt: '',
      timing: { foundAtMs: 1, fieldsAtMs: 2 },
    },
  })
  expect((await cards.next()).value).toMatchObject({ kind: 'card', applicant: { name: '周明远' } })
  await page.session.end({ why: 'done' })
  expect((await cards.next()).value).toEqual({ kind: 'none' })
  await cards.return?.()
  gone()
  for (const planted of ['周明远', '990101198611020033', '文昌路']) expect(book.text()).not.toContain(planted)
})

test('main drains until a worker takes the lease, and again when its channel closes; sending is for the holder', async () => {
  const terminal = await started()
  const { router, closed } = terminal.openWorker()
  const worker = createRouterClient(router)
  const { hints } = await worker.send({ workerId: WORKER, submissionIds: [WORKER] })
  expect(hints).toEqual([{ submissionId: WORKER, outcome: 'failed', hubWide: false, retryAfterMs: null }])
  expect(await worker.takeLease({ workerId: WORKER })).toEqual({ granted: true })
  expect((await worker.send({ workerId: WORKER, submissionIds: [WORKER] })).hints).toMatchObject([
    { outcome: 'unknown-submission' },
  ])
  const feed = await worker.feed({ since: 0 })
  expect((await feed.next()).value).toMatchObject({ kind: 'events', throughSequence: 0 })
  closed()
  expect(await worker.renewLease({ workerId: WORKER })).toEqual({ held: false })
  expect(book.of('lease-changed')).toMatchObject([{ owner: 'sync-worker' }, { owner: 'main', why: 'channel-closed' }])
  await feed.return?.()
})

test('without a hub it says "no network"', async () => {
  const page = createRouterClient((await started()).bridge)
  const views = await page.queue.watchView()
  expect((await views.next()).value).toEqual({
    connection: 'no-network',
    waiting: 0,
    oldestAcceptedAt: null,
    quarantined: 0,
    received: 0,
  })
  await views.return?.()
})

test('behind the PIN stand queue, health and export; a look-up needs none and is rationed', async () => {
  const page = createRouterClient((await started()).bridge)
  const intake = await page.queue.watchIntake()
  expect((await intake.next()).value).toEqual({ intake: 'open' })
  await intake.return?.()
  expect(await page.maintenance.health({ token: 'a-token-of-nobody' })).toEqual({ ok: false, fault: 'not-unlocked' })
  expect(await page.maintenance.unlock({ pin: '000000' })).toEqual({ outcome: 'wrong-pin', triesLeft: 4 })
  const opened = await page.maintenance.unlock({ pin: PIN })
  if (opened.outcome !== 'open') throw new Error(opened.outcome)
  const { token } = opened
  expect(await page.maintenance.queueRows({ token, state: null, before: null, limit: 10 })).toEqual({
    ok: true,
    rows: [],
    more: false,
  })
  expect(await page.maintenance.health({ token })).toMatchObject({
    ok: true,
    health: { drainOwner: 'main', damage: [] },
  })
  const exported = await page.maintenance.exportUnsent({ token })
  expect(exported).toMatchObject({ ok: true, submissions: 0 })
  expect(exported.ok && (await stat(exported.file)).size).toBe(exported.ok && exported.bytes)
  await page.maintenance.lock({ token })
  expect(await page.maintenance.requeue({ token, submissionIds: [WORKER] })).toEqual({
    ok: false,
    fault: 'not-unlocked',
  })
  const ticket = accepted(1).ticket
  for (let n = 0; n < 5; n++) expect(await page.submissions.byTicket({ ticket })).toEqual({ outcome: 'not-found' })
  expect(await page.submissions.byTicket({ ticket })).toMatchObject({ outcome: 'too-many-tries' })
}, 30_000)

test('a one-time print goes to the document printer; what is told later of a spoiled one reaches the record and health', async () => {
  const terminal = await started()
  const printing = terminal.oneTimePrints.print({ id: 'case-7.1', pdf: new Uint8Array([0x25]), pages: 2 })
  const call = await vi.waitFor(() => {
    const asked = hosts[0]?.sent.find((message) => (message as { type: string }).type === 'call')
    expect(asked).toMatchObject({
      device: 'document-printer',
      operation: 'print',
      argument: { oneTime: true, pages: 2 },
    })
    return asked as { callId: number }
  })
  const impressions = { atLeast: 0, atMost: 2 }
  const state = { state: 'ready', warnings: [] }
  const result = { ok: false, fault: 'timed-out', paper: 'unknown', impressions, state }
  hosts[0]?.says({ type: 'result', callId: call.callId, result })
  expect(await printing).toMatchObject({ ok: false, record: { state: 'spoiled', impressions } })

  const page = createRouterClient(terminal.bridge)
  const opened = await page.maintenance.unlock({ pin: PIN })
  if (opened.outcome !== 'open') throw new Error(opened.outcome)
  const spoiled = async () => {
    const answer = await page.maintenance.health({ token: opened.token })
    return answer.ok ? answer.health.oneTimePrints.spoiled : undefined
  }
  expect(await spoiled()).toBe(1)
  const settled = { event: 'settled-late', jobId: 'case-7.1', paper: 'all', impressions: { atLeast: 2, atMost: 2 } }
  hosts[0]?.says({ type: 'event', device: 'document-printer', url: 'ipp://127.0.0.1/ipp/print', event: settled })
  expect(await spoiled()).toBe(0)
}, 30_000)

test('on battery nothing is taken in; a line board that is taken out of the settings does not keep the terminal shut', async () => {
  const terminal = await started()
  const intake = await createRouterClient(terminal.bridge).queue.watchIntake()
  expect((await intake.next()).value).toEqual({ intake: 'open' })
  const event = { event: 'power', mains: 'lost', batteryPercent: null }
  hosts[0]?.says({ type: 'event', device: 'line-board', url: 'tcp://127.0.0.1:2', event })
  expect((await intake.next()).value).toEqual({ intake: 'no-power' })
  terminal.useDevices({})
  expect((await intake.next()).value).toEqual({ intake: 'open' })
  await intake.return?.()
})

test('five wrong PINs are remembered over a restart', async () => {
  const first = await started()
  const page = createRouterClient(first.bridge)
  for (let n = 0; n < 5; n++) await page.maintenance.unlock({ pin: '000000' })
  await first.stop()
  const again = createRouterClient((await started()).bridge)
  expect(await again.maintenance.unlock({ pin: PIN })).toMatchObject({ outcome: 'locked-out' })
}, 30_000)
