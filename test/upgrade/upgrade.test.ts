import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

/**
 * Scenario 18 and item 6 of issue 3: a real earlier version (N, from this repository's own history) and this one (N + 1)
 * take turns over one journal with 1,000 queued submissions; neither loses what the other wrote.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The first version that was ever complete: the main job end to end, before batches, purge and index files. */
const EARLIER = '5737e78'
const QUEUED = 1000
const RUN_LIMIT_MS = 60_000

const ReportSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    unknown: z.int(),
    ids: z.array(z.string()),
    waiting: z.int(),
    received: z.int(),
    nextDeviceSequence: z.int(),
    envelopesReadable: z.boolean(),
  }),
  z.object({ ok: z.literal(false), fault: z.string(), detail: z.string().optional() }),
])
type Report = Extract<z.infer<typeof ReportSchema>, { ok: true }>

let earlier: string | undefined
const folders: string[] = []

beforeAll(() => {
  if (spawnSync('git', ['cat-file', '-e', `${EARLIER}^{commit}`], { cwd: ROOT }).status !== 0) return
  const folder = newFolder('version')
  const archive = execFileSync('git', ['archive', EARLIER, 'sync', 'package.json'], { cwd: ROOT, maxBuffer: 64 << 20 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  earlier = folder
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `bianmin-upgrade-${name}-`))
  folders.push(folder)
  return folder
}

function run(checkout: string, journal: string, action: string, count = 0): Report {
  const program = fileURLToPath(new URL('./program.ts', import.meta.url))
  const output = execFileSync(process.execPath, [program, checkout, journal, action, String(count)], {
    encoding: 'utf8',
    timeout: RUN_LIMIT_MS,
    maxBuffer: 64 << 20,
  })
  const report = ReportSchema.parse(JSON.parse(output))
  if (!report.ok) throw new Error(`${checkout} cannot read the journal: ${report.fault} ${report.detail ?? ''}`)
  return report
}

test('scenario 18: N, N + 1, N, N + 1 over one journal with 1,000 queued lose nothing', {
  timeout: 3 * RUN_LIMIT_MS,
}, (context) => {
  if (earlier === undefined) return context.skip(`this clone does not hold commit ${EARLIER} (shallow)`)
  const [old, now, journal] = [earlier, ROOT, newFolder('journal')]
  const first = run(old, journal, 'accept', QUEUED / 2)
  expect(first.ids).toHaveLength(QUEUED / 2)
  const second = run(now, journal, 'accept', QUEUED / 2)
  expect(second.ids.slice(0, QUEUED / 2)).toEqual(first.ids)
  expect(second).toMatchObject({ waiting: QUEUED, received: 0, envelopesReadable: true })
  const third = run(now, journal, 'receive-batch', 100)
  expect(third).toMatchObject({ waiting: QUEUED - 100, received: 100 })

  // Back to N: it keeps the batch's receipt as a frame that it does not know, and would send those again: harmless.
  const back = run(old, journal, 'accept', 50)
  expect(back).toMatchObject({ unknown: 1, waiting: QUEUED + 50, received: 0, envelopesReadable: true })
  expect(back.ids.slice(0, QUEUED)).toEqual(second.ids)
  expect(run(old, journal, 'receive', 10)).toMatchObject({ received: 10 })

  // Up again: everything that either wrote is there.
  const again = run(now, journal, 'list')
  expect(again.ids).toEqual(back.ids)
  expect(again).toMatchObject({ unknown: 0, waiting: QUEUED + 50 - 100, received: 100, envelopesReadable: true })
  expect(again.nextDeviceSequence).toBe(QUEUED + 51)
})

test('scenario 18: what N writes behind a segment that N + 1 has closed and indexed is not lost', {
  timeout: 3 * RUN_LIMIT_MS,
}, (context) => {
  if (earlier === undefined) return context.skip(`this clone does not hold commit ${EARLIER} (shallow)`)
  const [old, now, journal] = [earlier, ROOT, newFolder('rotated')]
  const first = run(old, journal, 'accept', 5)
  expect(run(now, journal, 'rotate').ids).toEqual(first.ids)
  // N knows neither closed segments nor indexes: it goes on in the last file that there is.
  const back = run(old, journal, 'accept', 3)
  expect(back).toMatchObject({ waiting: 8, nextDeviceSequence: 9 })
  expect(run(now, journal, 'list')).toEqual(back)
  // Its index is made anew when it is closed again, and the next file follows it.
  expect(run(now, journal, 'rotate').ids).toEqual(back.ids)
  const third = run(now, journal, 'accept', 2)
  expect(third.ids.slice(0, 8)).toEqual(back.ids)
  const fourth = run(old, journal, 'accept', 1)
  expect(fourth.ids.slice(0, 10)).toEqual(third.ids)
  const last = run(now, journal, 'list')
  expect(last).toEqual(fourth)
  expect(last).toMatchObject({ waiting: 11, nextDeviceSequence: 12, envelopesReadable: true })
})
