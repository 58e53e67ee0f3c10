import { describe, expect, it } from 'vitest'
import type { ByteLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { createLinkCore } from '../transport/link-core.ts'
import { createExchange } from './exchange.ts'
import { buildAnswer, buildRequest } from './protocol.ts'

/** A link and a clock that a test moves by hand. */
function byHand() {
  let now = 0
  let timers: { atMs: number; run: () => void }[] = []
  const clock: Clock = {
    nowMs: () => now,
    after(delayMs, run) {
      const timer = { atMs: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const core = createLinkCore()
  const written: { atMs: number; hex: string }[] = []
  const link: ByteLink = {
    url: 'test:',
    write: async (bytes) => void written.push({ atMs: now, hex: Buffer.from(bytes).toString('hex') }),
    onData: core.onData,
    onClose: core.onClose,
    close: async () => core.end({ fault: 'closed', detail: 'test' }),
  }
  /** Runs every timer that falls due on the way, and lets promises settle after each. */
  async function moveTo(atMs: number): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
      timers.sort((a, b) => a.atMs - b.atMs)
      const timer = timers[0]
      if (timer === undefined || timer.atMs > atMs) break
      timers.shift()
      now = timer.atMs
      timer.run()
    }
    now = atMs
  }
  const exchange = createExchange({ link, clock, interByteMs: 100, log: () => undefined })
  return { exchange, moveTo, written, deliver: core.deliver, end: core.end }
}

const FIND_HEX = Buffer.from(buildRequest('findCard')).toString('hex')
const STATUS_HEX = Buffer.from(buildRequest('samStatus')).toString('hex')
const NO_CARD = buildAnswer(0x80)
const FOUND = buildAnswer(0x9f, new Uint8Array(4))

describe('one request at a time', () => {
  it('is written only when the fresh line was still for 25 ms, and the time of writing is told', async () => {
    const hand = byHand()
    const find = hand.exchange.request('findCard', 500)
    await hand.moveTo(10)
    hand.deliver(NO_CARD)
    await hand.moveTo(34)
    expect(hand.written).toEqual([])
    await hand.moveTo(40)
    expect(hand.written).toEqual([{ atMs: 35, hex: FIND_HEX }])
    hand.deliver(FOUND)
    expect(await find).toMatchObject({ ok: true, answer: { sw3: 0x9f }, startedAtMs: 35, resends: 0 })
  })

  it('after silence, a late answer holds the next request back and is not taken for its answer', async () => {
    const hand = byHand()
    const find = hand.exchange.request('findCard', 500)
    const status = hand.exchange.request('samStatus', 500)
    // Written at 25, given up at 525; the status waits another 25 ms.
    await hand.moveTo(540)
    expect(await find).toEqual({ ok: false, fault: 'no-answer' })
    // Now the answer comes, in two pieces: the line must be still after each.
    hand.deliver(NO_CARD.subarray(0, 6))
    await hand.moveTo(560)
    hand.deliver(NO_CARD.subarray(6))
    await hand.moveTo(584)
    expect(hand.written).toEqual([{ atMs: 25, hex: FIND_HEX }])
    await hand.moveTo(590)
    expect(hand.written[1]).toEqual({ atMs: 585, hex: STATUS_HEX })
    hand.deliver(buildAnswer(0x90))
    expect(await status).toMatchObject({ ok: true, answer: { sw3: 0x90 } })
  })

  it('a frame that has begun may take its time, but not stand still', async () => {
    const hand = byHand()
    const find = hand.exchange.request('findCard', 500)
    await hand.moveTo(30)
    for (let at = 0; at < FOUND.length; at += 1) {
      // Slower than the answer time-out in sum, quicker than the inter-byte time-out each.
      await hand.moveTo(30 + 90 * (at + 1))
      hand.deliver(FOUND.subarray(at, at + 1))
    }
    expect(await find).toMatchObject({ ok: true, resends: 0 })

    const second = hand.exchange.request('findCard', 500)
    await hand.moveTo(1_400)
    hand.deliver(FOUND.subarray(0, 10))
    await hand.moveTo(1_520)
    expect(hand.written).toHaveLength(2)
    await hand.moveTo(1_530)
    expect(hand.written).toHaveLength(3)
    hand.deliver(FOUND)
    expect(await second).toMatchObject({ ok: true, resends: 1 })
  })

  it('ends at once when the link does', async () => {
    const hand = byHand()
    const find = hand.exchange.request('findCard', 500)
    await hand.moveTo(30)
    hand.end({ fault: 'lost', detail: 'pulled' })
    expect(await find).toEqual({ ok: false, fault: 'link-lost' })
    expect(await hand.exchange.request('samStatus', 500)).toEqual({ ok: false, fault: 'link-lost' })
  })

  it('gives up a line on which frames begin for ever', async () => {
    const hand = byHand()
    const find = hand.exchange.request('findCard', 500)
    let outcome: unknown
    void find.then((result) => {
      outcome = result
    })
    // A beginning every 50 ms, never still for 100; four sendings of at most 5.5 s and the waits between them.
    for (let atMs = 30; outcome === undefined && atMs < 60_000; atMs += 50) {
      await hand.moveTo(atMs)
      hand.deliver(Buffer.from('AAAAAA9669090A', 'hex'))
    }
    expect(outcome).toEqual({ ok: false, fault: 'link-bad' })
    expect(hand.written.length).toBe(4)
  })
})
