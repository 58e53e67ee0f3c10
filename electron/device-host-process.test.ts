import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createDeviceHost, type DeviceHost, type HostProcess } from '../drivers/host/host-client.ts'
import type { DevicePlan, ToHost } from '../drivers/host/messages.ts'
import { realClock } from '../drivers/transport/clock.ts'
import { forkDeviceHost } from './device-host-process.ts'

/** The real device host in a real child process. */
const MAIN = join(import.meta.dirname, '..', 'drivers', 'host', 'main.ts')

let host: DeviceHost | undefined
let silent: Server | undefined
let children: HostProcess[] = []
let pids: number[] = []
let printer: unknown[]
afterEach(async () => {
  await host?.stop()
  silent?.close()
  host = undefined
  silent = undefined
  children = []
  pids = []
  printer = []
})

function start(devices: DevicePlan, modulePath = MAIN): DeviceHost {
  host = createDeviceHost({
    devices,
    clock: realClock,
    spawn() {
      const child = forkDeviceHost(modulePath)
      children.push(child)
      return child
    },
    onBank: (_device, bank) => void printer.push(bank.members[0]?.state),
    onEvent: () => undefined,
    log(_level, event, { pid }) {
      if (event === 'device-host-ready') pids.push(pid as number)
    },
  })
  host.start()
  return host
}

test('a host whose code throws is started again as a new process, and works', async () => {
  start({})
  await vi.waitFor(() => expect(pids).toHaveLength(1), { timeout: 15_000 })
  children[0]?.send({ type: 'a planted throw' } as unknown as ToHost)
  await vi.waitFor(() => expect(pids).toHaveLength(2), { timeout: 15_000 })
  expect(pids[1]).not.toBe(pids[0])
  expect(host?.restarts()).toBe(1)
  expect(
    await host?.call('receipt-printer', 'print', { jobId: 'j', document: { blocks: [{ type: 'cut' }] } }),
  ).toMatchObject({ ok: false, fault: 'unplugged' })
})

test('a host killed in the middle of a print: the print is unknown, the next host prints on', async () => {
  // A printer that takes the connection and says nothing.
  const server = createServer((socket) => socket.on('error', () => undefined))
  silent = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const running = start({ 'receipt-printer': [`tcp://127.0.0.1:${port}`] })
  await vi.waitFor(() => expect(pids).toHaveLength(1), { timeout: 15_000 })
  const pending = running.call('receipt-printer', 'print', {
    jobId: 'j',
    document: { blocks: [{ type: 'text', text: '回执' }] },
  })
  children[0]?.kill()
  expect(await pending).toMatchObject({ ok: false, fault: 'stopped', paper: 'unknown' })
  expect(printer.at(-1)).toEqual({ state: 'unplugged', cause: 'lost' })
  await vi.waitFor(() => expect(pids).toHaveLength(2), { timeout: 15_000 })
})

test('a module that is not there is a host that died, not an exception', async () => {
  const died = vi.fn()
  const child = forkDeviceHost(join(import.meta.dirname, 'no-such-module.ts'))
  child.onExit(died)
  child.send({ type: 'stop' })
  await vi.waitFor(() => expect(died).toHaveBeenCalledTimes(1), { timeout: 15_000 })
  child.send({ type: 'stop' })
  child.kill()
})

test('a stopped host is gone', async () => {
  const running = start({})
  await vi.waitFor(() => expect(pids).toHaveLength(1), { timeout: 15_000 })
  await running.stop()
  const [pid] = pids
  expect(() => process.kill(pid as number, 0)).toThrow('ESRCH')
})
