import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SAMPLE_PERSONS } from '../drivers/id-card-reader/sample-persons.ts'
import { type CardReaderSimulator, createCardReaderSimulator } from '../drivers/id-card-reader/simulator.ts'
import { type LineBoardSimulator, openLineBoardSimulator } from '../drivers/line-board/simulator.ts'
import type { Lamp } from '../drivers/line-board/states.ts'
import { main as journalCli } from '../sync/journal/cli.ts'
import { accepted } from '../sync/journal/sample-frames.ts'
import { forkDeviceHost } from './device-host-process.ts'
import { hashPin } from './staff-pin.ts'
import { openStorage } from './storage.ts'
import { startTerminal, type Terminal } from './terminal.ts'
import { logBook } from './testing/fixtures.ts'

/** Main's own pieces, the real device host as a child process, and simulators at the far end of real sockets. */
const HOST = join(import.meta.dirname, '..', 'drivers', 'host', 'main.ts')
const PIN = '271828'
const PATIENCE = { timeout: 20_000 }
const DRAFT = {
  draftId: '7d9f2f6e-4f0c-4f5e-9a58-0c1c0a9d1e11',
  kind: 'application' as const,
  item: { id: 'S07', version: 1 },
  answers: {},
}

let dataDir: string
let board: LineBoardSimulator
let reader: CardReaderSimulator
let book: ReturnType<typeof logBook>
let terminal: Terminal

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bianmin-power-'))
  book = logBook()
  board = await openLineBoardSimulator()
  reader = createCardReaderSimulator({ baud: 0 })
  const stored = await openStorage(dataDir, book.log, { reserveBytes: 4096 })
  if (!stored.ok) throw new Error(stored.detail)
  for (const n of [1, 2, 3]) await stored.storage.journal.append(accepted(n))
  await stored.storage.close()
  const started = await startTerminal({
    ...{ dataDir, version: '0.0.0', log: book.log, reserveBytes: 4096 },
    spawnHost: () => forkDeviceHost(HOST),
    settings: {
      place: { zh: '云洲市南桥区' },
      hall: { zh: '政务服务中心 3号机' },
      staff: { where: { zh: '服务台' }, telephone: null },
      panel: { pxPerMm: 4 },
      devices: { 'line-board': board.url, 'id-card-reader': await reader.listen() },
      power: { graceSeconds: 3600, endAtBatteryPercent: 15 },
      beepAtCard: true,
      maintenance: { pinScrypt: await hashPin(PIN) },
    },
    // Nobody listens there.
    provisioning: {
      ...{ hubUrl: 'http://127.0.0.1:1', terminalId: 'YZ-NQ-03' },
      ...{ rootKeySha256: 'a'.repeat(64), enrolmentCode: 'x'.repeat(24) },
    },
  })
  if (!started.ok) throw new Error(started.detail)
  terminal = started.terminal
}, 30_000)
afterEach(async () => {
  await terminal.stop()
  await board.close()
  await reader.close()
  await rm(dataDir, { recursive: true, force: true })
}, 30_000)

const lit = () => Object.entries(board.view().lamps).flatMap(([lamp, mode]) => (mode === 'off' ? [] : [lamp as Lamp]))
const untilLit = (...lamps: Lamp[]) => vi.waitFor(() => expect(lit()).toEqual(lamps), PATIENCE)

test('mains lost: intake stops and opens again; a low battery: the journal is closed whole and verifies', async () => {
  const page = createRouterClient(terminal.bridge)
  const intake = await page.queue.watchIntake()
  expect((await intake.next()).value).toEqual({ intake: 'open' })
  await vi.waitFor(() => expect(board.counters().received.ASK).toBeGreaterThan(0), PATIENCE)

  board.loseMains()
  expect((await intake.next()).value).toEqual({ intake: 'no-power' })
  expect(await terminal.intake.submit(DRAFT)).toEqual({ ok: false, fault: 'no-power', fields: [] })
  board.restoreMains()
  expect((await intake.next()).value).toEqual({ intake: 'open' })
  // Open again: refused now for what this test has not got, and for nothing else.
  expect(await terminal.intake.submit(DRAFT)).toMatchObject({ ok: false, fault: 'no-card' })

  board.loseMains()
  expect((await intake.next()).value).toEqual({ intake: 'no-power' })
  board.setBattery(15)
  await terminal.powerEnded
  await intake.return?.()
  await terminal.stop()
  expect(book.of('power-ended')).toEqual([{ why: 'battery-low' }])

  const said: string[] = []
  const exitCode = await journalCli(['verify', '--dir', join(dataDir, 'journal'), '--json'], (line) => said.push(line))
  expect(exitCode).toBe(0)
  expect(JSON.parse(said.join(''))).toMatchObject({ ok: true, submissions: 3, waiting: 3, tornBytes: 0, damage: [] })
  // Closed, not left: the lock is free.
  const again = await openStorage(dataDir, book.log, { reserveBytes: 4096 })
  expect(again.ok).toBe(true)
  if (again.ok) await again.storage.close()
}, 60_000)

test('the lamp is at the reader while a page waits for a card, and out with the card; the door is in the maintainer’s health', async () => {
  const gone = terminal.pageConnected()
  const page = createRouterClient(terminal.bridge)
  await page.session.open({ pageId: '0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01' })
  await untilLit('reader')
  const [person] = SAMPLE_PERSONS
  if (person === undefined) throw new Error('no sample person')
  reader.putCard(person)
  await untilLit()
  await vi.waitFor(() => expect(board.view().beeps).toHaveLength(1), PATIENCE)
  reader.takeCard()
  await page.session.end({ why: 'done' })
  await untilLit('reader')
  board.loseMains()
  await untilLit()
  board.restoreMains()
  await untilLit('reader')
  board.setDoor('open')
  await vi.waitFor(() => expect(book.of('service-door')).toEqual([{ open: true }]), PATIENCE)
  const opened = await page.maintenance.unlock({ pin: PIN })
  if (opened.outcome !== 'open') throw new Error(opened.outcome)
  expect(await page.maintenance.health({ token: opened.token })).toMatchObject({
    health: { lineBoard: { mains: 'on', door: 'open' }, oneTimePrints: { spoiled: 0, isDamaged: false } },
  })
  gone()
  await untilLit()
}, 60_000)
