import { describe, expect, it, onTestFinished } from 'vitest'
import { openLink } from '../transport/open-link.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { probe, scanOneCode } from './cli.ts'
import { createCodeScannerSimulator } from './simulator.ts'
import { scannerBench } from './testing/scanner-bench.ts'

describe.each(['serial', 'hid'] as const)('a scanner on %s', (kind) => {
  it('tells a code once, however long it is held there, and anew when it is shown anew', async () => {
    const bench = await scannerBench(kind)
    await bench.startReady()
    for (let times = 0; times < 5; times += 1) {
      await bench.simulator.scan('SECRET A')
      await bench.clock.advance(500)
    }
    expect(bench.codes()).toEqual(['SECRET A'])
    expect(bench.logged('repeat')).toHaveLength(4)
    await bench.clock.advance(1_500)
    await bench.simulator.scan('SECRET A')
    await bench.clock.advance(500)
    await bench.simulator.scan('SECRET B')
    await bench.clock.advance(500)
    expect(bench.codes()).toEqual(['SECRET A', 'SECRET A', 'SECRET B'])
  })

  it('tells text, encoding, kind and time', async () => {
    const bench = await scannerBench(kind, { aimIdentifiers: true })
    await bench.startReady()
    await bench.clock.advance(1_000)
    await bench.simulator.scan(Uint8Array.of(0xd4, 0xc6, 0xd6, 0xde), ']h0')
    await bench.clock.advance(100)
    expect(bench.events.at(-1)).toMatchObject({
      event: 'code',
      readId: 'code 1',
      text: '云洲',
      encoding: 'gb18030',
      symbology: 'han-xin',
      aim: ']h0',
    })
    expect(bench.logged('code')[0]).toMatchObject({ symbology: 'han-xin', encoding: 'gb18030' })
  })

  it('tells nothing after it was stopped, and keeps no code', async () => {
    const bench = await scannerBench(kind)
    await bench.startReady()
    await bench.simulator.scanPart('SECRET '.repeat(30), 1)
    await bench.scanner.stop()
    await bench.clock.advance(60_000)
    expect(bench.events.at(-1)).toEqual({ event: 'state', state: { state: 'stopped' } })
    expect(bench.clock.waiting()).toBe(0)
  })
})

describe('a scanner on HID', () => {
  it('is woken where its make needs that, and used all the same when it does not take it', async () => {
    const bench = await scannerBench('hid')
    await bench.startReady()
    await bench.clock.settle()
    expect(bench.logged('woken')).toEqual([{ event: 'code-scanner.woken', taken: true }])
  })

  it('may have its identifier one byte later', async () => {
    const bench = await scannerBench('hid', { aimLate: true })
    await bench.startReady()
    await bench.simulator.scan('SECRET '.repeat(40))
    await bench.clock.advance(10)
    expect(bench.codes()).toEqual(['SECRET '.repeat(40)])
  })
})

describe('a scanner on a slow line', () => {
  it('is heard out to the end', async () => {
    // 9600 baud: a byte a millisecond.
    const bench = await scannerBench('serial', { baud: 9_600 })
    await bench.startReady()
    const scanned = bench.simulator.scan(`SECRET ${'7'.repeat(500)}`)
    for (let turns = 0; turns < 200 && bench.codes().length === 0; turns += 1) {
      await bench.clock.advance(5)
      // The paced writer waits for the turns of the real event loop.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await scanned
    expect(bench.codes()).toEqual([`SECRET ${'7'.repeat(500)}`])
  })

  it('garbled three times in a row says so until it was good or still', async () => {
    const bench = await scannerBench()
    await bench.startReady()
    const bad = async () => {
      await bench.simulator.noise(Uint8Array.of(1, 2, 3))
      await bench.clock.advance(400)
    }
    await bad()
    await bad()
    await bench.simulator.scan('SECRET')
    await bench.clock.advance(100)
    await bad()
    await bad()
    bench.expectState('ready', 'ready')
    await bad()
    bench.expectState('garbled', 'not-responding')
    await bench.simulator.scan('SECRET 2')
    await bench.clock.advance(100)
    bench.expectState('ready', 'ready')
    for (let times = 0; times < 3; times += 1) await bad()
    bench.expectState('garbled', 'not-responding')
    await bench.clock.advance(10_000)
    bench.expectState('ready', 'ready')
  })
})

describe('over real wires', () => {
  it('reads Chinese codes over a PTY', async (ctx) => {
    const pair = await openPtyPair()
    if (!pair.ok) return ctx.skip(pair.detail)
    const simulator = createCodeScannerSimulator()
    await simulator.attach(`serial://${pair.ends[1]}`)
    onTestFinished(async () => {
      await simulator.close()
      await pair.close()
    })
    const url = `serial://${pair.ends[0]}`
    expect(await probe(url)).toMatchObject({ ok: true, state: { state: 'ready' }, condition: { condition: 'ready' } })
    const reading = scanOneCode(url, {
      openLink: async (at, timeoutMs) => {
        const opened = await openLink(at, timeoutMs)
        // The line is open: now somebody holds a code there.
        queueMicrotask(() => void simulator.scan('云洲市南桥区 2026'))
        return opened
      },
    })
    expect(await reading).toMatchObject({ ok: true, text: '云洲市南桥区 2026', encoding: 'utf-8' })
    expect(await scanOneCode(url, { codeTimeoutMs: 20 })).toMatchObject({ ok: false, fault: 'no-code' })
  })

  it('is pulled and plugged in again over TCP', async () => {
    const simulator = createCodeScannerSimulator()
    const url = await simulator.listen()
    onTestFinished(() => simulator.close())
    expect(await probe(url)).toMatchObject({ ok: true })
    await simulator.unplug()
    expect(await probe(url)).toMatchObject({ ok: false, state: { state: 'unplugged', fault: 'refused' } })
    expect(await scanOneCode(url)).toMatchObject({ ok: false, fault: 'not-connected' })
    await simulator.plug()
    expect(await probe(url)).toMatchObject({ ok: true })
  })
})
