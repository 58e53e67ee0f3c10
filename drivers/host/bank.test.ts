import { expect, test } from 'vitest'
import type { ReceiptPrinterState } from '../receipt-printer/states.ts'
import { createBank } from './bank.ts'
import type { Bank } from './messages.ts'
import type { Running } from './registry.ts'

const READY: ReceiptPrinterState = { state: 'ready', paperNearEnd: false }

function world() {
  const begun: string[] = []
  const ended: string[] = []
  const banks: Bank[] = []
  const say = new Map<string, (state: ReceiptPrinterState) => void>()
  const running = new Map<string, Running>()
  const bank = createBank({
    device: 'receipt-printer',
    tools: {
      openLink: async () => ({ ok: false, fault: 'refused', detail: '' }),
      clock: { nowMs: () => 0, after: () => () => undefined },
      clockEpochMs: 0,
      log: () => undefined,
    },
    make({ url, onState }) {
      let state: ReceiptPrinterState = { state: 'unplugged', cause: 'not-found' }
      say.set(url, (next) => {
        state = next
        onState(next)
      })
      const made: Running = {
        start: () => void begun.push(url),
        stop: async () => void ended.push(url),
        state: () => state,
        operations: {},
      }
      running.set(url, made)
      return made
    },
    onBank: (view) => banks.push(view),
    onEvent: () => undefined,
  })
  return { bank, begun, ended, banks, say, running, last: () => banks.at(-1) }
}

test('the first that is fit is used; when it fails the next takes over, and gives back', async () => {
  const { bank, say, running, last } = world()
  await bank.plan(['one', 'two'])
  expect(last()?.chosen).toBe(0)
  say.get('two')?.(READY)
  expect(bank.chosen()).toBe(running.get('two'))
  say.get('one')?.(READY)
  expect(bank.chosen()).toBe(running.get('one'))
  say.get('one')?.({ state: 'paper-out' })
  expect(bank.chosen()).toBe(running.get('two'))
  expect(last()).toMatchObject({ chosen: 1, members: [{ condition: { condition: 'media-empty' } }, {}] })
  say.get('two')?.({ state: 'cover-open' })
  expect(last()?.chosen).toBe(0)
})

test('nothing is told twice', async () => {
  const { bank, say, banks } = world()
  await bank.plan(['one'])
  say.get('one')?.(READY)
  say.get('one')?.(READY)
  expect(banks).toHaveLength(2)
})

test('an old device has let go before its successor begins; one named twice runs once', async () => {
  const { bank, begun, ended } = world()
  await bank.plan(['one', 'one', 'two'])
  expect(begun).toEqual(['one', 'two'])
  await bank.plan(['three', 'two'])
  expect(ended).toEqual(['one'])
  expect(begun).toEqual(['one', 'two', 'three'])
  await bank.stop()
  expect(ended).toEqual(['one', 'three', 'two'])
})
