import { describe, expect, it } from 'vitest'
import type { ByteLink, LinkFault, OpenLink } from './byte-link.ts'
import { createKeptLink } from './kept-link.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { createMemoryWire } from './testing/memory-wire.ts'

function setUp(open?: OpenLink) {
  const clock = createManualClock()
  const wire = createMemoryWire()
  const ups: number[] = []
  const downs: string[] = []
  const attempts: number[] = []
  let link: ByteLink | undefined
  const kept = createKeptLink({
    url: 'test:',
    clock,
    openLink: (url, timeoutMs) => {
      attempts.push(clock.nowMs())
      return (open ?? wire.near)(url, timeoutMs)
    },
    onUp: (up) => {
      link = up
      ups.push(clock.nowMs())
    },
    onDown: ({ fault }) => void downs.push(fault),
  })
  return { clock, wire, kept, ups, downs, attempts, link: () => link }
}

describe('a kept link', () => {
  it('is opened again after growing pauses, up to ten seconds, and soon when it had been good', async () => {
    const { clock, wire, kept, ups, downs, attempts } = setUp()
    wire.cut()
    kept.start()
    await clock.advance(60_000)
    const pauses = attempts.slice(1).map((atMs, index) => atMs - (attempts[index] ?? 0))
    expect(pauses.slice(0, 8)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    expect(new Set(downs)).toEqual(new Set(['not-found']))
    wire.mend()
    await clock.advance(20_000)
    expect(ups).toHaveLength(1)
    wire.cut()
    wire.mend()
    await clock.advance(250)
    expect(ups).toHaveLength(2)
    await kept.stop()
  })

  it('that is lost as soon as it is open is not opened in a hurry', async () => {
    const { clock, wire, kept, ups } = setUp()
    kept.start()
    for (let atMs = 0; atMs < 60_000; atMs += 50) {
      await clock.advance(50)
      wire.cut()
      wire.mend()
    }
    expect(ups.length).toBeLessThan(12)
    await kept.stop()
  })

  it('with a bad address is given up', async () => {
    const { clock, kept, downs, attempts } = setUp(async () => ({ ok: false, fault: 'bad-url', detail: '' }))
    kept.start()
    await clock.advance(60_000)
    expect([downs, attempts]).toEqual([['bad-url'], [0]])
    await kept.stop()
  })

  it('tells nothing after it was stopped, also when stopped while opening', async () => {
    const { clock, wire, kept, downs, link } = setUp()
    kept.start()
    await clock.settle()
    await kept.stop()
    await clock.advance(30_000)
    expect(downs).toEqual([])
    expect(wire.opened()).toBe(1)
    const ends: LinkFault[] = []
    link()?.onClose((reason) => void ends.push(reason))
    await clock.settle()
    expect(ends.map(({ fault }) => fault)).toEqual(['closed'])

    let letOpen: (() => void) | undefined
    const lateEnds: string[] = []
    const late = setUp(async (url, timeoutMs) => {
      await new Promise<void>((resolve) => {
        letOpen = resolve
      })
      const opened = await wire.near(url, timeoutMs)
      if (opened.ok) opened.link.onClose(({ fault }) => void lateEnds.push(fault))
      return opened
    })
    late.kept.start()
    const stopped = late.kept.stop()
    letOpen?.()
    await stopped
    expect([late.ups, late.downs, lateEnds]).toEqual([[], [], ['closed']])
  })

  it('can be opened anew without a word about it', async () => {
    const { clock, kept, ups, downs } = setUp()
    kept.start()
    await clock.settle()
    await kept.reopen()
    await clock.advance(1_000)
    expect(ups).toHaveLength(2)
    expect(downs).toEqual([])
    await kept.stop()
  })
})
