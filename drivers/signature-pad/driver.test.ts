import { describe, expect, it } from 'vitest'
import { probe, signOnce } from './cli.ts'
import { MAX_WRITING_MS } from './states.ts'
import { hashStrokes } from './strokes.ts'
import { padBench } from './testing/pad-bench.ts'

describe('a signature', () => {
  it('is what the pen wrote, with its hash and picture, and drawn along', async () => {
    const bench = padBench()
    await bench.startReady()
    expect(bench.pad.begin()).toEqual({ ok: true })
    bench.expectState('writing', 'busy')
    await bench.written(bench.simulator.write())
    expect(bench.pad.state()).toEqual({ state: 'writing', strokes: 3 })
    const result = bench.finish()
    if (!result.ok) throw new Error(result.fault)
    const { strokes, sha256, svg, cut } = result.signature
    expect(strokes).toHaveLength(3)
    expect(sha256).toBe(hashStrokes(strokes))
    expect(svg).toContain('<path')
    expect(cut).toBe(false)
    // Time runs on, from the first point.
    expect(strokes[0]?.[0]?.[2]).toBe(0)
    const times = strokes.flat().map(([, , tMs]) => tMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    const drawn = bench.events.flatMap((event) => (event.event === 'ink' ? event.points : []))
    expect(drawn).toEqual(strokes.flat())
    bench.expectState('ready', 'ready')
    // Nothing of it in the log.
    expect(bench.logged('signed')).toEqual([{ event: 'signature-pad.signed', strokes: 3, cut: false }])
  })

  it('is only listened to when somebody is asked to sign', async () => {
    const bench = padBench()
    await bench.startReady()
    await bench.written(bench.simulator.write())
    expect(bench.events.filter((event) => event.event === 'ink')).toEqual([])
    expect(bench.finish()).toMatchObject({ ok: false, fault: 'not-writing' })
    expect(bench.pad.clear()).toMatchObject({ ok: false, fault: 'not-writing' })
    bench.pad.begin()
    expect(bench.pad.begin()).toMatchObject({ ok: false, fault: 'busy' })
  })

  it('that is empty is none, and can still be written', async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    expect(bench.finish()).toMatchObject({ ok: false, fault: 'empty' })
    await bench.written(bench.simulator.write([[[0.5, 0.5, 1]]]))
    expect(bench.finish()).toMatchObject({ ok: false, fault: 'empty', state: { state: 'writing', strokes: 1 } })
    await bench.written(bench.simulator.write())
    expect(bench.finish().ok).toBe(true)
  })

  it('can be wiped and written anew, and given up', async () => {
    const bench = padBench()
    await bench.startReady()
    const clearedAtStart = bench.simulator.cleared()
    bench.pad.begin()
    await bench.written(bench.simulator.write())
    expect(bench.pad.clear()).toEqual({ ok: true })
    expect(bench.pad.state()).toEqual({ state: 'writing', strokes: 0 })
    expect(bench.finish()).toMatchObject({ fault: 'empty' })
    await bench.written(bench.simulator.write())
    bench.pad.cancel()
    expect(bench.finish()).toMatchObject({ fault: 'not-writing' })
    await bench.clock.settle()
    // Its own screen too: at begin, clear and cancel.
    expect(bench.simulator.cleared() - clearedAtStart).toBe(3)
    bench.expectState('ready', 'ready')
  })

  it('is not waited for longer than ten minutes', async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.clock.advance(MAX_WRITING_MS)
    expect(bench.events.at(-2)).toEqual({ event: 'ended', fault: 'timed-out' })
    bench.expectState('ready', 'ready')
    await bench.recovers()
  })

  it('that was begun before a clear has the whole ten minutes no longer', async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.clock.advance(MAX_WRITING_MS - 1_000)
    bench.pad.clear()
    await bench.clock.advance(1_000)
    expect(bench.pad.state().state).toBe('ready')
    expect(bench.clock.waiting()).toBe(1) // the look for the device
  })
})

describe('the ten minutes', () => {
  it('of a signature that was wiped and finished do not end the next one', async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    bench.pad.clear()
    await bench.written(bench.simulator.write())
    expect(bench.finish().ok).toBe(true)
    await bench.clock.advance(MAX_WRITING_MS - 60_000)
    bench.pad.begin()
    await bench.clock.advance(MAX_WRITING_MS - 1_000)
    bench.expectState('writing', 'busy')
  })
})

describe('the pad', () => {
  it('of an unknown make says so', async () => {
    const bench = padBench({ url: 'hid://1234:5678' })
    bench.system.plug({ vendorId: 0x1234, productId: 0x5678, path: '/dev/hidraw9' })
    bench.pad.start()
    await bench.clock.settle()
    bench.expectState('unknown-pad', 'software-error')
    expect(bench.pad.begin()).toMatchObject({ ok: false, fault: 'not-connected' })
  })

  it('tells nothing after it was stopped', async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.written(bench.simulator.writePart(5))
    await bench.pad.stop()
    await bench.clock.advance(60_000)
    expect(bench.events.at(-1)).toEqual({ event: 'state', state: { state: 'stopped' } })
    expect(bench.clock.waiting()).toBe(0)
    expect(bench.pad.begin()).toMatchObject({ ok: false, fault: 'not-connected' })
  })

  it('answers one question', async () => {
    const bench = padBench()
    const { open: openLink, clock } = bench
    expect(await probe(bench.url, { openLink, clock })).toMatchObject({ ok: true, state: { state: 'ready' } })
    const signing = signOnce(bench.url, { openLink, clock, signMs: 2_000 })
    await clock.settle()
    await bench.written(bench.simulator.write())
    await clock.advance(2_000)
    expect(await signing).toMatchObject({ ok: true, signature: { cut: false } })
    bench.simulator.unplug()
    expect(await probe(bench.url, { openLink, clock })).toMatchObject({
      ok: false,
      condition: { condition: 'not-reachable' },
    })
    expect(await signOnce(bench.url, { openLink, clock })).toMatchObject({ ok: false, fault: 'not-connected' })
  })
})
