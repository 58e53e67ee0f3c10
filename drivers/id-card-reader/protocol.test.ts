import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildAnswer,
  buildFrame,
  buildRequest,
  type CommandName,
  commandOfBody,
  createFrameParser,
  type FrameEvent,
  MAX_LEN,
  maxRfBytes,
  PREAMBLE,
} from './protocol.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase().replace(/../g, '$& ').trim()

/** A body as an answer may have it: three status bytes and data. */
const body = fc.uint8Array({ minLength: 3, maxLength: 400 })

function framesOf(events: readonly FrameEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'frame' ? [hex(event.body)] : []))
}

function reasonsOf(events: readonly FrameEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'damaged' ? [event.reason] : []))
}

describe('the literal bytes of reference/devices.md 1.3', () => {
  it.each<[CommandName, string]>([
    ['resetSam', 'AA AA AA 96 69 00 03 10 FF EC'],
    ['samStatus', 'AA AA AA 96 69 00 03 11 FF ED'],
    ['samId', 'AA AA AA 96 69 00 03 12 FF EE'],
    ['findCard', 'AA AA AA 96 69 00 03 20 01 22'],
    ['selectCard', 'AA AA AA 96 69 00 03 20 02 21'],
    ['readTextPhoto', 'AA AA AA 96 69 00 03 30 01 32'],
    ['readTextPhotoFingerprint', 'AA AA AA 96 69 00 03 30 10 23'],
    ['readAdditionalAddress', 'AA AA AA 96 69 00 03 30 03 30'],
    ['readManagementNumber', 'AA AA AA 96 69 00 03 30 05 36'],
  ])('%s', (command, bytes) => {
    const request = buildRequest(command)
    expect(hex(request)).toBe(bytes)
    const [event] = createFrameParser('requests').push(request)
    expect(event?.kind === 'frame' ? commandOfBody(event.body) : undefined).toBe(command)
  })

  it('the good answers to find and select', () => {
    expect(hex(buildAnswer(0x9f, new Uint8Array(4)))).toBe('AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97')
    expect(hex(buildAnswer(0x90, new Uint8Array(8)))).toBe('AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C')
  })

  it('a command with data: set max RF bytes', () => {
    const request = buildRequest('setMaxRfBytes', maxRfBytes(0x50))
    expect(hex(request)).toBe('AA AA AA 96 69 00 04 61 FF 50 CA')
    expect(commandOfBody(Uint8Array.of(0x61, 0xff, 0x50))).toBe('setMaxRfBytes')
    expect(commandOfBody(Uint8Array.of(0x61, 0xff))).toBeUndefined()
    expect(commandOfBody(Uint8Array.of(0x20, 0x01, 0x50))).toBeUndefined()
    expect([23, 24, 255, 256, 24.5].map((bytes) => maxRfBytes(bytes)?.[0])).toEqual([
      undefined,
      24,
      255,
      undefined,
      undefined,
    ])
  })

  it('refuses to build a frame longer than any known', () => {
    expect(buildFrame(new Uint8Array(MAX_LEN - 1))).toHaveLength(7 + 0x090a)
    expect(() => buildFrame(new Uint8Array(MAX_LEN))).toThrow(RangeError)
  })
})

describe('the frame parser', () => {
  it('finds every frame, in order, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(60)), (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map((one) => buildFrame(one)))
        const parser = createFrameParser('answers')
        const events: FrameEvent[] = []
        let at = 0
        for (const cut of cuts) {
          events.push(...parser.push(stream.subarray(at, at + cut)))
          at = Math.min(stream.length, at + cut)
        }
        events.push(...parser.push(stream.subarray(at)))
        expect(framesOf(events)).toEqual(bodies.map(hex))
        expect(reasonsOf(events)).toEqual([])
        expect(parser.midFrame()).toBe(false)
        expect(parser.skippedBytes()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('is not misled at any split point of a frame with noise on both sides', () => {
    const wanted = Uint8Array.of(0, 0, 0x90, 0xaa, 0xaa, 0xaa, 0x96, 0x68, 1, 2, 3)
    const frame = buildFrame(wanted)
    const noise = Buffer.from('00FFAAAA96AAAAAA96', 'hex')
    const stream = Buffer.concat([noise, frame, noise, frame])
    for (let split = 0; split <= stream.length; split += 1) {
      const parser = createFrameParser('answers')
      const events = [...parser.push(stream.subarray(0, split)), ...parser.push(stream.subarray(split))]
      expect(framesOf(events), `split at ${split}`).toEqual([hex(wanted), hex(wanted)])
      expect(parser.skippedBytes()).toBe(2 * noise.length)
    }
  })

  it('finds frames byte by byte after noise of any kind', () => {
    // Noise made of preamble bytes, so that false starts are common; a false frame is given up by the time-out.
    const noise = fc.array(fc.constantFrom(0xaa, 0x96, 0x69, 0x00, 0x03), { maxLength: 30 })
    fc.assert(
      fc.property(noise, body, (before, wanted) => {
        const parser = createFrameParser('answers')
        const events: FrameEvent[] = []
        for (const byte of [...before, ...buildFrame(wanted)]) events.push(...parser.push(Uint8Array.of(byte)))
        events.push(...parser.giveUp())
        expect(framesOf(events)).toContain(hex(wanted))
      }),
      // A fixed seed: about once in 10^5 cases noise is itself a whole frame with a right check byte.
      { numRuns: 300, seed: 20_261_121 },
    )
  })

  it('never delivers a frame with one changed byte behind its length', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 255 }), (wanted, where, change) => {
        const frame = buildFrame(wanted)
        const from = PREAMBLE.length + 2
        const at = from + (where % (frame.length - from))
        frame[at] = (frame[at] ?? 0) ^ change
        const parser = createFrameParser('answers')
        const events = [...parser.push(frame), ...parser.giveUp()]
        expect(framesOf(events)).toEqual([])
        expect(reasonsOf(events).length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  it('delivers behind a changed length only what the check byte, of 8 bits, cannot tell from a frame', () => {
    const changed = fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(body, changed, (wanted, [which, change]) => {
        const frame = buildFrame(wanted)
        const at = PREAMBLE.length + which
        frame[at] = (frame[at] ?? 0) ^ change
        const parser = createFrameParser('answers')
        const delivered = framesOf([...parser.push(frame), ...parser.giveUp()])
        const len = ((frame[5] ?? 0) << 8) | (frame[6] ?? 0)
        let check = 0
        for (const byte of frame.subarray(5, 7 + len)) check ^= byte
        const looksRight = len >= 4 && 7 + len <= frame.length && check === 0
        expect(delivered).toEqual(looksRight ? [hex(frame.subarray(7, 6 + len))] : [])
      }),
      { numRuns: 300, examples: [[Uint8Array.of(240, 94, 32, 138, 0), [1, 2]]] },
    )
  })

  it('names what was wrong and finds the next frame', () => {
    const good = buildAnswer(0x90)
    const cases: [string, Uint8Array][] = [
      ['checksum', Uint8Array.of(...PREAMBLE, 0, 4, 0, 0, 0x90, 0x95)],
      ['over-long', Uint8Array.of(...PREAMBLE, 0x09, 0x0b)],
      ['too-short', Uint8Array.of(...PREAMBLE, 0, 3)],
    ]
    for (const [reason, bytes] of cases) {
      const events = createFrameParser('answers').push(Buffer.concat([bytes, good]))
      expect(reasonsOf(events)).toEqual([reason])
      expect(framesOf(events)).toEqual(['00 00 90'])
    }
  })

  it('takes the longest frame and, when told, gives a truncated one up', () => {
    const longest = buildFrame(new Uint8Array(MAX_LEN - 1))
    const parser = createFrameParser('answers')
    expect(framesOf(parser.push(longest))).toHaveLength(1)
    expect(parser.push(longest.subarray(0, 1_000))).toEqual([])
    expect(parser.midFrame()).toBe(true)
    expect(parser.giveUp()).toEqual([{ kind: 'damaged', reason: 'truncated' }])
    expect(parser.midFrame()).toBe(false)
    expect(framesOf(parser.push(buildAnswer(0x80)))).toEqual(['00 00 80'])
  })

  it('holds less than one frame, however long the stream and whatever is in it', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      body.map((one) => buildFrame(one)),
      // Many beginnings of long frames, one in the other.
      fc.nat(600).map((times) => Buffer.from('AAAAAA9669090A'.repeat(times), 'hex')),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 20, maxLength: 40 }),
        fc.integer({ min: 1, max: 20_000 }),
        (all, cut) => {
          const stream = Buffer.concat(all)
          const parser = createFrameParser('answers')
          const whole = createFrameParser('answers')
          const events: FrameEvent[] = []
          for (let at = 0; at < stream.length; at += cut) {
            events.push(...parser.push(stream.subarray(at, at + cut)))
            expect(parser.heldBytes()).toBeLessThan(7 + MAX_LEN)
          }
          expect(events).toEqual(whole.push(stream))
        },
      ),
      // A stream of 40 pieces is not worth shrinking.
      { numRuns: 40, endOnFailure: true },
    )
  })
})
