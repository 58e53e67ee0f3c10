import { parentPort, workerData } from 'node:worker_threads'
import { seededRandom } from '../sim/random.ts'
import { inputOf, piecesOf } from './mutate.ts'
import { TARGETS } from './targets.ts'

/** What a thread is told: which inputs are its own. */
export interface Share {
  readonly seed: string
  readonly first: number
  readonly frames: number
  /** Only these; all when empty. */
  readonly names: readonly string[]
  /** One 32-bit number: the input that is being fed. A parser that hangs is caught by it. */
  readonly progress: SharedArrayBuffer
}

export interface Finding {
  readonly kind: 'crash' | 'accepted-bad' | 'hang'
  readonly target: string
  readonly input: number
  readonly detail: string
  readonly bytes: string
}

export interface ShareResult {
  readonly findings: readonly Finding[]
  readonly fed: Readonly<Record<string, { readonly accepted: number; readonly rejected: number }>>
}

const MOST_FINDINGS = 20

export function targetOf(index: number, names: readonly string[]) {
  const some = names.length === 0 ? TARGETS : TARGETS.filter(({ name }) => names.includes(name))
  const target = some[index % some.length]
  if (target === undefined) throw new Error('there is nothing to fuzz')
  return target
}

/** Input `index` of a seed, whichever thread makes it. */
export function inputAt(seed: string, index: number, names: readonly string[]) {
  const target = targetOf(index, names)
  const random = seededRandom(`${seed}/${index}`)
  const bytes = inputOf(target.seeds(), random)
  return { target, bytes, pieces: piecesOf(bytes.length, random) }
}

function run({ seed, first, frames, names, progress }: Share): ShareResult {
  const at = new Int32Array(progress)
  const findings: Finding[] = []
  const fed: Record<string, { accepted: number; rejected: number }> = {}
  for (let index = first; index < first + frames && findings.length < MOST_FINDINGS; index++) {
    Atomics.store(at, 0, index)
    const { target, bytes, pieces } = inputAt(seed, index, names)
    const found = (kind: Finding['kind'], detail: string) =>
      findings.push({
        ...{ kind, detail, target: target.name, input: index },
        bytes: Buffer.from(bytes).toString('hex').slice(0, 2000),
      })
    const counts = fed[target.name] ?? { accepted: 0, rejected: 0 }
    fed[target.name] = counts
    try {
      const outcome = target.feed(bytes, pieces)
      counts[outcome]++
      if (outcome === 'accepted' && target.isGood?.(bytes) === false) found('accepted-bad', 'not truly valid')
    } catch (error) {
      found('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }
  return { findings, fed }
}

if (parentPort !== null) parentPort.postMessage(run(workerData as Share))
