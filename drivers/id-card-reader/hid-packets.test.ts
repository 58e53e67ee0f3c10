import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ByteLink } from '../transport/byte-link.ts'
import { createLinkCore } from '../transport/link-core.ts'
import { createOpenLink } from '../transport/open-link.ts'
import type { ReportLink } from '../transport/report-link.ts'
import { createSimulatedHid } from '../transport/simulated-hid.ts'
import { createManualClock } from '../transport/testing/manual-clock.ts'
import { createIdCardReader } from './driver.ts'
import { hidEnd } from './hid-end.ts'
import { createPaddingTrimmer, overHidPackets } from './hid-packets.ts'
import { buildAnswer } from './protocol.ts'
import { SAMPLE_OTHER_CARDS, SAMPLE_PERSONS } from './sample-persons.ts'
import { samplePhoto } from './simulated-module.ts'
import { createCardReaderSimulator } from './simulator.ts'
import type { CardReaderEvent } from './states.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The packets of one answer after another, each filled up with what the packet before left. */
async function packetsOf(answers: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const packets: Uint8Array[] = []
  const end = hidEnd((packet) => void packets.push(packet))
  for (const answer of answers) await end.link.write(answer)
  return packets
}

describe('padding of packets', () => {
  it('is taken off, whatever it holds, for answers of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 5 }), async (bodies) => {
        const answers = bodies.map((data) => buildAnswer(0x90, data))
        const packets = await packetsOf(answers)
        expect(packets.every((packet) => packet.length === 64)).toBe(true)
        const trim = createPaddingTrimmer()
        expect(hex(Buffer.concat(packets.map((packet) => trim.take(packet))))).toBe(hex(Buffer.concat(answers)))
      }),
      { numRuns: 100 },
    )
  })

  it('of noise is not known: it is given on whole, and the next answer is found', async () => {
    const answer = buildAnswer(0x90, new Uint8Array(100))
    const noise = new Uint8Array(64).fill(0xaa)
    const overLong = Uint8Array.from({ length: 64 }, (_, at) => [0xaa, 0xaa, 0xaa, 0x96, 0x69, 0xff, 0xff][at] ?? 0)
    const trim = createPaddingTrimmer()
    expect(trim.take(noise)).toHaveLength(64)
    expect(trim.take(overLong)).toHaveLength(64)
    const packets = await packetsOf([answer])
    expect(hex(Buffer.concat(packets.map((packet) => trim.take(packet))))).toBe(hex(answer))
  })

  it('of an answer that broke off is forgotten with the next request', async () => {
    const core = createLinkCore()
    const reports: ReportLink = {
      url: 'test:',
      unit: 'report',
      vendorId: 0x0400,
      productId: 0xc35a,
      sendFeature: async () => true,
      write: async () => undefined,
      onData: core.onData,
      onClose: core.onClose,
      close: async () => undefined,
    }
    const link = overHidPackets(reports)
    const heard: Uint8Array[] = []
    link.onData((bytes) => void heard.push(bytes))
    const answer = buildAnswer(0x80)
    const [first = new Uint8Array()] = await packetsOf([buildAnswer(0x90, new Uint8Array(1_000))])
    const [next = new Uint8Array()] = await packetsOf([answer])
    core.deliver(first)
    await link.write(Uint8Array.of(1))
    core.deliver(next)
    expect(heard.map(hex)).toEqual([hex(first), hex(answer)])
  })

  it('does not exist on other links', () => {
    const link: ByteLink = { ...hidEnd(() => undefined).link, url: 'serial:' }
    expect(overHidPackets(link)).toBe(link)
  })
})

describe('over HID', () => {
  async function setUp() {
    const clock = createManualClock()
    const system = createSimulatedHid()
    const simulator = createCardReaderSimulator({ clock, baud: 0 })
    const url = simulator.plugIntoHid(system)
    const events: CardReaderEvent[] = []
    const reader = createIdCardReader({
      url,
      clock,
      openLink: createOpenLink({ load: system.load, clock }),
      onEvent: (event) => void events.push(event),
      log: () => undefined,
      fingerprint: true,
    })
    onTestFinished(async () => {
      await reader.stop()
      await simulator.close()
    })
    reader.start()
    await clock.advance(500)
    return { clock, simulator, reader, events }
  }

  it.each([...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS])('reads the card of $id to the last byte', async (person) => {
    const { clock, simulator, events } = await setUp()
    simulator.putCard(person)
    await clock.advance(500)
    const read = events.find((event) => event.event === 'card')
    expect(read).toMatchObject({
      card: { cardType: person.cardType, fields: person.fields },
      wlt: Buffer.from(samplePhoto()).toString('base64'),
    })
    expect(Buffer.from(read?.fingerprint ?? '', 'base64')).toHaveLength(person.fingerprintBytes ?? 0)
  })

  it('sends each request in one report and throws nothing away', async () => {
    const { clock, simulator, reader } = await setUp()
    const before = simulator.counters()
    expect(before.requests.damaged).toBeUndefined()
    const status = reader.samStatus()
    await clock.advance(100)
    expect(await status).toEqual({ ok: true })
  })

  it('is pulled and plugged in again', async () => {
    const { clock, simulator, events, reader } = await setUp()
    await simulator.unplug()
    await clock.advance(300)
    expect(events.at(-1)).toEqual({ event: 'state', state: { state: 'unplugged', fault: 'not-found' } })
    await simulator.plug()
    await clock.advance(5_000)
    expect(reader.state().state).toBe('ready')
  })
})
