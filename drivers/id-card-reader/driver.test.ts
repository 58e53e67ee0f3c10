import { describe, expect, it, onTestFinished } from 'vitest'
import type { CardReaderOptions } from './driver.ts'
import { type ReaderHarness, startReader, until } from './reader-harness.ts'
import { SAMPLE_OTHER_CARDS, SAMPLE_PERSONS, type SamplePerson } from './sample-persons.ts'
import { type Misbehaviour, sampleFingerprint, samplePhoto } from './simulated-module.ts'
import { type CardReaderSimulator, createCardReaderSimulator } from './simulator.ts'

/** Short, so that faults show soon; the meaning of each is unchanged. */
const QUICK: Partial<CardReaderOptions> = {
  pollIntervalMs: 10,
  probeIntervalMs: 40,
  timeouts: { findMs: 150, selectMs: 150, readMs: 200, statusMs: 200, probeMs: 150, interByteMs: 60 },
}

const [zhao, sun, zhou] = SAMPLE_PERSONS as [SamplePerson, SamplePerson, SamplePerson]

async function setUp(
  options: Partial<CardReaderOptions> = {},
): Promise<{ simulator: CardReaderSimulator; harness: ReaderHarness; url: string }> {
  const simulator = createCardReaderSimulator({ baud: 0 })
  const url = await simulator.listen()
  const harness = startReader(url, { ...QUICK, ...options })
  onTestFinished(async () => {
    await harness.reader.stop()
    await simulator.close()
  })
  return { simulator, harness, url }
}

const finds = (simulator: CardReaderSimulator) => simulator.counters().requests.findCard ?? 0

/** Waits until the driver has looked for a card `count` more times. */
async function moreFinds(simulator: CardReaderSimulator, count: number): Promise<void> {
  const before = finds(simulator)
  await until(() => finds(simulator) >= before + count)
}

describe('a reading', () => {
  it('delivers the fields, the photo and the timing, and tells reading and ready around them', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.putCard(zhou)
    const read = await harness.nextCard()
    expect(read.card).toEqual({ cardType: 'citizen', fields: zhou.fields })
    expect(Buffer.from(read.wlt, 'base64')).toHaveLength(1024)
    expect(read.timing.fieldsAtMs).toBeGreaterThan(read.timing.foundAtMs)
    await harness.nextState('ready')
    expect(harness.events.map((event) => (event.event === 'state' ? event.state : event.event))).toEqual([
      { state: 'ready', samId: '05.01-20120101-0000000001-0000000001' },
      { state: 'reading' },
      'card',
      { state: 'ready', samId: '05.01-20120101-0000000001-0000000001' },
    ])
  })

  it('is told once while the card lies there, and again when it was lifted and put back', async () => {
    const { simulator, harness } = await setUp()
    simulator.putCard(zhao)
    const first = await harness.nextCard()
    await moreFinds(simulator, 5)
    expect(harness.events.filter((event) => event.event === 'card')).toHaveLength(1)
    simulator.takeCard()
    await moreFinds(simulator, 2)
    simulator.putCard(zhao)
    const second = await harness.nextCard()
    expect(second.card).toEqual(first.card)
    expect(second.readId).not.toBe(first.readId)
    expect(harness.events.filter((event) => event.event === 'card-fault')).toEqual([])
  })

  it('is told once also by a reader that goes on answering 9F', async () => {
    const { simulator, harness } = await setUp()
    simulator.putCard(sun)
    await harness.nextCard()
    // The simulator obeys the re-read rule; this one does not.
    simulator.misbehave({ kind: 'status', sw3: 0x9f, command: 'findCard', times: 6 })
    await moreFinds(simulator, 6)
    expect(harness.events.filter((event) => event.event === 'card')).toHaveLength(1)
    expect(simulator.counters().readsServed).toBe(1)
    await moreFinds(simulator, 2)
    simulator.putCard(sun)
    await harness.nextCard()
  })

  it.each(SAMPLE_OTHER_CARDS)('of a $cardType card', async (person) => {
    const { simulator, harness } = await setUp()
    simulator.putCard(person)
    expect((await harness.nextCard()).card).toEqual({ cardType: person.cardType, fields: person.fields })
  })

  it('asks for the additional address only when told to', async () => {
    const asked = await setUp({ additionalAddress: true })
    asked.simulator.putCard(zhao)
    expect((await asked.harness.nextCard()).card.additionalAddress).toBe(zhao.additionalAddress)
    asked.simulator.takeCard()
    await moreFinds(asked.simulator, 2)
    asked.simulator.putCard(sun)
    expect((await asked.harness.nextCard()).card.additionalAddress).toBeNull()

    const unasked = await setUp()
    unasked.simulator.putCard(zhao)
    expect((await unasked.harness.nextCard()).card).not.toHaveProperty('additionalAddress')
    expect(unasked.simulator.counters().requests.readAdditionalAddress).toBeUndefined()
    expect(await unasked.harness.reader.readAdditionalAddress()).toEqual({ ok: true, address: zhao.additionalAddress })
  })
})

describe('what else a card and a module can be asked', () => {
  it('fingerprints, when told to, with their own length field', async () => {
    const { simulator, harness } = await setUp({ fingerprint: true })
    for (const [person, bytes] of [
      [zhao, 1_024],
      [zhou, 512],
      [sun, 0],
    ] as const) {
      simulator.putCard(person)
      const read = await harness.nextCard()
      expect(read.card.fields).toEqual(person.fields)
      expect(read.fingerprint).toBe(Buffer.from(sampleFingerprint(bytes)).toString('base64'))
      simulator.takeCard()
      await moreFinds(simulator, 2)
    }
    expect(simulator.counters().requests.readTextPhoto).toBeUndefined()
  })

  it('text and photo alone, when there is no fingerprint to be had', async () => {
    const { simulator, harness } = await setUp({ fingerprint: true })
    for (const sw3 of [0x91, 0x21]) {
      simulator.misbehave({ kind: 'status', sw3, command: 'readTextPhotoFingerprint' })
      simulator.putCard(zhao)
      expect(await harness.nextCard()).toMatchObject({ card: { fields: zhao.fields }, fingerprint: '' })
      simulator.takeCard()
      await moreFinds(simulator, 2)
    }
    expect(harness.events.filter((event) => event.event === 'card-fault')).toEqual([])
    expect(harness.log.filter((line) => line.event === 'reader-card-fault')).toEqual([])
  })

  it('a read that fails for another reason is no lack of fingerprints', async () => {
    const { simulator, harness } = await setUp({ fingerprint: true })
    simulator.misbehave({ kind: 'status', sw3: 0x41, command: 'readTextPhotoFingerprint' })
    simulator.putCard(zhao)
    expect(await harness.nextFault()).toMatchObject({ fault: 'lifted-early' })
    expect(simulator.counters().requests.readTextPhoto).toBeUndefined()
  })

  it('the management number', async () => {
    const { simulator, harness } = await setUp({ managementNumber: true })
    simulator.putCard(zhao)
    expect((await harness.nextCard()).card.managementNumber).toBe('99010100000000000000194103070001')
    simulator.takeCard()
    await moreFinds(simulator, 2)
    simulator.putCard(sun)
    expect((await harness.nextCard()).card.managementNumber).toBeNull()
    expect(await harness.reader.readManagementNumber()).toEqual({ ok: true, number: null })
  })

  it('a reset, and the size of a piece over the air', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    expect(await harness.reader.resetSam()).toEqual({ ok: true })
    expect(simulator.counters().requests.resetSam).toBe(1)
    expect(await harness.reader.setMaxRfBytes(80)).toEqual({ ok: true })
    expect(simulator.maxRfBytes()).toBe(80)
    expect(await harness.reader.setMaxRfBytes(300)).toEqual({ ok: false, fault: 'out-of-range' })
    simulator.setSamFault(0x60)
    expect(await harness.reader.setMaxRfBytes(100)).toEqual({ ok: false, fault: 'refused', sw3: 0x60 })
    expect(simulator.maxRfBytes()).toBe(80)
  })

  it('the photo as a picture, only with a decoder', async () => {
    const { harness } = await setUp()
    expect(await harness.reader.decodePhoto(samplePhoto())).toMatchObject({ ok: false, fault: 'no-decoder' })
    const bmp = Uint8Array.of(1)
    const decoding = await setUp({ wltDecoder: { decode: async () => ({ ok: true, bmp }) } })
    expect(await decoding.harness.reader.decodePhoto(samplePhoto())).toEqual({ ok: true, bmp })
  })
})

describe('what a citizen can do wrong', () => {
  it.each<[string, Misbehaviour, { fault: string; sw3?: string }]>([
    ['lifted mid-read', { kind: 'lift-mid-read' }, { fault: 'lifted-early', sw3: '41' }],
    ['a bank card', { kind: 'not-an-id-card' }, { fault: 'not-an-id-card', sw3: '40' }],
    ['card rejects SAM', { kind: 'card-rejects-sam' }, { fault: 'not-verified', sw3: '31' }],
    ['SAM rejects card', { kind: 'status', sw3: 0x32, command: 'readTextPhoto' }, { fault: 'not-verified', sw3: '32' }],
    [
      'verification fails',
      { kind: 'status', sw3: 0x33, command: 'readTextPhoto', times: 3 },
      { fault: 'unreadable', sw3: '33' },
    ],
    ['no select', { kind: 'status', sw3: 0x81, command: 'selectCard', times: 3 }, { fault: 'unreadable', sw3: '81' }],
    ['command error', { kind: 'status', sw3: 0x21, command: 'readTextPhoto' }, { fault: 'reader-fault', sw3: '21' }],
  ])('%s', async (_, misbehaviour, told) => {
    const { simulator, harness } = await setUp()
    simulator.misbehave(misbehaviour)
    simulator.putCard(zhou)
    expect(await harness.nextFault()).toEqual({ event: 'card-fault', ...told })
    // Lifted and put back, the same card is read.
    simulator.takeCard()
    await moreFinds(simulator, 2)
    simulator.putCard(zhou)
    expect((await harness.nextCard()).card.fields).toEqual(zhou.fields)
  })

  it('tries a refused card again while it lies there, tells it once, and again for the next card', async () => {
    const { simulator, harness } = await setUp({ faultRetryMs: 15 })
    simulator.misbehave({ kind: 'not-an-id-card', times: 1_000 })
    simulator.putCard(zhou)
    await harness.nextFault()
    await until(() => (simulator.counters().requests.selectCard ?? 0) >= 3)
    expect(harness.events.filter((event) => event.event === 'card-fault')).toHaveLength(1)
    expect(harness.events.filter((event) => JSON.stringify(event).includes('reading'))).toHaveLength(1)
    simulator.takeCard()
    await moreFinds(simulator, 2)
    simulator.putCard(zhou)
    await harness.nextFault()
  })

  it('a card that is gone between find and select was lifted early', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'status', sw3: 0x9f, command: 'findCard' })
    expect((await harness.nextFault()).fault).toBe('lifted-early')
  })

  it.each([0x24, 0x33, 0x47, 0x81])('one %i is tried again without a word', async (sw3) => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'status', sw3, command: 'selectCard' })
    simulator.putCard(zhou)
    await harness.nextCard()
    expect(harness.events.filter((event) => event.event === 'card-fault')).toEqual([])
  })
})

describe('a bad line', () => {
  it.each<Misbehaviour['kind']>(['noise-before', 'split-preamble', 'wrong-checksum', 'over-long', 'truncated'])(
    '%s in every kind of answer does not keep the card from being read',
    async (kind) => {
      const { simulator, harness } = await setUp()
      for (const command of ['samStatus', 'samId', 'findCard', 'selectCard', 'readTextPhoto'] as const) {
        simulator.misbehave({ kind, command } as Misbehaviour)
      }
      simulator.putCard(zhou)
      expect((await harness.nextCard()).card.fields).toEqual(zhou.fields)
      expect(harness.events.filter((event) => event.event === 'card-fault')).toEqual([])
      const resends = harness.log.filter((line) => line.event === 'reader-resend')
      expect(resends.length).toBe(kind === 'noise-before' || kind === 'split-preamble' ? 0 : 5)
    },
  )

  it.each([0x10, 0x11])('answer %i is resent at most three times, then the line is called bad', async (sw3) => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.misbehave({ kind: 'status', sw3, command: 'readTextPhoto', times: 4 })
    simulator.putCard(zhou)
    expect((await harness.nextFault()).fault).toBe('reader-link-bad')
    await harness.nextState('link-bad')
    expect(simulator.counters().requests.readTextPhoto).toBe(4)
    await harness.nextState('ready')
  })

  it('three wrong checksums are survived, four are not', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.misbehave({ kind: 'wrong-checksum', command: 'readTextPhoto', times: 3 })
    simulator.putCard(zhou)
    await harness.nextCard()
    simulator.takeCard()
    await moreFinds(simulator, 2)
    simulator.misbehave({ kind: 'wrong-checksum', command: 'findCard', times: 4 })
    await harness.nextState('link-bad')
    await harness.nextState('ready')
  })

  it('lengths that contradict each other under a right checksum are never delivered', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'inconsistent-lengths' })
    simulator.putCard(zhou)
    // The walk is tried again from find, which answers 80 by the re-read rule: only lifting helps.
    expect((await harness.nextFault()).fault).toBe('damaged-answer')
    expect(harness.events.filter((event) => event.event === 'card')).toEqual([])
    simulator.putCard(zhou)
    // Ready, not waiting out the time after a fault: the card had been seen gone.
    await harness.nextState('reading')
    await harness.nextCard()
  })

  it('a card that cannot be had again after damage on the wire was not lifted by anybody', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'wrong-checksum', command: 'readTextPhoto' })
    simulator.misbehave({ kind: 'status', sw3: 0x41, command: 'readTextPhoto' })
    simulator.putCard(zhou)
    expect(await harness.nextFault()).toMatchObject({ fault: 'damaged-answer', sw3: '41' })
  })

  it('a late answer is not taken for the next command', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    // The find is unanswered; its answer then comes before the one to the next request.
    simulator.misbehave({
      kind: 'noise-before',
      noise: Buffer.from('AAAAAA9669000800009F0000000097', 'hex'),
      command: 'selectCard',
    })
    simulator.putCard(zhou)
    expect((await harness.nextCard()).card.fields).toEqual(zhou.fields)
    expect(harness.log.map((line) => line.event)).toContain('reader-stray-answer')
  })
})

describe('a silent or faulty module', () => {
  it('one lost answer is nothing, silence is told, and answers bring it back by itself', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.misbehave({ kind: 'silence', command: 'findCard' })
    await moreFinds(simulator, 3)
    expect(harness.reader.state().state).toBe('ready')
    simulator.misbehave({ kind: 'silence', times: 4 })
    await harness.nextState('no-answer')
    await harness.nextState('ready')
    simulator.putCard(zhou)
    await harness.nextCard()
    expect(simulator.counters().links).toBe(1)
  })

  it('silence in the middle of a reading is told at once', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    simulator.putCard(zhou)
    expect((await harness.nextFault()).fault).toBe('no-answer')
    await harness.nextState('no-answer')
    await harness.nextCard()
  })

  it('after lasting silence the wire is opened anew', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.misbehave({ kind: 'silence', times: 6 })
    await harness.nextState('no-answer')
    await harness.nextState('ready')
    expect(simulator.counters().links).toBeGreaterThan(1)
  })

  it.each([0x60, 0x66])('SAM fault %i is out of service until it is over', async (sw3) => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.setSamFault(sw3)
    const told = await harness.nextState('out-of-service')
    expect(told).toEqual({ event: 'state', state: { state: 'out-of-service', sw3: sw3.toString(16) } })
    expect(await harness.reader.samStatus()).toEqual({ ok: false, fault: 'refused', sw3 })
    await until(() => simulator.counters().requests.resetSam === 1)
    simulator.behave()
    await harness.nextState('ready')
    expect(simulator.counters().requests.resetSam).toBe(1)
  })

  it('a random-number failure that lasts is a device fault', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'status', sw3: 0x47, command: 'selectCard', times: 3 })
    simulator.putCard(zhou)
    expect(await harness.nextFault()).toMatchObject({ fault: 'reader-fault', sw3: '47' })
    await harness.nextState('out-of-service')
    await harness.nextState('ready')
  })

  it('answers questions between its polls', async () => {
    const { harness } = await setUp()
    await harness.nextState('ready')
    expect(await harness.reader.samStatus()).toEqual({ ok: true })
    expect(await harness.reader.samId()).toEqual({ ok: true, samId: '05.01-20120101-0000000001-0000000001' })
    expect(await harness.reader.readAdditionalAddress()).toEqual({ ok: false, fault: 'refused', sw3: 0x41 })
    await harness.reader.stop()
    expect(await harness.reader.samStatus()).toEqual({ ok: false, fault: 'not-connected' })
  })
})

describe('the wire', () => {
  it('unplugged and plugged in again, the reader goes on by itself', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    await simulator.unplug()
    await harness.nextState('unplugged')
    await harness.next(
      (event): event is typeof event => event.event === 'state' && JSON.stringify(event.state).includes('refused'),
    )
    await simulator.plug()
    await harness.nextState('ready')
    simulator.putCard(zhou)
    await harness.nextCard()
  })

  it('unplugged in the middle of a reading delivers nothing', async () => {
    const { simulator, harness } = await setUp()
    simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    simulator.putCard(zhou)
    await harness.nextState('reading')
    await until(() => simulator.counters().requests.readTextPhoto === 1)
    await simulator.unplug(50)
    await harness.nextState('unplugged')
    expect(harness.events.filter((event) => event.event === 'card')).toEqual([])
    await harness.nextCard()
  })

  it('a port that does not exist and a URL that is none are told', async () => {
    const missing = startReader('serial:///dev/no-such-port', QUICK)
    onTestFinished(() => missing.reader.stop())
    expect(await missing.nextState('unplugged')).toMatchObject({ state: { fault: 'not-found' } })
    const wrong = startReader('serail:///dev/ttyUSB0', QUICK)
    expect(await wrong.nextState('unplugged')).toMatchObject({ state: { fault: 'bad-url' } })
    expect(JSON.stringify(wrong.log)).toContain('did you mean')
    await wrong.reader.stop()
  })

  it('tells nothing after it was stopped', async () => {
    const { simulator, harness } = await setUp()
    await harness.nextState('ready')
    simulator.putCard(zhou)
    await harness.nextState('reading')
    await harness.reader.stop()
    expect(harness.events.at(-1)).toEqual({ event: 'state', state: { state: 'stopped' } })
    expect(harness.reader.state()).toEqual({ state: 'stopped' })
  })
})
