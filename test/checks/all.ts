/**
 * `npm test`: types, lint, import rules, build, unit and integration, e2e in both shells. Installs nothing. Goes on
 * after a failed stage; its last lines name everything that was skipped with the reason, and the counts.
 */
import { parseArgs } from 'node:util'
import { missingTools } from '../support/tools.ts'
import { CAMPAIGNS, LEFT_OUT, STAGES, type Stage, type StageResult } from './stages.ts'

const HELP = `Usage: npm test -- [--json] [--full]
Runs all checks and tests and goes on after a failed stage. Installs nothing: npm run setup does.
  --full   also the campaigns (demo, bench, sim, faults, fuzz, guest), naming those that do not exist yet
  --json   the last line is one JSON object: {ok, passed, failed, skipped, seconds, stages, failures, skips, missing}
The last line is "N passed, N failed, N skipped". Exit code 1 when anything failed.`

type Finished = StageResult & { stage: string; seconds: number }

const counts = (passed: number, failed: number, skipped: number): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** A stage that throws is a failed stage: the error is shown, and the stages after it still run. */
async function runStage(stage: Stage): Promise<StageResult> {
  try {
    return await stage.run()
  } catch (error) {
    console.log(error)
    return { passed: 0, failures: [{ name: stage.name, why: String(error) }], skips: [], cells: [] }
  }
}

async function runStages(stages: readonly Stage[]): Promise<Finished[]> {
  const finished: Finished[] = []
  for (const { needs = [], ...stage } of stages) {
    const began = performance.now()
    console.log(`== ${stage.name}`)
    const broken = finished.find((each) => needs.includes(each.stage) && each.failures.length > 0)
    const result: StageResult =
      broken === undefined
        ? await runStage(stage)
        : { passed: 0, failures: [], skips: [{ name: stage.name, why: `${broken.stage} failed before it` }], cells: [] }
    const seconds = Math.round((performance.now() - began) / 100) / 10
    finished.push({ ...result, stage: stage.name, seconds })
    const summary = counts(result.passed, result.failures.length, result.skips.length)
    console.log(`== ${stage.name}: ${summary}, ${seconds.toFixed(1)} s`)
  }
  return finished
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, full: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const missing = missingTools()
  for (const { tool, why, without } of missing) console.log(`missing: ${tool} (${why}): ${without}`)
  if (missing.length > 0) console.log('`npm run setup` installs what is missing, where it may')

  const stages = await runStages([...STAGES, ...(values.full ? CAMPAIGNS : LEFT_OUT)])
  const failures = stages.flatMap((each) => each.failures)
  const skips = stages.flatMap((each) => each.skips)
  const passed = stages.reduce((sum, each) => sum + each.passed, 0)
  const seconds = stages.reduce((sum, each) => sum + each.seconds, 0)
  console.log(`== all: ${seconds.toFixed(1)} s`)
  for (const { name, why } of failures) console.log(`failed: ${name}: ${why}`)
  for (const { name, why } of skips) console.log(`skipped: ${name}: ${why}`)
  if (values.json) {
    const stageCounts = stages.map((each) => ({
      stage: each.stage,
      passed: each.passed,
      failed: each.failures.length,
      skipped: each.skips.length,
      seconds: each.seconds,
    }))
    const total = { passed, failed: failures.length, skipped: skips.length, seconds: Math.round(seconds * 10) / 10 }
    console.log(JSON.stringify({ ok: failures.length === 0, ...total, stages: stageCounts, failures, skips, missing }))
  } else console.log(counts(passed, failures.length, skips.length))
  process.exitCode = failures.length === 0 ? 0 : 1
}

await main()
