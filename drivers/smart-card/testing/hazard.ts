import { expect } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import { SAMPLE_CARDS } from '../sample-cards.ts'
import { openSmartCardSimulator, type SmartCardSimulator } from '../simulator.ts'
import { type SmartCardState, type SocialSecurityResult, smartCardCondition } from '../states.ts'
import { type SmartCardHarness, type SmartCardSetUp, setUpSmartCard, startSmartCard } from './harness.ts'
import { advanceUntil, createManualClock, until } from './manual-clock.ts'

/** What the cells of the fault matrix have in common. */

export const CARD = 'zhou-mingyuan'
export const INS_READ_RECORD = 0xb2
export const NOISE: Uint8Array = new Uint8Array(8).fill(0xa5)
/** As long as the table of readers, and not one. */
export const NOISE_TABLE: Uint8Array = new Uint8Array(2_944).fill(0xa5)
/** More than may ever wait. */
export const FLOOD: Uint8Array = new Uint8Array(100_000)

/** A cell with the driver ready and nothing in the reader. */
export function withReady(run: (made: SmartCardSetUp) => Promise<void>): () => Promise<void> {
  return cell(async (made) => {
    await made.harness.nextState('ready')
    await run(made)
  })
}

/** A cell with a card in the reader. */
export function withCard(run: (made: SmartCardSetUp) => Promise<void>): () => Promise<void> {
  return withReady(async (made) => {
    made.sim.insertCard(CARD)
    await made.harness.nextState('card')
    await run(made)
  })
}

/** A cell with a card that has been read. */
export function afterReading(run: (made: SmartCardSetUp) => Promise<void>): () => Promise<void> {
  return withCard(async (made) => {
    expect(await made.harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true })
    await until(() => made.sim.counters().requests.releaseContext === 1)
    await run(made)
  })
}

/** A cell in which the service is away and comes back into what `before` prepares. */
export function atReconnect(
  before: (sim: SmartCardSimulator) => void,
  run: (made: SmartCardSetUp) => Promise<void>,
): () => Promise<void> {
  return withCard(async (made) => {
    await made.sim.stopService()
    await made.harness.nextState('no-service')
    before(made.sim)
    await made.sim.startService()
    made.clock.advance(250)
    await run(made)
  })
}

/** A cell in which the driver starts into what `before` prepares. */
export function atStart(
  before: (sim: SmartCardSimulator) => Promise<void> | void,
  run: (made: SmartCardSetUp) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createManualClock()
    const sim = await openSmartCardSimulator({ clock })
    await before(sim)
    const harness = startSmartCard(sim.url, clock)
    try {
      await run({ clock, sim, harness, close: async () => undefined })
    } finally {
      await harness.reader.stop()
      await sim.close()
    }
  }
}

function cell(run: (made: SmartCardSetUp) => Promise<void>): () => Promise<void> {
  return async () => {
    const made = await setUpSmartCard()
    try {
      await run(made)
    } finally {
      await made.close()
    }
  }
}

/** A reading that has got as far as its first record, which the card keeps to itself. */
export async function stuckReading({
  sim,
  harness,
}: SmartCardSetUp): Promise<{ readonly result: Promise<SocialSecurityResult> }> {
  sim.misbehave({ kind: 'silence', ins: INS_READ_RECORD })
  const before = sim.counters().cards.commands
  const result = harness.reader.readSocialSecurityCard()
  await until(() => sim.counters().cards.commands === before + 4)
  return { result }
}

/** Waits for the state and checks what it maps to. */
export async function expectState(
  { harness }: { readonly harness: SmartCardHarness },
  name: SmartCardState['state'],
  condition: ConditionName,
): Promise<SmartCardState> {
  const state = await harness.nextState(name)
  expect(smartCardCondition(state).condition).toBe(condition)
  return state
}

export function expectLogged({ harness }: { readonly harness: SmartCardHarness }, entry: object): void {
  expect(harness.log).toContainEqual(expect.objectContaining(entry))
}

/** Whatever the driver waits for, it comes to its end, and a card that is put in is read. */
export async function expectRecovery({ clock, sim, harness }: SmartCardSetUp): Promise<void> {
  sim.liftCard()
  await advanceUntil(clock, () => harness.reader.state().state === 'ready')
  const [, sun] = SAMPLE_CARDS
  sim.insertCard(sun?.id ?? '')
  await until(() => harness.reader.state().state === 'card')
  expect(await harness.reader.readSocialSecurityCard()).toMatchObject({ ok: true, card: { fields: sun?.fields } })
  const inserted = harness.events.filter(({ event }) => event === 'card-inserted').length
  const removed = harness.events.filter(({ event }) => event === 'card-removed').length
  // Each card that came went, but for the one that lies there.
  expect(inserted - removed).toBe(1)
}
