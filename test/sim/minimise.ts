import type { FaultKind } from './faults.ts'
import type { Break, WorldOptions } from './options.ts'
import type { ViolationKind } from './oracle.ts'
import { runWorld } from './world.ts'

/** A failing seed of an hour would take an hour to shrink: enough is enough. */
const MAX_RUNS = 80
const MAX_MS = 30_000

export interface Minimised {
  readonly options: WorldOptions
  readonly runs: number
}

/** Makes a failing world smaller while it still fails in the same way: fewer kinds of faults, people, hours, machines. */
export async function minimise(failing: WorldOptions, kind: ViolationKind, broken?: Break): Promise<Minimised> {
  let options = failing
  let runs = 0
  const untilMs = performance.now() + MAX_MS
  const enough = () => runs >= MAX_RUNS || performance.now() > untilMs
  async function stillFails(smaller: WorldOptions): Promise<boolean> {
    if (enough()) return false
    runs++
    const result = await runWorld(smaller, { broken })
    return result.violations.some((violation) => violation.kind === kind)
  }
  for (let progress = true; progress && !enough(); ) {
    progress = false
    for (const smaller of smallerWorlds(options)) {
      if (!(await stillFails(smaller))) continue
      options = smaller
      progress = true
      break
    }
  }
  return { options, runs }
}

/** One step smaller in each direction, the largest steps first. */
function* smallerWorlds(options: WorldOptions): Generator<WorldOptions> {
  for (const kind of Object.keys(options.faults) as FaultKind[]) {
    const { [kind]: _, ...faults } = options.faults
    yield { ...options, faults }
  }
  if (options.submissions > 1) {
    yield { ...options, submissions: Math.ceil(options.submissions / 4) }
    yield { ...options, submissions: options.submissions - 1 }
  }
  if (options.horizonMs > 60_000) yield { ...options, horizonMs: Math.round(options.horizonMs / 2) }
  if (options.terminals > 1) yield { ...options, terminals: options.terminals - 1 }
  if (options.worker) yield { ...options, worker: false }
  if (options.attachmentShare > 0) yield { ...options, attachmentShare: 0 }
}
