import { readdirSync, readFileSync } from 'node:fs'

/**
 * How a campaign ends once its result is said and everything it opened is closed. Two things kept programs there that had
 * said their result, until the outer limit ended them with its own exit code. Something was left open: now it is said
 * what, and the result counts. And nothing was left: Node 24.21 itself turned for ever in the tidying of its last socket
 * (Environment::CleanupHandles, 3 ends of 7 under load), which comes only to a program that runs out by itself.
 */
const LET_GO_MS = 10_000
const CLOCK_TICKS_A_SECOND = 100

/** The field of /proc/PID/stat that holds the start, counted from behind the name (man 5 proc: field 22). */
const START_AFTER_NAME = 19

export function endWith(exitCode: number, say: (line: string) => void = (line) => process.stderr.write(`${line}\n`)) {
  process.exitCode = exitCode
  // Leaves at once, without that tidying.
  process.once('exit', () => process.exit())
  // Fires only when something else still keeps the program alive.
  setTimeout(() => {
    say(`held open ${LET_GO_MS / 1000} s after the end by ${process.getActiveResourcesInfo().join(', ')}`)
    for (const line of startedSince(process.pid)) say(`still running: ${line}`)
    process.exit()
  }, LET_GO_MS).unref()
}

/** Every process that began after this one, as "pid, parent, command"; also what was left by a parent that is gone. */
export function startedSince(pid: number, proc = '/proc'): readonly string[] {
  const began = readStat(pid, proc)?.startTicks
  if (began === undefined) return []
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name) && Number(name) !== pid)
    .flatMap((name) => {
      const stat = readStat(Number(name), proc)
      if (stat === undefined || stat.startTicks < began) return []
      const ageS = Math.round((stat.startTicks - began) / CLOCK_TICKS_A_SECOND)
      return [`${name} of ${stat.parent}, begun ${ageS} s after it: ${stat.command}`]
    })
}

function readStat(pid: number, proc: string) {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8')
    const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`${proc}/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 160)
    // `fields` begins at the process group: field 5 of the manual's count.
    return { parent, startTicks: Number(fields[START_AFTER_NAME - 2]), command }
  } catch (error) {
    // Gone between the listing and the look.
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
