import { realClock } from '../transport/clock.ts'
import { DEFAULT_BAUD } from '../transport/device-url.ts'
import { openLink } from '../transport/open-link.ts'
import { BITS_PER_BYTE } from '../transport/paced-writer.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { createIdCardReader } from './driver.ts'
import { SAMPLE_PERSONS } from './sample-persons.ts'
import { POLL_INTERVAL_MS } from './session.ts'
import { createCardReaderSimulator } from './simulator.ts'

/**
 * Measures readings against the paced simulator: how much longer than the bare wire time a reading takes. The bound
 * to compare with is in issue 2: p50 at most 1.10 × 118.0 ms.
 */

/** find 10 + 15, select 10 + 19, read 10 + 1295 (reference/devices.md 1.10). */
const READING_BYTES = 1359
const READING_TIMEOUT_MS = 10_000

export interface ReadingMeasurement {
  readonly wire: 'pty' | 'tcp'
  readonly readings: number
  readonly wireTimeMs: number
  /** From the first byte of the find that was answered "card found" to the fields event, sorted. */
  readonly foundToFieldsMs: readonly number[]
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p50OverWire: number
  /** From the card's being put there to the first byte of that find: the polling interval, reported apart. */
  readonly putToFoundP50Ms: number
}

export type MeasureResult =
  | ({ readonly ok: true } & ReadingMeasurement)
  | { readonly ok: false; readonly fault: 'no-socat' | 'no-link' | 'no-reading'; readonly detail: string }

/** Puts a card on the simulated reader `readings` times and measures each reading. Both ends run in this process. */
export async function measureReadings(options: {
  readonly readings: number
  readonly wire: 'pty' | 'tcp'
}): Promise<MeasureResult> {
  const simulator = createCardReaderSimulator({ baud: DEFAULT_BAUD })
  let url: string
  let closeWire: () => Promise<void> = async () => undefined
  if (options.wire === 'pty') {
    const pair = await openPtyPair()
    if (!pair.ok) return pair
    closeWire = pair.close
    const attached = await simulator.attach(`serial://${pair.ends[1]}`)
    if (!attached.ok) {
      await closeWire()
      return { ok: false, fault: 'no-link', detail: attached.detail }
    }
    url = `serial://${pair.ends[0]}`
  } else {
    url = await simulator.listen()
  }

  const foundToFieldsMs: number[] = []
  const putToFoundMs: number[] = []
  let putAtMs = 0
  let onTurn: ((problem?: string) => void) | undefined
  const reader = createIdCardReader({
    url,
    openLink,
    clock: realClock,
    log: () => undefined,
    onEvent: (event) => {
      if (event.event === 'card') {
        foundToFieldsMs.push(event.timing.fieldsAtMs - event.timing.foundAtMs)
        putToFoundMs.push(event.timing.foundAtMs - putAtMs)
        onTurn?.()
      } else if (event.event === 'card-fault') {
        onTurn?.(event.fault)
      }
    },
  })
  reader.start()
  let problem: string | undefined
  for (let turn = 0; turn < options.readings && problem === undefined; turn += 1) {
    problem = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(`no reading within ${READING_TIMEOUT_MS} ms`), READING_TIMEOUT_MS)
      onTurn = (trouble) => {
        clearTimeout(timer)
        resolve(trouble)
      }
      const person = SAMPLE_PERSONS[turn % SAMPLE_PERSONS.length]
      if (person === undefined) throw new Error('there are no sample persons')
      putAtMs = performance.timeOrigin + performance.now()
      simulator.putCard(person)
    })
    // Lifted, and one find that sees that it is gone.
    simulator.takeCard()
    const finds = simulator.counters().requests.findCard ?? 0
    while ((simulator.counters().requests.findCard ?? 0) < finds + 2 && problem === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // People do not put their cards down in step with the polls.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * POLL_INTERVAL_MS))
  }
  await reader.stop()
  await simulator.close()
  await closeWire()
  if (problem !== undefined) return { ok: false, fault: 'no-reading', detail: problem }

  foundToFieldsMs.sort((a, b) => a - b)
  putToFoundMs.sort((a, b) => a - b)
  const wireTimeMs = (READING_BYTES * BITS_PER_BYTE * 1000) / DEFAULT_BAUD
  const p50Ms = quantile(foundToFieldsMs, 0.5)
  return {
    ok: true,
    wire: options.wire,
    readings: foundToFieldsMs.length,
    wireTimeMs,
    foundToFieldsMs,
    p50Ms,
    p95Ms: quantile(foundToFieldsMs, 0.95),
    p50OverWire: p50Ms / wireTimeMs,
    putToFoundP50Ms: quantile(putToFoundMs, 0.5),
  }
}

/** The nearest-rank quantile of sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
