import { expect, test } from 'vitest'
import { STRIKES } from '../../drivers/testing/fault-matrix.ts'
import { faultTable } from './fault-table.ts'

const HAZARDS = { 'code-scanner': ['unplug', 'noise'] }
const all = HAZARDS['code-scanner'].flatMap((hazard) =>
  STRIKES.map((strike) => ({ name: `cell code-scanner | ${hazard} | ${strike}`, outcome: 'passed' as const })),
)

test('a table whose cells all ran misses nothing', () => {
  const table = faultTable([...all, { name: 'some other test', outcome: 'failed' }], HAZARDS)
  expect(table).toMatchObject({ missing: [], unknown: [] })
  expect(table.lines).toHaveLength(4)
  expect(table.lines[2]).toMatch(/unplug( +✓){5}/)
})

test('a cell that did not run is missing, one that nobody listed is unknown', () => {
  const ran = [
    ...all.slice(1),
    { name: 'cell code-scanner | lightning | idle', outcome: 'passed' as const },
    { name: 'cell code-scanner | noise | idle | cannot strike: nothing is read', outcome: 'passed' as const },
    { name: 'cell code-scanner | noise | mid-job', outcome: 'failed' as const },
  ]
  const table = faultTable(ran, HAZARDS)
  expect(table.missing).toEqual(['code-scanner | unplug | start-up'])
  expect(table.unknown).toEqual(['code-scanner | lightning | idle'])
  expect(table.lines[3]).toMatch(/noise +✓ +· +✗ +✓ +✓/)
})
