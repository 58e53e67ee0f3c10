import { describe, expect, it, type TestContext } from 'vitest'
import { realClock } from '../transport/clock.ts'
import type { SmartCardReaderOptions } from './driver.ts'
import { BANK_CARD, SAMPLE_CARDS, type SampleCard } from './sample-cards.ts'
import { type SmartCardHarness, startSmartCard } from './testing/harness.ts'
import { createManualClock, type ManualClock, until } from './testing/manual-clock.ts'
import { openPrivatePcscd, type PrivatePcscd, VIRTUAL_READER } from './testing/private-pcscd.ts'
import type { SmartCardTiming } from './timing.ts'
import { createVirtualCard, type VirtualCard } from './virtual-card.ts'
import { createVpcdSlot, type VpcdSlot } from './vpcd-card.ts'

/** `direct` answers in one piece: over vpcd each command costs 44 ms, so most tests use it. */
const [zhao, direct, zhou] = SAMPLE_CARDS as [SampleCard, SampleCard, SampleCard]
const SELECT_SSSE = Buffer.from('00A404000F7378312E73682EC9E7BBE1B1A3D5CF', 'hex')
const SELECT_EF06 = Buffer.from('00A4020002EF06', 'hex')

/** Short, where a test waits for what does not come; nothing measures them. */
const QUICK = { transmitTimeoutMs: 1_500, backOffFirstMs: 50, backOffCapMs: 200 }

interface Place {
  readonly pcscd: PrivatePcscd
  readonly slot: VpcdSlot
  /** What a slow card waits for. */
  readonly cardClock: ManualClock
  readonly harness: SmartCardHarness
  /** Another program on the same machine. */
  start(parameters?: string, options?: Partial<SmartCardReaderOptions>): SmartCardHarness
  /** Puts a card in and waits until the driver sees it. */
  insert(spec: SampleCard, how?: 'mute'): Promise<VirtualCard>
}

/** A pcscd, a virtual reader and a driver for each test, so that they wait for pcscd's slow looks side by side. */
async function setUp(ctx: TestContext, timing: Partial<SmartCardTiming> = QUICK): Promise<Place> {
  const pcscd = await openPrivatePcscd()
  if (!pcscd.ok) return ctx.skip(pcscd.reason)
  const cardClock = createManualClock()
  const slot = createVpcdSlot({ port: pcscd.vpcdPort, clock: cardClock })
  const started: SmartCardHarness[] = []
  ctx.onTestFinished(async () => {
    for (const { reader } of started) await reader.stop()
    slot.lift()
    await pcscd.close()
  })
  const start: Place['start'] = (parameters = '', options = {}) => {
    const harness = startSmartCard(`${pcscd.url}${parameters}`, realClock, { timing, ...options })
    started.push(harness)
    return harness
  }
  const harness = start()
  await harness.nextState('ready')
  return {
    pcscd,
    slot,
    cardClock,
    harness,
    start,
    async insert(spec, how) {
      const card = createVirtualCard(spec)
      expect(await slot.insert(card, how)).toEqual({ ok: true })
      await harness.nextState(how ?? 'card')
      return card
    },
  }
}

describe.concurrent('through the real pcscd and vpcd', () => {
  it('tells a card with its ATR, reads it record by record as T=0 wants it, and tells its going', async (ctx) => {
    const { slot, harness } = await setUp(ctx)
    expect(await slot.insert(createVirtualCard(zhao))).toEqual({ ok: true })
    expect(await harness.nextEvent('card-inserted')).toMatchObject({ reader: VIRTUAL_READER, atr: zhao.atr })
    await harness.nextState('card')
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true, card: { fields: zhao.fields } })
    slot.lift()
    await harness.nextEvent('card-removed')
  })

  it('leaves the card reset and unheld for others, who may share it', async (ctx) => {
    const { harness, start, insert } = await setUp(ctx)
    await insert(direct)
    expect(await harness.reader.exchange([SELECT_SSSE, SELECT_EF06])).toMatchObject({
      ok: true,
      answers: [{ sw: '9000' }, { sw: '9000' }],
    })
    const shared = start('&share=shared')
    await shared.nextState('card')
    expect(await shared.reader.exchange([SELECT_EF06])).toMatchObject({ ok: true, answers: [{ sw: '6A82' }] })
    expect(await harness.reader.exchange([SELECT_EF06])).toMatchObject({ ok: true, answers: [{ sw: '6A82' }] })
  })

  it('two programs: the second is told that the card is in use', async (ctx) => {
    const { cardClock, harness, start, insert } = await setUp(ctx, { transmitTimeoutMs: 15_000 })
    const card = await insert(direct)
    const other = start('', { timing: { shareWaitMs: 0 } })
    await other.nextState('card')
    card.misbehave({ kind: 'slow', delayMs: 1 })
    const first = harness.reader.exchange([SELECT_SSSE])
    await until(() => card.counters().commands === 1)
    expect(await other.reader.exchange([SELECT_SSSE])).toMatchObject({ ok: false, fault: 'in-use' })
    cardClock.advance(1)
    expect(await first).toMatchObject({ ok: true })
    await other.nextState('in-use')
    await other.nextState('card')
  })

  it('tells a mute card and a bank card apart', async (ctx) => {
    const { slot, harness, insert } = await setUp(ctx)
    await insert(zhou, 'mute')
    expect(harness.events).toContainEqual(expect.objectContaining({ event: 'card-inserted', atr: null }))
    slot.lift()
    await harness.nextState('ready')
    const bank = await insert(BANK_CARD)
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ fault: 'wrong-card', sw: '6A82' })
    expect(bank.counters().bankCommands).toBe(0)
  })

  it('never delivers an answer that cannot be, and reads on', async (ctx) => {
    const { harness, insert } = await setUp(ctx)
    const card = await insert(direct)
    for (const kind of ['garbage', 'too-short', 'over-long', 'wrong-length', 'wrong-tag'] as const) {
      card.misbehave({ kind, ins: 0xb2 })
      expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'damaged-answer' })
    }
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true, card: { fields: direct.fields } })
  })

  it('tells a card that was lifted in the middle of a reading', async (ctx) => {
    const { harness, insert } = await setUp(ctx)
    const card = await insert(direct)
    card.misbehave({ kind: 'lift', ins: 0xb2 })
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'lifted-early' })
    await insert(direct)
    expect(await harness.reader.exchange([SELECT_SSSE])).toMatchObject({ ok: true })
  })

  it('cuts off a card that falls silent, and reads another one', async (ctx) => {
    const { slot, harness, insert } = await setUp(ctx)
    const card = await insert(direct)
    card.misbehave({ kind: 'silence', ins: 0xb2 })
    expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: false, fault: 'no-answer' })
    await harness.nextState('mute')
    slot.lift()
    await harness.nextEvent('card-removed')
    await insert(direct)
    expect(await harness.reader.exchange([SELECT_SSSE])).toMatchObject({ ok: true })
  })

  it('survives that pcscd is killed, idle and in the middle of a reading, and comes back by itself', async (ctx) => {
    const { pcscd, harness, insert } = await setUp(ctx)
    await pcscd.kill()
    expect(await harness.nextState('no-service')).toEqual({ state: 'no-service', fault: 'lost' })
    await pcscd.restart()
    await harness.nextState('ready')
    const card = await insert(direct)
    card.misbehave({ kind: 'silence', ins: 0xb2 })
    const reading = harness.reader.readSocialSecurityCard()
    await until(() => card.counters().commands === 3)
    await pcscd.kill()
    expect(await reading).toMatchObject({ ok: false, fault: 'no-service' })
    await pcscd.restart()
    await harness.nextState('ready')
    await insert(direct)
    expect(await harness.reader.exchange([SELECT_SSSE])).toMatchObject({ ok: true })
  })
})
