import { setTimeout as sleep } from 'node:timers/promises'
import { SAMPLE_PERSONS, type SamplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { POLL_INTERVAL_MS } from '../../drivers/id-card-reader/session.ts'
import type { CardEvent } from '../../electron/bridge/identity.contract.ts'
import type { PageClient } from '../support/page-client.ts'
import type { World } from '../support/world.ts'
import { nowMs } from './clock-offset.ts'

/**
 * Readings through the whole terminal: the simulated reader paced like 115200 baud on a real PTY, the device host in its
 * process, main, the bridge's socket, and whoever sits at its other end.
 */
export interface Reading {
  /** Card put there → first byte of the find that found it: half a polling interval on the average. */
  readonly pollWaitMs: number
  /** That byte → the driver handed the fields out, by the device host's clock. */
  readonly driverMs: number
  /** That byte → a bridge client's code holds the checked card event. */
  readonly clientMs: number
}

const READING_TIMEOUT_MS = 10_000
const LOOK_AGAIN_MS = 5

type CardHeld = Extract<CardEvent, { kind: 'card' }>

export interface CardDesk {
  /** Puts the next person's card there; the answer resolves with what a bridge client got, and when. */
  put(): { readonly putAtMs: number; readonly person: SamplePerson; readonly read: Promise<Reading> }
  /** Takes the card away, ends the visit, and waits until the reader has noticed and the polls are out of step again. */
  clear(): Promise<void>
}

export function openCardDesk(world: World, client: PageClient): CardDesk {
  const { reader } = world.stack.bench
  let onCard: ((event: CardHeld, atMs: number) => void) | undefined
  let ended: unknown
  void (async () => {
    for await (const event of await client.bridge.identity.watchCard()) {
      if (event.kind === 'card') onCard?.(event, nowMs())
    }
  })().catch((error: unknown) => {
    ended = error
  })
  let turn = 0

  return {
    put() {
      const person = SAMPLE_PERSONS[turn % SAMPLE_PERSONS.length]
      if (person === undefined) throw new Error('there are no sample persons')
      turn += 1
      const read = new Promise<Reading>((resolve, reject) => {
        const timer = setTimeout(() => {
          onCard = undefined
          const why = ended === undefined ? '' : `; the card watch ended: ${String(ended)}`
          reject(new Error(`no card within ${READING_TIMEOUT_MS} ms${why}`))
        }, READING_TIMEOUT_MS)
        onCard = ({ timing, applicant }, atMs) => {
          if (applicant.name !== person.fields.name) return
          clearTimeout(timer)
          onCard = undefined
          resolve({
            pollWaitMs: timing.foundAtMs - putAtMs,
            driverMs: timing.fieldsAtMs - timing.foundAtMs,
            clientMs: atMs - timing.foundAtMs,
          })
        }
      })
      const putAtMs = nowMs()
      reader.putCard(person)
      return { putAtMs, person, read }
    },
    async clear() {
      reader.takeCard()
      await client.bridge.session.end({ why: 'left' })
      const finds = () => reader.counters().requests.findCard ?? 0
      const before = finds()
      // Two: the first may have been under way when the card was lifted.
      while (finds() < before + 2) await sleep(LOOK_AGAIN_MS)
      // People do not put their cards down in step with the polls.
      await sleep(Math.random() * POLL_INTERVAL_MS)
    },
  }
}
