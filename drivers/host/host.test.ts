import { beforeEach, expect, test, vi } from 'vitest'
import type { OpenLink } from '../transport/byte-link.ts'
import { runHost } from './host.ts'
import { type FromHost, FromHostSchema } from './messages.ts'

let said: FromHost[]
let tell: (message: unknown) => void
let exits: number
const refused: OpenLink = async () => ({ ok: false, fault: 'refused', detail: 'nobody listens' })

beforeEach(() => {
  said = []
  exits = 0
  runHost({
    parent: {
      send: (message) => void said.push(FromHostSchema.parse(structuredClone(message))),
      onMessage: (listener) => {
        tell = listener
      },
    },
    openLink: refused,
    clock: { nowMs: () => 0, after: () => () => undefined },
    clockEpochMs: 0,
    pid: 42,
    exit: () => exits++,
  })
})
const results = () => said.filter((message) => message.type === 'result')
const PAPER = { blocks: [{ type: 'text', text: '回执' }] }

const print = (callId: number, document: unknown = PAPER) =>
  tell({ type: 'call', callId, device: 'receipt-printer', operation: 'print', argument: { jobId: 'j', document } })
const lastBank = (device: string) =>
  said.flatMap((message) => (message.type === 'bank' && message.device === device ? [message.bank] : [])).at(-1)

test('the drivers of the plan run and report; what they say fits the schema', async () => {
  tell({
    type: 'plan',
    devices: { 'id-card-reader': ['tcp://127.0.0.1:1'], 'receipt-printer': ['tcp://127.0.0.1:2'] },
  })
  await vi.waitFor(() => {
    expect(said).toContainEqual({ type: 'ready', pid: 42 })
    for (const device of ['id-card-reader', 'receipt-printer']) {
      expect(lastBank(device)?.members[0]?.condition).toMatchObject({ condition: 'not-reachable' })
    }
  })
})

test('another plan ends what it does not name and starts what is new; what both name goes on', async () => {
  tell({ type: 'plan', devices: { 'receipt-printer': ['tcp://127.0.0.1:2', 'tcp://127.0.0.1:3'] } })
  await vi.waitFor(() => expect(lastBank('receipt-printer')?.members).toHaveLength(2))
  tell({ type: 'plan', devices: { 'receipt-printer': ['tcp://127.0.0.1:3'], 'id-card-reader': ['tcp://127.0.0.1:1'] } })
  await vi.waitFor(() => {
    expect(lastBank('receipt-printer')?.members.map(({ url }) => url)).toEqual(['tcp://127.0.0.1:3'])
    expect(lastBank('id-card-reader')?.members).toHaveLength(1)
  })
  tell({ type: 'plan', devices: {} })
  await vi.waitFor(() => expect(lastBank('receipt-printer')?.members).toEqual([]))
  expect(said.filter((message) => message.type === 'ready')).toHaveLength(1)
})

test('without a printer in the plan a print says so', async () => {
  tell({ type: 'plan', devices: {} })
  print(1)
  await vi.waitFor(() => expect(results()).toHaveLength(1))
  expect(results()[0]).toMatchObject({ callId: 1, result: { ok: false, fault: 'unplugged', paper: 'nothing' } })
})

test.each([{ blocks: [] }, { blocks: [{ type: 'text', text: '\u001b@' }] }, 'paper', null])(
  'a bad document (%j) is the print’s fault, and the host lives on',
  async (document) => {
    tell({ type: 'plan', devices: { 'receipt-printer': ['tcp://127.0.0.1:2'] } })
    print(1, document)
    await vi.waitFor(() => expect(results()).toHaveLength(1))
    expect(results()[0]).toMatchObject({ callId: 1, result: { ok: false, fault: 'bad-document', paper: 'nothing' } })
  },
)

test.each([null, 'plan', { type: 'nonsense' }, { type: 'plan' }, { type: 'plan', devices: { scanner: ['x'] } }])(
  'a message of another shape (%j) is a bug and throws',
  (message) => {
    expect(() => tell(message)).toThrow()
  },
)

test('stop ends the drivers, then the process', async () => {
  tell({ type: 'plan', devices: { 'receipt-printer': ['tcp://127.0.0.1:2'] } })
  tell({ type: 'stop' })
  await vi.waitFor(() => expect(exits).toBe(1))
})
