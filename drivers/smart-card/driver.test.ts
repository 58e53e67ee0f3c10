import { describe, expect, it, onTestFinished } from 'vitest'
import { BANK_CARD, LONG_NAME_CARD, SAMPLE_CARDS } from './sample-cards.ts'
import { SIMULATED_READER } from './simulator.ts'
import { ExchangeResultSchema, SocialSecurityResultSchema } from './states.ts'
import { type SmartCardSetUp, setUpSmartCard, startSmartCard } from './testing/harness.ts'
import { advanceUntil, createManualClock, until } from './testing/manual-clock.ts'

async function setUp(...args: Parameters<typeof setUpSmartCard>): Promise<SmartCardSetUp> {
  const made = await setUpSmartCard(...args)
  onTestFinished(made.close)
  return made
}

const SELECT_BANK = Buffer.from('00A404000E325041592E5359532E4444463031', 'hex')

describe('readers and cards that come and go', () => {
  it('tells the reader, the card with its ATR, and their going', async () => {
    const { sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.insertCard('zhou-mingyuan')
    const inserted = await harness.nextEvent('card-inserted')
    expect(inserted).toEqual({
      event: 'card-inserted',
      reader: SIMULATED_READER,
      insertion: 1,
      atr: '3B6D00000081544CB686123499010100',
    })
    await harness.nextState('card')
    sim.liftCard()
    expect(await harness.nextEvent('card-removed')).toEqual({
      event: 'card-removed',
      reader: SIMULATED_READER,
      insertion: 1,
    })
    sim.pullReader()
    await harness.nextEvent('reader-removed')
    expect(await harness.nextState('no-reader')).toEqual({ state: 'no-reader', readers: [] })
    sim.plugReader()
    await harness.nextEvent('reader-attached')
    await harness.nextState('ready')
    expect(harness.told()).toEqual([
      'reader-attached',
      'state ready',
      'card-inserted',
      'state card',
      'card-removed',
      'state ready',
      'reader-removed',
      'state no-reader',
      'reader-attached',
      'state ready',
    ])
  })

  it('tells a card that took the place of another between two looks', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextEvent('card-inserted')
    sim.insertCard('sun-guilan')
    expect((await harness.nextEvent('card-removed')).insertion).toBe(1)
    expect((await harness.nextEvent('card-inserted')).insertion).toBe(2)
  })

  it('a card put in the wrong way round is mute, and good when it is turned', async () => {
    const { sim, harness } = await setUp()
    sim.insertMuteCard()
    expect((await harness.nextEvent('card-inserted')).atr).toBeNull()
    await harness.nextState('mute')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'mute' })
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
  })

  it('keeps to the reader that its pattern names, and to the one it has while others come', async () => {
    const { sim, harness } = await setUp()
    sim.plugOtherReader('Another Reader 00 00')
    sim.insertIntoOther('Another Reader 00 00', BANK_CARD)
    sim.insertCard('zhou-mingyuan')
    expect((await harness.nextEvent('card-inserted')).reader).toBe(SIMULATED_READER)
    sim.pullReader()
    // Now the first in the service's order is the other one, and `*` takes it.
    expect((await harness.nextEvent('reader-attached')).reader).toBe('Another Reader 00 00')
    sim.plugReader()
    sim.insertCard('sun-guilan')
    const only = startSmartCard(sim.url.replace('pcsc:*', 'pcsc:*SIMULATED*'), createManualClock())
    onTestFinished(() => only.reader.stop())
    expect((await only.nextEvent('card-inserted')).reader).toBe(SIMULATED_READER)
    expect(harness.reader.state()).toEqual({ state: 'card', reader: 'Another Reader 00 00' })
  })

  it('names the readers that are there when none fits', async () => {
    const { sim } = await setUp()
    const wrong = startSmartCard(sim.url.replace('pcsc:*', 'pcsc:OMNIKEY*'), createManualClock())
    onTestFinished(() => wrong.reader.stop())
    expect(await wrong.nextState('no-reader')).toEqual({ state: 'no-reader', readers: [SIMULATED_READER] })
    expect(await wrong.reader.exchange([])).toMatchObject({ ok: false, fault: 'no-reader' })
  })

  it('a reader that the service cannot speak to is told', async () => {
    const { sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.failReader(true)
    await harness.nextState('reader-fault')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-answer' })
    sim.failReader(false)
    await harness.nextState('ready')
  })
})

describe('the social-security card', () => {
  it.each([...SAMPLE_CARDS, LONG_NAME_CARD])('reads all public fields of $id', async (card) => {
    const { sim, harness } = await setUp()
    sim.insertCard(card)
    await harness.nextState('card')
    const result = await harness.reader.readSocialSecurityCard()
    expect(SocialSecurityResultSchema.parse(structuredClone(result))).toEqual({
      ok: true,
      card: { readId: 'read-1', fields: card.fields },
    })
    expect(harness.told().slice(-3)).toEqual(['state card', 'state reading', 'state card'])
  })

  it('lets the card go in reset, so that nothing stays selected', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    const before = sim.counters().cards.resets
    await harness.reader.readSocialSecurityCard()
    await until(() => sim.counters().cards.resets === before + 1)
    await until(() => sim.counters().requests.releaseContext === 1)
  })

  it('a bank card is told as the wrong card and not asked for anything else', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard(BANK_CARD)
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'wrong-card', sw: '6A82' })
    expect(sim.counters().cards.commands).toBe(1)
    expect(harness.reader.state().state).toBe('card')
  })

  it('no line of the log and no state holds anything of the card', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    await harness.reader.readSocialSecurityCard()
    const [, , { fields, atr }] = SAMPLE_CARDS as [unknown, unknown, (typeof SAMPLE_CARDS)[number]]
    const states = harness.events.filter(({ event }) => event === 'state')
    const said = JSON.stringify([harness.log, states])
    for (const secret of [atr, fields.name, fields.number, fields.cardNumber, fields.cardId]) {
      expect(secret).toBeTruthy()
      expect(said).not.toContain(secret)
    }
  })

  it('without a card there is nothing to read', async () => {
    const { harness } = await setUp()
    await harness.nextState('ready')
    expect(await harness.reader.readSocialSecurityCard()).toEqual({
      ok: false,
      fault: 'no-card',
      state: { state: 'ready', reader: SIMULATED_READER },
    })
  })

  it('a card that refuses is unreadable, with its word', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    sim.misbehave({ kind: 'status', sw: 0x6982, ins: 0xb2 })
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'unreadable', sw: '6982' })
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
  })
})

describe('commands of one’s own', () => {
  it('follows 61xx and 6Cxx and gives the answers in order', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    const result = await harness.reader.exchange([
      Buffer.from('00A404000F7378312E73682EC9E7BBE1B1A3D5CF', 'hex'),
      Buffer.from('00A4020002EF06', 'hex'),
      Buffer.from('00B2080000', 'hex'),
      Buffer.from('00B2010400', 'hex'),
      Buffer.from('0084000008', 'hex'),
    ])
    const record = `0812${Buffer.from('990101198611020033').toString('hex')}`
    expect(ExchangeResultSchema.parse(structuredClone(result))).toMatchObject({ ok: true })
    if (!result.ok) throw new Error(result.fault)
    expect(result.answers.map(({ data, sw }) => [Buffer.from(data).toString('hex'), sw])).toEqual([
      ['6f11840f7378312e73682ec9e7bbe1b1a3d5cf', '9000'],
      ['', '9000'],
      [record, '9000'],
      [record, '9000'],
      ['', '6D00'],
    ])
  })

  it('sends nothing that is no short command, and nothing towards a bank', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard(BANK_CARD)
    await harness.nextState('card')
    for (const bad of [[0x00], [0x00, 0xa4, 0x04, 0x00, 0x05, 0x01], new Array(262).fill(0)]) {
      expect(await harness.reader.exchange([Uint8Array.from(bad)])).toMatchObject({ ok: false, fault: 'bad-command' })
    }
    expect(await harness.reader.exchange(new Array(65).fill(Uint8Array.of(0, 0x84, 0, 0, 8)))).toMatchObject({
      fault: 'bad-command',
    })
    expect(await harness.reader.exchange([SELECT_BANK])).toMatchObject({ ok: false, fault: 'bank-data' })
    expect(sim.counters().cards).toMatchObject({ commands: 0, bankCommands: 0 })
  })

  it('jobs wait their turn', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    const results = await Promise.all([
      harness.reader.readSocialSecurityCard(),
      harness.reader.exchange([Buffer.from('00A4020002EF06', 'hex')]),
      harness.reader.readSocialSecurityCard(),
    ])
    // The second finds nothing selected: the first left no trace.
    expect(results).toMatchObject([{ ok: true }, { ok: true, answers: [{ sw: '6A82' }] }, { ok: true }])
  })

  it('the card of another program is in use, until that program lets go', async () => {
    const { clock, sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    const letGo = sim.takeByOther()
    const reading = harness.reader.readSocialSecurityCard()
    await advanceUntil(clock, () => harness.reader.state().state === 'in-use')
    expect(await reading).toMatchObject({ ok: false, fault: 'in-use', state: { state: 'in-use' } })
    letGo()
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
  })

  it('a card that another program looks at for a moment is waited for', async () => {
    const { clock, sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    const letGo = sim.takeByOther()
    const reading = harness.reader.readSocialSecurityCard()
    await advanceUntil(clock, () => (sim.counters().requests.connect ?? 0) >= 3)
    letGo()
    await advanceUntil(clock, () => harness.reader.state().state === 'card')
    expect(await reading).toMatchObject({ ok: true })
  })

  it('shares the card when the address says so', async () => {
    const { sim, harness } = await setUp({ parameters: '&share=shared' })
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
    await until(() => sim.counters().requests.endTransaction === 1)
    expect(sim.counters().requests.beginTransaction).toBe(1)
  })
})

describe('the service', () => {
  it.each([4, 5])('speaks version 4.%i', async (minor) => {
    const { sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.speakVersion(minor)
    const other = startSmartCard(sim.url, createManualClock())
    onTestFinished(() => other.reader.stop())
    await other.nextState('ready')
    expect(other.logged('smart-card.service-open')).toMatchObject([{ minor }])
  })

  it('a version that nobody knows is told, and tried again', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.speakVersion(9)
    await sim.stopService()
    await harness.nextState('no-service')
    await sim.startService()
    clock.advance(250)
    expect(await harness.nextState('service-mismatch')).toEqual({ state: 'service-mismatch', theirs: '4.9' })
    sim.speakVersion(4)
    clock.advance(10_000)
    await harness.nextState('ready')
  })

  it('lasting silence on an idle wire is noticed by the probe', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    await advanceUntil(clock, () => (sim.counters().requests.waitReaderStateChange ?? 0) >= 3)
    expect(harness.reader.state().state).toBe('ready')
    sim.silenceService(true)
    await advanceUntil(clock, () => harness.reader.state().state === 'service-silent')
    sim.silenceService(false)
    await advanceUntil(clock, () => harness.reader.state().state === 'ready')
  })

  it('waits longer and longer, up to 10 s, and soon again after it was well', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    await sim.stopService()
    await harness.nextState('no-service')
    const waits: number[] = []
    for (let i = 1; i <= 8; i += 1) {
      await until(() => clock.pending() === 1)
      let waitedMs = 0
      while (harness.logged('smart-card.service-refused').length < i) {
        clock.advance(250)
        waitedMs += 250
        if (clock.pending() === 0) await until(() => clock.pending() === 1)
      }
      waits.push(waitedMs)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    await until(() => clock.pending() === 1)
    await sim.startService()
    clock.advance(10_000)
    await harness.nextState('ready')
    await sim.stopService()
    await harness.nextState('no-service')
    await sim.startService()
    await until(() => clock.pending() === 1)
    clock.advance(250)
    await harness.nextState('ready')
  })

  it('hanging up at once is lost, not a crash', async () => {
    const { clock, sim, harness } = await setUp()
    await harness.nextState('ready')
    sim.hangUp(true)
    await sim.stopService()
    await sim.startService()
    await harness.nextState('no-service')
    clock.advance(250)
    await until(() => harness.logged('smart-card.service-refused').length === 1)
    expect(harness.reader.state()).toEqual({ state: 'no-service', fault: 'lost' })
  })
})

describe('addresses and systems', () => {
  it('a wrong address is told once and not tried', async () => {
    const harness = startSmartCard('pcsc:', createManualClock())
    await harness.nextState('bad-address')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-service' })
    await harness.reader.stop()
  })

  it.each(['win32', 'darwin'])('%s has no pcscd', async (platform) => {
    const harness = startSmartCard('pcsc:*', createManualClock(), { platform })
    await harness.nextState('not-supported')
    await harness.reader.stop()
  })

  it('no service at the path', async () => {
    const harness = startSmartCard('pcsc:*?socket=/no/such/pcscd.comm', createManualClock())
    expect(await harness.nextState('no-service')).toEqual({ state: 'no-service', fault: 'not-found' })
    await harness.reader.stop()
  })

  it('stop ends a job that is under way, and start begins anew', async () => {
    const { sim, harness } = await setUp()
    sim.insertCard('zhou-mingyuan')
    await harness.nextState('card')
    sim.misbehave({ kind: 'silence', ins: 0xb2 })
    const reading = harness.reader.readSocialSecurityCard()
    await harness.nextState('reading')
    await until(() => sim.counters().cards.commands === 4)
    await harness.reader.stop()
    expect(await reading).toMatchObject({ ok: false, fault: 'stopped' })
    expect(harness.reader.state()).toEqual({ state: 'stopped' })
    expect(harness.told().slice(-4)).toEqual(['state reading', 'card-removed', 'reader-removed', 'state stopped'])
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'stopped' })
    harness.reader.start()
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
  })
})
