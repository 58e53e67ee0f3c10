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
const results = () => said.filter((message) => message.type === 'print-result')
const PAPER = { blocks: [{ type: 'text', text: '回执' }] }

test('the drivers of the plan run and report; what they say fits the schema', async () => {
  tell({
    type: 'start',
    devices: { 'id-card-reader': 'tcp://127.0.0.1:1', 'receipt-printer': 'tcp://127.0.0.1:2' },
  })
  expect(said).toContainEqual({ type: 'ready', pid: 42 })
  await vi.waitFor(() => {
    const kinds = new Set(said.map((message) => message.type))
    expect(kinds.has('id-card-reader') && kinds.has('receipt-printer')).toBe(true)
  })
})

test('without a printer in the plan a print says so', async () => {
  tell({ type: 'start', devices: {} })
  tell({ type: 'print-receipt', callId: 1, jobId: 'j', document: PAPER })
  await vi.waitFor(() => expect(results()).toHaveLength(1))
  expect(results()[0]).toMatchObject({ callId: 1, result: { ok: false, fault: 'unplugged', paper: 'nothing' } })
})

test.each([{ blocks: [] }, { blocks: [{ type: 'text', text: '\u001b@' }] }, 'paper', null])(
  'a bad document (%j) is the print’s fault, and the host lives on',
  async (document) => {
    tell({ type: 'start', devices: { 'receipt-printer': 'tcp://127.0.0.1:2' } })
    tell({ type: 'print-receipt', callId: 1, jobId: 'j', document })
    await vi.waitFor(() => expect(results()).toHaveLength(1))
    expect(results()[0]).toMatchObject({ callId: 1, result: { ok: false, fault: 'bad-document', paper: 'nothing' } })
  },
)

test.each([null, 'start', { type: 'nonsense' }, { type: 'start' }, { type: 'start', devices: { scanner: 'x' } }])(
  'a message of another shape (%j) is a bug and throws',
  (message) => {
    expect(() => tell(message)).toThrow()
  },
)

test('stop ends the drivers, then the process', async () => {
  tell({ type: 'start', devices: { 'receipt-printer': 'tcp://127.0.0.1:2' } })
  tell({ type: 'stop' })
  await vi.waitFor(() => expect(exits).toBe(1))
})
