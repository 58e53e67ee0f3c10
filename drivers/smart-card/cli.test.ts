import { describe, expect, it, onTestFinished } from 'vitest'
import { probe, readCard } from './cli.ts'
import { SAMPLE_CARDS } from './sample-cards.ts'
import { openSmartCardSimulator, SIMULATED_READER } from './simulator.ts'
import { createManualClock } from './testing/manual-clock.ts'

async function setUp() {
  const sim = await openSmartCardSimulator()
  onTestFinished(() => sim.close())
  return sim
}

describe('for the maintainer', () => {
  it('probe tells the reader, or what is missing and why', async () => {
    const sim = await setUp()
    expect(await probe(sim.url)).toMatchObject({
      class: 'smart-card',
      ok: true,
      state: { state: 'ready', reader: SIMULATED_READER },
      condition: { condition: 'ready' },
    })
    sim.insertCard('zhou-mingyuan')
    expect(await probe(sim.url)).toMatchObject({ ok: true })
    sim.pullReader()
    expect(await probe(sim.url)).toMatchObject({ ok: false, state: { state: 'no-reader' } })
    await sim.stopService()
    expect(await probe(sim.url)).toMatchObject({ ok: false, state: { state: 'no-service' } })
    const wrong = await probe('pcsc:')
    expect(wrong).toMatchObject({ ok: false, condition: { condition: 'bad-address' } })
    expect(JSON.stringify(wrong.log)).toContain('write pcsc:*')
    expect(await probe('pcsc:*', { platform: 'win32' })).toMatchObject({ state: { state: 'not-supported' } })
  })

  it('reads a card that lies there, and one that is put in', async () => {
    const sim = await setUp()
    const [zhao, sun] = SAMPLE_CARDS
    sim.insertCard(zhao?.id ?? '')
    expect(await readCard(sim.url)).toMatchObject({ ok: true, card: { fields: zhao?.fields } })
    sim.liftCard()
    const reading = readCard(sim.url)
    sim.insertCard(sun?.id ?? '')
    expect(await reading).toMatchObject({ ok: true, card: { fields: sun?.fields } })
  })

  it('ends in time without a card, and at once with an address that cannot work', async () => {
    const sim = await setUp()
    const clock = createManualClock()
    const waiting = readCard(sim.url, { clock })
    await new Promise<void>((resolve) => setImmediate(resolve))
    clock.advance(30_000)
    expect(await waiting).toMatchObject({ ok: false })
    expect(await readCard('pcsc:')).toMatchObject({ ok: false, fault: 'no-service', state: { state: 'bad-address' } })
  })
})
