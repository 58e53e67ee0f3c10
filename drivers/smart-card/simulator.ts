import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, realClock } from '../transport/clock.ts'
import type { CommandName } from './protocol.ts'
import { type SampleCard, sampleCard } from './sample-cards.ts'
import { createSimulatedReaders } from './simulated-readers.ts'
import { createSimulatedService } from './simulated-service.ts'
import { type CardMisbehaviour, createVirtualCard, type VirtualCard } from './virtual-card.ts'

/**
 * A smart-card reader without hardware and without pcscd: a service of its own that speaks pcscd's protocol on a socket
 * of its own, with one reader and the sample cards. For a virtual card in the real pcscd see vpcd-card.ts.
 */

export const SIMULATED_READER = 'Bianmin Simulated Reader 00 00'

export interface SmartCardSimulatorOptions {
  readonly clock?: Clock
  /** Name of the reader; SIMULATED_READER unless given. */
  readonly reader?: string
}

export interface SmartCardSimulatorView {
  readonly serviceRuns: boolean
  readonly readers: readonly string[]
  /** Id of the card that lies in the reader. */
  readonly card: string | undefined
}

export interface SmartCardSimulator {
  /** For the driver: `pcsc:*?socket=…`. */
  readonly url: string
  /** A sample card by its id, or any other; replaces one that lies there. */
  insertCard(card: string | SampleCard): void
  /** Put in the wrong way round: seen, and does not answer. */
  insertMuteCard(): void
  liftCard(): void
  /** What the card that lies there does wrong next. */
  misbehave(misbehaviour: CardMisbehaviour): void
  behave(): void
  pullReader(): void
  plugReader(): void
  /** Another reader beside it. */
  plugOtherReader(name: string): void
  insertIntoOther(name: string, card: SampleCard): void
  failReader(failing: boolean): void
  /** Another program on the machine takes the card for itself, until it lets go. */
  takeByOther(): () => void
  stopService(): Promise<void>
  startService(): Promise<void>
  silenceService(silent: boolean): void
  hangUp(hangsUp: boolean): void
  speakVersion(minor: number): void
  garbleService(bytes: Uint8Array, command?: CommandName, times?: number): void
  blurt(bytes: Uint8Array): void
  view(): SmartCardSimulatorView
  /** Requests to the service, and commands, resets and bank commands that all cards together were given. */
  counters(): {
    readonly requests: Readonly<Partial<Record<CommandName | 'unknown', number>>>
    readonly cards: ReturnType<VirtualCard['counters']>
  }
  close(): Promise<void>
}

export async function openSmartCardSimulator(options: SmartCardSimulatorOptions = {}): Promise<SmartCardSimulator> {
  const clock = options.clock ?? realClock
  const reader = options.reader ?? SIMULATED_READER
  const place = await placeForSocket()
  const readers = createSimulatedReaders()
  readers.plug(reader)
  const service = createSimulatedService({ path: place.path, readers, clock })
  await service.start()
  const cards: VirtualCard[] = []
  let runs = true

  function make(spec: SampleCard): VirtualCard {
    const card = createVirtualCard(spec)
    cards.push(card)
    return card
  }
  function specOf(card: string | SampleCard): SampleCard {
    const spec = typeof card === 'string' ? sampleCard(card) : card
    if (spec === undefined) throw new Error(`there is no sample card "${String(card)}"`)
    return spec
  }
  async function stopService(): Promise<void> {
    runs = false
    await service.stop()
  }

  return {
    url: `pcsc:*?socket=${encodeURIComponent(place.path)}`,
    insertCard: (card) => readers.insert(reader, make(specOf(card))),
    insertMuteCard: () => readers.insert(reader, make(specOf('bank-card')), 'mute'),
    liftCard: () => readers.lift(reader),
    misbehave: (misbehaviour) => readers.cardIn(reader)?.misbehave(misbehaviour),
    behave: () => readers.cardIn(reader)?.behave(),
    pullReader: () => readers.pull(reader),
    plugReader: () => readers.plug(reader),
    plugOtherReader: (name) => readers.plug(name),
    insertIntoOther: (name, card) => readers.insert(name, make(card)),
    failReader: (failing) => readers.fail(reader, failing),
    takeByOther() {
      const other = {}
      readers.connect(reader, 'exclusive', other)
      return () => readers.drop(other)
    },
    stopService,
    async startService() {
      await service.start()
      runs = true
    },
    silenceService: service.beSilent,
    hangUp: service.hangUp,
    speakVersion: service.speakVersion,
    garbleService: service.garble,
    blurt: service.blurt,
    view: () => ({ serviceRuns: runs, readers: readers.plugged(), card: readers.cardIn(reader)?.id }),
    counters() {
      const sum = { commands: 0, resets: 0, bankCommands: 0 }
      for (const card of cards) {
        const counted = card.counters()
        sum.commands += counted.commands
        sum.resets += counted.resets
        sum.bankCommands += counted.bankCommands
      }
      return { requests: service.requests(), cards: sum }
    },
    async close() {
      await stopService()
      await place.remove()
    },
  }
}

/** A path that nobody else has: a file in a folder of its own, on Windows a named pipe. */
async function placeForSocket(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\bianmin-smart-card-${randomBytes(8).toString('hex')}`, remove: async () => undefined }
  }
  const folder = await mkdtemp(join(tmpdir(), 'smart-card-'))
  return { path: join(folder, 'pcscd.comm'), remove: () => rm(folder, { recursive: true, force: true }) }
}
