import { expect, test } from 'vitest'
import type { ByteLink } from '../transport/byte-link.ts'
import { createConversation } from './conversation.ts'
import { stateOf } from './status.ts'

/** A printer that answers the questions DLE EOT 1..4, one after the other, with these bytes. */
function answering(answers: readonly number[]) {
  let deliver: (bytes: Uint8Array) => void = () => undefined
  let asked = 0
  const link: ByteLink = {
    url: 'tcp://127.0.0.1:1',
    async write() {
      const answer = answers[asked++]
      if (answer !== undefined) queueMicrotask(() => deliver(Uint8Array.of(answer)))
    },
    onData(listener) {
      deliver = listener
    },
    onClose: () => undefined,
    close: async () => undefined,
  }
  const ignore = () => undefined
  const clock = { nowMs: () => 0, after: () => ignore }
  const conversation = createConversation(link, clock, { onAutoStatus: ignore, onLost: ignore })
  return { conversation, asked: () => asked }
}

const WELL = [0x12, 0x12, 0x12, 0x12]
/** Off line for an error whose cause is not shown: the head was hot at the second question, and cool at the third. */
const GONE_BETWEEN = [0x1a, 0x52, 0x12, 0x12]

test('an error that went between two questions is asked about once more, and is none', async () => {
  const { conversation, asked } = answering([...GONE_BETWEEN, ...WELL])
  const reading = await conversation.readStatus(100)
  expect(reading.ok && stateOf(reading.status)).toEqual({ state: 'ready', paperNearEnd: false })
  expect(asked()).toBe(8)
})

test('an error that stays without a cause is believed at the second time', async () => {
  const { conversation, asked } = answering([...GONE_BETWEEN, ...GONE_BETWEEN, ...WELL])
  const reading = await conversation.readStatus(100)
  expect(reading.ok && stateOf(reading.status)).toEqual({ state: 'error', cause: 'recoverable' })
  expect(asked()).toBe(8)
})

test('an error with its cause needs no second look', async () => {
  const { conversation, asked } = answering([0x1a, 0x52, 0x52, 0x12, ...WELL])
  const reading = await conversation.readStatus(100)
  expect(reading.ok && stateOf(reading.status)).toEqual({ state: 'head-hot' })
  expect(asked()).toBe(4)
})
