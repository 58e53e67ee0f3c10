import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { endWith } from '../support/ending.ts'
import { TARGETS } from './targets.ts'
import { type Finding, inputAt, type Share, type ShareResult } from './thread.ts'

const HELP = `npm run fuzz -- [--frames N] [--seed TEXT] [--target NAME …] [--json]

Feeds every parser of drivers and sync with mutated valid inputs and with noise, in pieces of any size.

  --frames N      how many inputs, over all parsers in turn (default 100000)
  --seed TEXT     which inputs (default 1); the same seed gives the same
  --target NAME   only this parser; may be given more than once: ${TARGETS.map(({ name }) => name).join(', ')}
  --json          prints one JSON object as the last line

Exit code 0 when no parser threw, none hung, and none with a checksum took what is not truly valid; 1 otherwise.
`
const MAX_THREADS = 2
const SHARE = 5_000
/** No input is longer than 16 KiB: one that takes so long hangs. */
const HANG_AFTER_MS = 10_000
const LOOK_MS = 500
const PROGRESS_EVERY_MS = 5_000

const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      frames: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const frames = Number(values.frames)
  const unknown = values.target.find((name) => !TARGETS.some((target) => target.name === name))
  if (!Number.isSafeInteger(frames) || frames < 1 || unknown !== undefined) {
    say(unknown === undefined ? `--frames ${values.frames} is no count` : `there is no parser ${unknown}`)
    return 2
  }
  const beganMs = performance.now()
  const findings: Finding[] = []
  const fed: Record<string, { readonly accepted: number; readonly rejected: number }> = {}
  let next = 0
  let done = 0
  let toldMs = beganMs
  async function lane(): Promise<void> {
    while (next < frames) {
      const first = next
      const count = Math.min(SHARE, frames - first)
      next += count
      const result = await runShare({ seed: values.seed, names: values.target, first, frames: count })
      findings.push(...result.findings)
      for (const [name, { accepted, rejected }] of Object.entries(result.fed)) {
        const before = fed[name] ?? { accepted: 0, rejected: 0 }
        fed[name] = { accepted: before.accepted + accepted, rejected: before.rejected + rejected }
      }
      done += count
      if (performance.now() - toldMs > PROGRESS_EVERY_MS) {
        toldMs = performance.now()
        say(`${done}/${frames} inputs, ${findings.length} findings`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(MAX_THREADS, availableParallelism()) }, lane))

  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length
  const report = {
    ...{ crashes: count('crash'), hangs: count('hang'), acceptedBad: count('accepted-bad') },
    ...{ frames: done, seed: values.seed, targets: fed },
    seconds: Math.round((performance.now() - beganMs) / 100) / 10,
  }
  for (const { kind, target, input, detail, bytes } of findings) {
    say(`${kind}: ${target}, input ${input} of seed ${values.seed}: ${detail}\n  ${bytes}`)
  }
  // Without a valid one accepted a parser was fed with nothing that reaches its inside.
  const deaf = TARGETS.filter(({ name }) => fed[name] !== undefined && fed[name].accepted === 0)
  for (const { name } of deaf) say(`${name} accepted nothing at all: its valid inputs are none`)
  for (const [name, { accepted, rejected }] of Object.entries(fed))
    say(`  ${name}: ${accepted} taken, ${rejected} refused`)
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  return findings.length === 0 && deaf.length === 0 ? 0 : 1
}

/** One thread for one share: a parser that hangs costs its thread, and the rest of the share is done by another. */
async function runShare(share: Omit<Share, 'progress'>): Promise<ShareResult> {
  const progress = new SharedArrayBuffer(4)
  const at = new Int32Array(progress)
  Atomics.store(at, 0, share.first)
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { ...share, progress } })
  const ended = new Promise<ShareResult>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  let seen = Atomics.load(at, 0)
  let sinceMs = performance.now()
  for (;;) {
    const result = await Promise.race([ended, new Promise<undefined>((resolve) => setTimeout(resolve, LOOK_MS))])
    if (result !== undefined) {
      await worker.terminate()
      return result
    }
    const now = Atomics.load(at, 0)
    if (now !== seen) {
      seen = now
      sinceMs = performance.now()
    } else if (performance.now() - sinceMs > HANG_AFTER_MS) {
      await worker.terminate()
      const { target, bytes } = inputAt(share.seed, seen, share.names)
      const hang: Finding = {
        ...{ kind: 'hang', target: target.name, input: seen, detail: `more than ${HANG_AFTER_MS} ms` },
        bytes: Buffer.from(bytes).toString('hex').slice(0, 2000),
      }
      const rest = share.first + share.frames - seen - 1
      const after = rest > 0 ? await runShare({ ...share, first: seen + 1, frames: rest }) : { findings: [], fed: {} }
      return { ...after, findings: [hang, ...after.findings] }
    }
  }
}

endWith(await main())
