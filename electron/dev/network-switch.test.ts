import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type NetworkSwitch, openNetworkSwitch } from './network-switch.ts'

let hub: Server
let atHub: Set<Socket>
let cable: NetworkSwitch
beforeEach(async () => {
  atHub = new Set()
  hub = createServer((socket) => {
    atHub.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => atHub.delete(socket))
    socket.pipe(socket)
  })
  hub.listen(0, '127.0.0.1')
  await once(hub, 'listening')
  cable = await openNetworkSwitch({ host: '127.0.0.1', port: (hub.address() as AddressInfo).port })
})
afterEach(async () => {
  await cable.close()
  for (const socket of atHub) socket.destroy()
  hub.close()
})

async function plug(): Promise<Socket> {
  const [host, port] = cable.address.split(':')
  const socket = connect(Number(port), host)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}
async function refusal(): Promise<string> {
  const [host, port] = cable.address.split(':')
  const [error] = (await once(connect(Number(port), host), 'error')) as [NodeJS.ErrnoException]
  return error.code ?? ''
}

test('what goes in comes out', async () => {
  expect(await echoed(await plug(), 'ping')).toBe('ping')
  expect(cable.isUp()).toBe(true)
})

test('cut tears down what is open, on both sides, and refuses what is new', async () => {
  const open = await plug()
  await echoed(open, 'ping')
  const closed = new Promise((resolve) => open.once('close', resolve))
  await cable.cut()
  await closed
  await vi.waitFor(() => expect(atHub.size).toBe(0))
  expect(cable.isUp()).toBe(false)
  expect(await refusal()).toBe('ECONNREFUSED')
  await cable.cut()
})

test('restored, it listens at the same address again, as often as you like', async () => {
  const { address } = cable
  for (let i = 0; i < 5; i++) {
    const socket = await plug()
    expect(await echoed(socket, `round ${i}`)).toBe(`round ${i}`)
    await cable.cut()
    await cable.restore()
    await cable.restore()
    expect(cable.address).toBe(address)
  }
  expect(await echoed(await plug(), 'again')).toBe('again')
})

test('flipped without waiting it ends up as last told', async () => {
  await Promise.all([cable.cut(), cable.restore(), cable.cut(), cable.restore()])
  expect(cable.isUp()).toBe(true)
  expect(await echoed(await plug(), 'here')).toBe('here')
  await Promise.all([cable.restore(), cable.cut()])
  expect(cable.isUp()).toBe(false)
  expect(await refusal()).toBe('ECONNREFUSED')
})

test('a hub that is away closes the terminal’s side, and the cable lives on', async () => {
  hub.close()
  for (const socket of atHub) socket.destroy()
  const socket = await plug()
  await once(socket, 'close')
  expect(cable.isUp()).toBe(true)
})
