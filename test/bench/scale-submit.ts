import { join } from 'node:path'
import { type Child, startChild } from '../../electron/dev/child.ts'
import { ROOT } from '../../electron/dev/stack.ts'

/** Submissions inside main with a full queue and with an empty one, in turn, each in a process of its own. */
export interface SubmitTimes {
  readonly fullMs: number[]
  readonly emptyMs: number[]
}

/** Until the engines have compiled both; not counted. */
const WARM_UP_PAIRS = 100

export async function submitBeside(options: {
  readonly fullDir: string
  readonly queued: number
  readonly emptyDir: string
  readonly pairs: number
}): Promise<SubmitTimes> {
  const children: Child[] = []
  const start = async (dir: string, submissions: number): Promise<Child> => {
    const child = startChild(process.execPath, [join(ROOT, 'test/bench/intake-child.ts'), dir])
    children.push(child)
    const ready = await child.next('ready')
    if (ready.submissions !== submissions) throw new Error(`the ledger holds ${ready.submissions}, not ${submissions}`)
    return child
  }
  const once = async (child: Child): Promise<number> => {
    child.type('submit')
    return Number((await child.next('submitted')).tookMs)
  }
  try {
    const full = await start(options.fullDir, options.queued)
    const empty = await start(options.emptyDir, 0)
    const times: SubmitTimes = { fullMs: [], emptyMs: [] }
    for (let turn = -WARM_UP_PAIRS; turn < options.pairs; turn += 1) {
      const before = turn % 2 === 0 ? await once(full) : undefined
      const emptyMs = await once(empty)
      const fullMs = before ?? (await once(full))
      if (turn < 0) continue
      times.fullMs.push(fullMs)
      times.emptyMs.push(emptyMs)
    }
    for (const child of children) child.type('end')
    await Promise.all(children.map(({ exited }) => exited))
    return times
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}
