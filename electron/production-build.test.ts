import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dockContract } from './bridge/dock.contract.ts'

/**
 * Issue 2, item 4: no dev-dock code in a production build. Looks for words of the dock's and the workbench's own
 * sources in what is built; each is first seen to stand in its source, so that a renamed word cannot make this blind.
 */
const ROOT = join(import.meta.dirname, '..')
const BUILDS = ['dist/kiosk', 'dist/electron']

/** Words that a bundler keeps: names of calls, texts, switches. With the source that holds them. */
const MARKERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...Object.keys(dockContract), ...Object.keys(dockContract.more)]
      .filter((call) => !['watch', 'state', 'more'].includes(call))
      .map((call) => [call, 'electron/bridge/dock.contract.ts']),
  ),
  'paper-near-end': 'electron/bridge/dock.contract.ts',
  坏卡: 'electron/dev/card-bench.ts',
  'reader simulator:': 'electron/dev/card-bench.ts',
  'settings.simulated.json': 'electron/dev/stack.ts',
  'provisioning.from-hub.json': 'electron/dev/stack.ts',
  'before it reported': 'electron/dev/child.ts',
  'zhou-mingyuan': 'drivers/id-card-reader/sample-persons.ts',
  '990101198611020033': 'drivers/id-card-reader/sample-persons.ts',
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, String(name)))
    .filter((file) => statSync(file).isFile())
}

test.each(Object.entries(MARKERS))('the marker %s stands in %s', (marker, source) => {
  expect(readFileSync(join(ROOT, source), 'utf8')).toContain(marker)
})

function markersBelow(dir: string): string[] {
  return filesBelow(dir).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return Object.keys(MARKERS)
      .filter((marker) => text.includes(marker))
      .map((marker) => `${file.slice(ROOT.length + 1)}: ${marker}`)
  })
}

const dock = join(ROOT, 'dist/dev-dock')
const dockBuilt = existsSync(join(dock, 'index.html'))
test.skipIf(!dockBuilt)(
  `the dock's own build is found out${dockBuilt ? '' : ' (NOT RUN: dist/dev-dock is not built)'}`,
  () => {
    expect(markersBelow(dock)).not.toEqual([])
  },
)

describe.each(BUILDS)('%s', (build) => {
  const dir = join(ROOT, build)
  const built = existsSync(dir) && filesBelow(dir).some((file) => /\.(js|cjs)$/.test(file))

  test.skipIf(!built)(`holds nothing of the dev dock${built ? '' : ` (NOT RUN: ${build} is not built)`}`, () => {
    expect(markersBelow(dir)).toEqual([])
    expect(filesBelow(dir).filter((file) => /dev-dock|workbench/.test(file))).toEqual([])
  })
})
