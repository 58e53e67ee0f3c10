import { describe, expect, it } from 'vitest'
import type { ByteLink } from '../transport/byte-link.ts'
import { createLinkCore } from '../transport/link-core.ts'
import { createByteQueue, MAX_QUEUED_BYTES } from './byte-queue.ts'
import { serviceOverLink } from './service.ts'
import { createManualClock } from './testing/manual-clock.ts'

function setUp() {
  const clock = createManualClock()
  const core = createLinkCore()
  const written: Uint8Array[] = []
  const link: ByteLink = {
    url: 'fake',
    write: async (bytes) => void written.push(bytes),
    onData: core.onData,
    onClose: core.onClose,
    async close() {
      core.end({ fault: 'closed', detail: '' })
    },
  }
  return { clock, core, written, service: serviceOverLink(link, clock) }
}

describe('bytes that wait', () => {
  it('are taken in exact counts, whatever pieces they came in', () => {
    const queue = createByteQueue()
    expect(queue.push(Uint8Array.of(1))).toBe(true)
    expect(queue.take(2)).toBeUndefined()
    queue.push(Uint8Array.of(2, 3))
    expect(queue.take(2)).toEqual(Uint8Array.of(1, 2))
    expect([queue.held(), queue.take(1), queue.held()]).toEqual([1, Uint8Array.of(3), 0])
  })

  it('too many make it corrupt for good', () => {
    const queue = createByteQueue()
    expect(queue.push(new Uint8Array(MAX_QUEUED_BYTES))).toBe(true)
    expect(queue.push(new Uint8Array(1))).toBe(false)
    expect([queue.isCorrupt(), queue.held(), queue.take(1)]).toEqual([true, 0, undefined])
    expect(queue.push(new Uint8Array(1))).toBe(false)
  })
})

describe('one connection', () => {
  it('gives an answer that came in pieces, and one that came before it was waited for', async () => {
    const { core, written, service } = setUp()
    const asked = service.ask(Uint8Array.of(9), 3, 100)
    core.deliver(Uint8Array.of(1))
    core.deliver(Uint8Array.of(2, 3, 4, 5))
    expect(await asked).toEqual({ ok: true, bytes: Uint8Array.of(1, 2, 3) })
    expect(await service.read(2, 100)).toEqual({ ok: true, bytes: Uint8Array.of(4, 5) })
    expect(written).toEqual([Uint8Array.of(9)])
  })

  it('ends each wait in time, and leaves no timer behind', async () => {
    const { clock, core, service } = setUp()
    const waited = service.read(1, 100)
    clock.advance(99)
    expect(clock.pending()).toBe(1)
    clock.advance(1)
    expect(await waited).toEqual({ ok: false, trouble: 'timed-out' })
    const answered = service.read(1, 100)
    core.deliver(Uint8Array.of(1))
    await answered
    expect(clock.pending()).toBe(0)
  })

  it('bytes that nobody asked for spoil it before the next request is sent', async () => {
    const { core, written, service } = setUp()
    core.deliver(Uint8Array.of(1))
    expect(await service.ask(Uint8Array.of(9), 1, 100)).toEqual({ ok: false, trouble: 'garbled' })
    expect(written).toEqual([])
    expect(core.ended()).toBeDefined()
    expect(await service.read(1, 100)).toEqual({ ok: false, trouble: 'garbled' })
  })

  it('a flood ends it, and memory stays small', async () => {
    const { core, service } = setUp()
    const waited = service.read(8, 100)
    core.deliver(new Uint8Array(100_000))
    expect(await waited).toEqual({ ok: false, trouble: 'garbled' })
  })

  it('a lost link ends the wait; what had arrived whole is still given', async () => {
    const { core, service } = setUp()
    const waited = service.read(2, 100)
    core.deliver(Uint8Array.of(1))
    core.end({ fault: 'lost', detail: '' })
    expect(await waited).toEqual({ ok: false, trouble: 'lost' })
    expect(await service.read(1, 100)).toEqual({ ok: true, bytes: Uint8Array.of(1) })
  })
})
