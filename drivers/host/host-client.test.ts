import { beforeEach, expect, test } from 'vitest'
import type { ReceiptDocument } from '../receipt-printer/document.ts'
import type { HostedClass } from './classes.ts'
import { createDeviceHost, type DeviceEvent, type DeviceHost, type HostProcess } from './host-client.ts'
import { type Bank, type DevicePlan, type ToHost, ToHostSchema } from './messages.ts'

const READER_URL = 'tcp://127.0.0.1:1'
const PRINTER_URL = 'tcp://127.0.0.1:2'
const PLAN: DevicePlan = { 'id-card-reader': [READER_URL], 'receipt-printer': [PRINTER_URL] }
const PAPER: ReceiptDocument = { blocks: [{ type: 'text', text: '回执' }] }
const PRINTED = { ok: true as const, settledAtMs: 5 }

class FakeChild implements HostProcess {
  readonly sent: ToHost[] = []
  killed = false
  #message: (message: unknown) => void = () => undefined
  #exit: (code: number | null) => void = () => undefined
  send(message: ToHost): void {
    this.sent.push(ToHostSchema.parse(message))
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener
  }
  onExit(listener: (code: number | null) => void): void {
    this.#exit = listener
  }
  kill(): void {
    this.killed = true
    this.#exit(null)
  }
  says(message: unknown): void {
    this.#message(message)
  }
  exits(code: number | null = 1): void {
    this.#exit(code)
  }
}

let children: FakeChild[]
let timers: { readonly atMs: number; readonly run: () => void }[]
let nowMs: number
let banks: { readonly device: HostedClass; readonly bank: Bank }[]
let events: DeviceEvent[]
let logged: { event: string; detail: unknown }[]
let host: DeviceHost

function make(devices: DevicePlan = PLAN): DeviceHost {
  return createDeviceHost({
    devices,
    spawn() {
      const child = new FakeChild()
      children.push(child)
      return child
    },
    clock: {
      nowMs: () => nowMs,
      after(delayMs, run) {
        const timer = { atMs: nowMs + delayMs, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((each) => each !== timer)
        }
      },
    },
    onBank: (device, bank) => void banks.push({ device, bank }),
    onEvent: (event) => void events.push(event),
    log: (_level, event, detail) => void logged.push({ event, detail }),
  })
}
const print = (jobId: string) => host.call('receipt-printer', 'print', { jobId, document: PAPER })
const calls = () => current().sent.flatMap((message) => (message.type === 'call' ? [message] : []))
const lostBank = (device: HostedClass, url: string, state: unknown) => ({
  device,
  bank: {
    members: [{ url, state, condition: { condition: 'not-reachable', severity: 'alarm', mend: 'staff' } }],
    chosen: 0,
  },
})
const LOST = [
  lostBank('id-card-reader', READER_URL, { state: 'unplugged', fault: 'lost' }),
  lostBank('receipt-printer', PRINTER_URL, { state: 'unplugged', cause: 'lost' }),
]
function pass(ms: number): void {
  nowMs += ms
  const due = timers.filter((timer) => timer.atMs <= nowMs)
  timers = timers.filter((timer) => timer.atMs > nowMs)
  for (const timer of due) timer.run()
}
function current(): FakeChild {
  const child = children.at(-1)
  if (child === undefined) throw new Error('no host was started')
  return child
}

beforeEach(() => {
  children = []
  timers = []
  nowMs = 0
  banks = []
  events = []
  logged = []
  host = make()
  host.start()
})

test('a started host gets the plan, and its words are handed on', () => {
  expect(current().sent).toEqual([{ type: 'plan', devices: PLAN }])
  const state = { state: 'paper-out' }
  const condition = { condition: 'media-empty', severity: 'alarm', mend: 'staff' }
  const bank = { members: [{ url: PRINTER_URL, state, condition }], chosen: 0 }
  current().says({ type: 'bank', device: 'receipt-printer', bank })
  current().says({
    type: 'event',
    device: 'id-card-reader',
    url: READER_URL,
    event: { event: 'card-fault', fault: 'lifted-early' },
  })
  expect(banks).toEqual([{ device: 'receipt-printer', bank }])
  expect(events).toEqual([
    { device: 'id-card-reader', url: READER_URL, event: { event: 'card-fault', fault: 'lifted-early' } },
  ])
})

test('a change of addresses goes to the running host, and to every host after it', () => {
  const next: DevicePlan = { 'receipt-printer': ['tcp://127.0.0.1:3', PRINTER_URL] }
  host.plan(next)
  expect(current().sent.at(-1)).toEqual({ type: 'plan', devices: next })
  current().exits()
  pass(200)
  expect(current().sent).toEqual([{ type: 'plan', devices: next }])
  expect(banks.map(({ device }) => device)).toEqual(['receipt-printer'])
})

test('a call that is given up is cancelled at the host, once, and still answered', async () => {
  const giveUp = new AbortController()
  const pending = host.call('receipt-printer', 'print', { jobId: 'a', document: PAPER }, { signal: giveUp.signal })
  giveUp.abort()
  const [call] = calls()
  expect(current().sent.at(-1)).toEqual({ type: 'cancel', callId: call?.callId })
  current().says({ type: 'result', callId: call?.callId, result: PRINTED })
  expect(await pending).toEqual(PRINTED)
})

test('a print is answered by its own result, whatever the order', async () => {
  const first = print('a')
  const second = print('b')
  const ids = calls().map(({ callId }) => callId)
  current().says({ type: 'result', callId: ids[1], result: PRINTED })
  current().says({
    type: 'result',
    callId: ids[0],
    result: { ok: false, fault: 'paper-out', paper: 'nothing', state: { state: 'paper-out' } },
  })
  expect(await second).toEqual(PRINTED)
  expect(await first).toMatchObject({ ok: false, fault: 'paper-out' })
})

test('a host that dies settles what was pending as unknown, says both devices are gone, and comes back', async () => {
  const pending = [print('a'), print('b')]
  current().exits(139)
  for (const each of pending) expect(await each).toMatchObject({ ok: false, fault: 'stopped', paper: 'unknown' })
  expect(banks).toEqual(LOST)
  expect(await print('c')).toMatchObject({ ok: false, paper: 'nothing' })
  expect(children).toHaveLength(1)
  pass(200)
  expect(children).toHaveLength(2)
  expect(current().sent).toEqual([{ type: 'plan', devices: PLAN }])
  expect(host.restarts()).toBe(1)
})

test('a device that is not in the settings is not said to be unplugged', () => {
  host = make({ 'id-card-reader': [READER_URL] })
  host.start()
  current().exits()
  expect(banks.map(({ device }) => device)).toEqual(['id-card-reader'])
})

test('a host that dies again and again is started ever later, up to 10 s; one that stayed up is believed again', () => {
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    current().exits()
    const [timer] = timers
    waits.push((timer?.atMs ?? 0) - nowMs)
    pass(10_000)
  }
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  pass(30_001)
  current().exits()
  expect((timers[0]?.atMs ?? 0) - nowMs).toBe(200)
})

test('stop while a restart is due: no further host', async () => {
  current().exits()
  await host.stop()
  pass(60_000)
  expect(children).toHaveLength(1)
  expect(timers).toEqual([])
})

test('stop asks the host, and is done when it went; a second stop waits for the same', async () => {
  const pending = print('a')
  let stops = 0
  const both = [host.stop().then(() => stops++), host.stop().then(() => stops++)]
  expect(current().sent.filter((message) => message.type === 'stop')).toHaveLength(1)
  expect(await print('b')).toMatchObject({ ok: false, paper: 'nothing' })
  expect(stops).toBe(0)
  current().exits(0)
  await Promise.all(both)
  expect(await pending).toMatchObject({ ok: false, paper: 'unknown' })
  expect(current().killed).toBe(false)
  expect(timers).toEqual([])
  expect([children.length, banks.length]).toEqual([1, 0])
})

test('a host that does not go is killed', async () => {
  const stopped = host.stop()
  pass(2000)
  expect(current().killed).toBe(true)
  await stopped
})

test.each([
  null,
  undefined,
  'text',
  { type: 'result' },
  { type: 'nonsense' },
  { type: 'event', device: 'id-card-reader', url: '', event: { event: 'card', card: { name: '周明远' } } },
  {
    type: 'bank',
    device: 'receipt-printer',
    bank: {
      members: [
        { url: '', state: { state: '周明远' }, condition: { condition: 'ready', severity: 'normal', mend: 'nobody' } },
      ],
      chosen: 0,
    },
  },
  { type: 'result', callId: 99, result: PRINTED },
])('a message of another shape is logged without its content and changes nothing: %j', (message) => {
  current().says(message)
  expect([banks.length, events.length]).toEqual([0, 0])
  expect(JSON.stringify(logged)).not.toContain('周明远')
})

test('a result that nobody understands ends the print as unknown instead of never', async () => {
  const pending = print('a')
  const [message] = calls()
  if (message === undefined) throw new Error('no print was asked for')
  current().says({ type: 'result', callId: message.callId, result: { ok: 'perhaps' } })
  expect(await pending).toMatchObject({ ok: false, paper: 'unknown' })
})

test('a word of a host that is gone does not count for its successor’s prints', async () => {
  const old = current()
  old.exits()
  pass(200)
  const pending = print('a')
  old.exits()
  let settled = false
  void pending.then(() => {
    settled = true
  })
  await Promise.resolve()
  expect(settled).toBe(false)
  expect(children).toHaveLength(2)
})
