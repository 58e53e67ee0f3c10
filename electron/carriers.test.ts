import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { implement } from '@orpc/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Devices, devices } from './bridge/devices.contract.ts'
import { type Carriers, createCarriers, type MainPort } from './carriers.ts'
import { createCell, follow } from './cell.ts'
import type { Terminal } from './terminal.ts'
import { logBook } from './testing/fixtures.ts'

type Client = ContractRouterClient<{ devices: typeof devices }>

/** What a page that is broken, or no page of ours, might send. */
const GARBAGE: readonly (string | Uint8Array)[] = [
  '',
  'not json 周明远',
  '{}',
  '[]',
  'null',
  '42',
  '{"i":"g"}',
  '{"i":"g","t":1,"p":null}',
  '{"i":"g","p":{"u":null}}',
  '{"i":"g","p":{"u":"http://["}}',
  '{"i":"g","p":{"u":"/","h":5,"m":7,"b":{}}}',
  '{"i":"g","t":3}',
  '{"i":"g","t":3,"p":{"e":"message"}}',
  '{"i":"g","t":4}',
  '{"i":"g","t":99,"p":{}}',
  '{"i":{},"p":{"u":"/devices/watchDevices","h":{"content-type":"multipart/form-data; boundary=x"},"b":"x"}}',
  '{"__proto__":{"polluted":true},"i":"g","p":{"u":"/__proto__/constructor"}}',
  Uint8Array.from([0xff, 0xff, 0xff, 0x00]),
  new Uint8Array(10_000).fill(0x5b),
]

let state: ReturnType<typeof createCell<Devices>>
let book: ReturnType<typeof logBook>
let carriers: Carriers
let uncaught: unknown[]
let consoleSaid: string
/** Of this test alone: the last test's sockets may still be closing. */
let world: { count: { pages: number; followers: number; workersGone: number } }
let close: (() => Promise<void>)[]
let failure: Error | undefined
function fail(error: Error): void {
  failure = error
  state.set({ ...state.get() })
}
const note = (error: unknown) => void uncaught.push(error)

beforeEach(() => {
  state = createCell<Devices>({ idCardReader: { state: 'connecting' }, receiptPrinter: null, conditions: {} })
  const count = { pages: 0, followers: 0, workersGone: 0 }
  world = { count }
  book = logBook()
  close = []
  uncaught = []
  failure = undefined
  consoleSaid = ''
  vi.spyOn(console, 'error').mockImplementation((...said) => {
    consoleSaid += said.map(String).join(' ')
  })
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  const os = implement({ devices })
  const router = os.router({
    devices: {
      watchDevices: os.devices.watchDevices.handler(async function* ({ signal }) {
        count.followers++
        try {
          const cell = state
          for await (const value of follow(cell, signal)) {
            if (failure !== undefined) throw failure
            yield value
          }
        } finally {
          count.followers--
        }
      }),
    },
  })
  const terminal = {
    bridge: router,
    openWorker: () => ({ router, closed: () => void count.workersGone++ }),
    pageConnected() {
      const { count } = world
      count.pages++
      return () => void count.pages--
    },
  } as unknown as Terminal
  carriers = createCarriers(terminal, book.log)
})
afterEach(async () => {
  for (const each of close.reverse()) await each()
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  vi.restoreAllMocks()
})

async function socketPair(who: 'bridgeSocket' | 'workerSocket' = 'bridgeSocket'): Promise<WebSocket> {
  const server: Server = createServer()
  const sockets = new WebSocketServer({ server, maxPayload: 20_000 })
  sockets.on('connection', (socket) => carriers[who](socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.on('error', () => undefined)
  close.push(async () => {
    client.terminate()
    for (const each of sockets.clients) each.terminate()
    server.close()
    await once(server, 'close')
  })
  await once(client, 'open')
  return client
}

/** A port as Electron's main has it: messages come as an event with `data`. */
function portPair(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  const main = {
    on(event: string, listener: (value?: { data: unknown }) => void) {
      if (event === 'message') port1.on('message', (data: unknown) => listener({ data }))
      else port1.on(event as 'close', () => listener())
    },
    postMessage: (data: unknown) => port1.postMessage(data),
    start: () => port1.start(),
  }
  carriers.bridgePort(main as unknown as MainPort)
  close.push(async () => port2.close())
  return port2
}

const overSocket = (socket: WebSocket): Client =>
  createORPCClient(new SocketLink({ websocket: socket as unknown as globalThis.WebSocket }))
const overPort = (port: MessagePort): Client => createORPCClient(new PortLink({ port: port as never }))

async function follows(client: Client): Promise<void> {
  const values = await client.devices.watchDevices()
  expect((await values.next()).value).toEqual(state.get())
  state.set({ idCardReader: { state: 'reading' }, receiptPrinter: null, conditions: {} })
  expect((await values.next()).value).toMatchObject({ idCardReader: { state: 'reading' } })
  await values.return?.()
}

test('a call and what it follows come over a socket and over a port; the follower ends with its reader', async () => {
  await follows(overSocket(await socketPair()))
  await follows(overPort(portPair()))
  await vi.waitFor(() => expect(world.count.followers).toBe(0))
})

test('a page is counted while its bridge is open, a worker is none, and a lost one leaves no follower', async () => {
  const first = await socketPair()
  const second = await socketPair()
  const worker = await socketPair('workerSocket')
  await vi.waitFor(() => expect(world.count.pages).toBe(2))
  for (const socket of [first, second]) {
    const values = await overSocket(socket).devices.watchDevices()
    await values.next()
  }
  expect(world.count.followers).toBe(2)
  first.terminate()
  await vi.waitFor(() => expect(world.count).toMatchObject({ pages: 1, followers: 1 }))
  second.close()
  await vi.waitFor(() => expect(world.count).toMatchObject({ pages: 0, followers: 0 }))

  expect(world.count.workersGone).toBe(0)
  worker.terminate()
  await vi.waitFor(() => expect(world.count.workersGone).toBe(1))

  const port = portPair()
  expect(world.count.pages).toBe(1)
  const values = await overPort(port).devices.watchDevices()
  await values.next()
  port.close()
  await vi.waitFor(() => expect(world.count).toMatchObject({ pages: 0, followers: 0 }))
})

test('garbage over a socket is turned away with one line of log, and the next call is answered', async () => {
  const socket = await socketPair()
  for (const message of GARBAGE) socket.send(message)
  const oversized = await socketPair()
  oversized.send('x'.repeat(30_000))
  await once(oversized, 'close')
  await follows(overSocket(socket))
  expect(uncaught).toEqual([])
  expect(book.of('bridge-refused').length).toBeGreaterThan(5)
  expect(book.text() + consoleSaid).not.toContain('周明远')
  expect(consoleSaid).toBe('')
})

test('garbage over a port is turned away with one line of log, and the next call is answered', async () => {
  const port = portPair()
  for (const message of [...GARBAGE, null, undefined, 7, [], {}, { i: '1', p: null }, new Map()])
    port.postMessage(message)
  await follows(overPort(port))
  await new Promise((resolve) => setImmediate(resolve))
  expect(uncaught).toEqual([])
  expect(book.of('bridge-refused').length).toBeGreaterThan(5)
  expect(book.text() + consoleSaid).not.toContain('周明远')
  expect(consoleSaid).toBe('')
})

test('what a stream throws on its way reaches the log and the reader, over both, and main lives', async () => {
  const broken = new Error('the disk is gone')
  for (const client of [overSocket(await socketPair()), overPort(portPair())]) {
    failure = undefined
    const values = await client.devices.watchDevices()
    await values.next()
    const next = values.next()
    fail(broken)
    await expect(next).rejects.toThrow()
  }
  expect(book.of('bridge-fault').map(({ error }) => String(error).includes('the disk is gone'))).toEqual([true, true])
  await new Promise((resolve) => setImmediate(resolve))
  expect(uncaught).toEqual([])
})
