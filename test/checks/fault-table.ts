import type { DeviceClass } from '../../drivers/condition/states.ts'
import { STRIKES } from '../../drivers/testing/fault-matrix.ts'

/**
 * The fault matrix of issue 4: every hazard of every class, in every state in which it can strike. What is listed here
 * must have run; a cell without a test fails `npm test`, and so does a test for a cell that is not listed.
 */
export const HAZARDS: Readonly<Partial<Record<DeviceClass, readonly string[]>>> = {
  'id-card-reader': ['unplug', 'no-answer', 'noise', 'wrong-checksum', 'over-long-frame', 'card-lifted', 'host-killed'],
  'smart-card': ['unplug', 'service-gone', 'no-answer', 'noise', 'over-long-frame', 'card-lifted', 'host-killed'],
  'code-scanner': ['unplug', 'noise', 'over-long-frame', 'host-killed'],
  'receipt-printer': [
    ...[
      'unplug',
      'no-answer',
      'noise',
      'paper-out',
      'near-end',
      'cover-open',
      'head-hot',
      'cutter-error',
      'host-killed',
    ],
  ],
  'document-printer': [
    ...[
      'unplug',
      'no-answer',
      'noise',
      'over-long-frame',
      'paper-out',
      'near-end',
      'cover-open',
      'jam',
      'job-vanishes',
      'host-killed',
    ],
  ],
  'document-scanner': [
    ...['unplug', 'no-answer', 'noise', 'over-long-frame', 'cover-open', 'jam', 'feeder-empty'],
    ...['scanner-hangs', 'job-vanishes', 'host-killed'],
  ],
  // The page's own device: no host drives it.
  camera: ['unplug', 'no-answer'],
  'signature-pad': ['unplug', 'noise', 'host-killed'],
  'line-board': ['unplug', 'no-answer', 'noise', 'wrong-checksum', 'over-long-frame', 'power-lost', 'host-killed'],
}

/** A cell as a test ran it. `why`: the fault cannot strike there. */
export interface RanCell {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
}

export interface FaultTable {
  /** Lines for the report, the first one the heading. */
  readonly lines: readonly string[]
  readonly missing: readonly string[]
  readonly unknown: readonly string[]
}

const PREFIX = 'cell '
const SIGNS = { passed: '✓', failed: '✗', skipped: '○' } as const
const CANNOT_STRIKE = '·'

/** The cell's address and, when it cannot strike, why; undefined for a test that is no cell. */
export function cellOf(
  testName: string,
): { readonly address: string; readonly cannot: string | undefined } | undefined {
  if (!testName.startsWith(PREFIX)) return undefined
  const [device, hazard, strike, cannot] = testName.slice(PREFIX.length).split(' | ')
  return { address: `${device} | ${hazard} | ${strike}`, cannot }
}

export function faultTable(ran: readonly RanCell[], hazards = HAZARDS): FaultTable {
  const cells = new Map<string, string>()
  for (const { name, outcome } of ran) {
    const cell = cellOf(name)
    if (cell === undefined) continue
    cells.set(cell.address, cell.cannot !== undefined && outcome === 'passed' ? CANNOT_STRIKE : SIGNS[outcome])
  }
  const missing: string[] = []
  const lines = [
    `fault matrix (${SIGNS.passed} held, ${SIGNS.failed} failed, ${SIGNS.skipped} skipped, ${CANNOT_STRIKE} cannot strike)`,
  ]
  const known = new Set<string>()
  for (const [device, names] of Object.entries(hazards)) {
    lines.push(`  ${device.padEnd(34)}${STRIKES.map((strike) => strike.padEnd(11)).join('')}`)
    for (const hazard of names) {
      const signs = STRIKES.map((strike) => {
        const address = `${device} | ${hazard} | ${strike}`
        known.add(address)
        const sign = cells.get(address)
        if (sign === undefined) missing.push(address)
        return (sign ?? '?').padEnd(11)
      })
      lines.push(`    ${hazard.padEnd(32)}${signs.join('')}`)
    }
  }
  return { lines, missing, unknown: [...cells.keys()].filter((address) => !known.has(address)) }
}
