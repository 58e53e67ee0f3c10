import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.ts'
import { guardedFetch } from './guarded-fetch.ts'

/** A clock whose one timer goes off by hand. */
function handClock(): Clock & { readonly delays: number[]; fire(): void } {
  let run: (() => void) | undefined
  const delays: number[] = []
  return {
    delays,
    unixMs: () => 0,
    after(delayMs, then) {
      delays.push(delayMs)
      run = then
      return () => {
        run = undefined
      }
    },
    fire: () => run?.(),
  }
}

const KIB = 1024

/** A JSON answer that comes in pieces, each when told; like a real one it breaks off when the call is given up. */
function slowAnswer(signal: AbortSignal | null | undefined) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
      signal?.addEventListener('abort', () => given.error(new DOMException('aborted', 'AbortError')))
    },
  })
  return {
    response: new Response(body, { headers: { 'content-type': 'application/json' } }),
    piece: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
  }
}

function start(requestBytes: number) {
  const clock = handClock()
  let slow: ReturnType<typeof slowAnswer> | undefined
  const result = guardedFetch(
    new Request('http://hub.test/'),
    {},
    {
      clock,
      timeoutMs: 1000,
      maxAnswerBytes: 10 * KIB * KIB,
      requestBytes,
      fetch: async (_, init) => {
        slow = slowAnswer(init.signal)
        return slow.response
      },
    },
  )
  const settled = result.then(
    (response) => response.status,
    (error) => error.failed?.why ?? error,
  )
  return {
    clock,
    settled,
    /** Gives a piece and lets the reader take it. */
    async piece(text: string) {
      await Promise.resolve()
      slow?.piece(text)
      for (let at = 0; at < 20; at++) await Promise.resolve()
    },
    end: () => slow?.end(),
  }
}

describe('a guarded call’s time', () => {
  it('is the plain time-out for small bodies, more for what is sent', async () => {
    for (const [bytes, delayMs] of [
      [0, 1000],
      [64 * KIB, 1000],
      [64 * KIB + 8 * KIB, 2000],
      [64 * KIB + 80 * KIB, 11_000],
    ] as const) {
      const call = start(bytes)
      expect(call.clock.delays).toEqual([delayMs])
      call.clock.fire()
      expect(await call.settled).toBe('timed-out')
    }
  })

  it('is bought by every byte that is read, so that a slow line gets through', async () => {
    const call = start(0)
    await call.piece(`"${'x'.repeat(80 * KIB)}`)
    call.clock.fire()
    // 16 KiB more than the 64 that are free (and the quote), at 8 KiB a second.
    expect(call.clock.delays).toEqual([1000, 2001])
    await call.piece('x'.repeat(8 * KIB))
    call.clock.fire()
    expect(call.clock.delays).toEqual([1000, 2001, 1000])
    await call.piece('"')
    call.end()
    expect(await call.settled).toBe(200)
  })

  it('ends when nothing more comes', async () => {
    const call = start(0)
    await call.piece(`"${'x'.repeat(72 * KIB)}`)
    call.clock.fire()
    expect(call.clock.delays).toEqual([1000, 1001])
    call.clock.fire()
    expect(await call.settled).toBe('timed-out')
  })
})
