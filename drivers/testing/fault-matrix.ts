import { describe, test } from 'vitest'
import type { DeviceClass } from '../condition/states.ts'

/**
 * One hazard of one device class, tried in each state in which it can strike: one file per hazard,
 * `drivers/CLASS/hazards/HAZARD.test.ts` (the camera's under `test/camera`, the device host's death under
 * `test/host-killed`, because they need more rooms than this). The test's name is the cell's address; `npm test` draws the table from the
 * names that ran and fails when a cell of HAZARDS is missing (test/checks/fault-table.ts).
 */
export const STRIKES = ['start-up', 'idle', 'mid-job', 'after-job', 'reconnect'] as const
export type Strike = (typeof STRIKES)[number]

/** What must be checked in a cell: the state, the condition (and so the sentence), the log's event, and the recovery. */
export type Cell = (() => Promise<void>) | { readonly cannotStrike: string }

/**
 * `cells` names every state: a fault that cannot strike in one says why, in a sentence that stands in the table. The
 * function runs the cell's checks: which state results, what condition it maps to, what was logged, that it recovers.
 */
export function describeHazard(device: DeviceClass, hazard: string, cells: Readonly<Record<Strike, Cell>>): void {
  describe(`fault matrix: ${device}: ${hazard}`, () => {
    for (const strike of STRIKES) {
      const cell = cells[strike]
      if (typeof cell === 'function') test(`cell ${device} | ${hazard} | ${strike}`, cell)
      else test(`cell ${device} | ${hazard} | ${strike} | cannot strike: ${cell.cannotStrike}`, () => undefined)
    }
  })
}
