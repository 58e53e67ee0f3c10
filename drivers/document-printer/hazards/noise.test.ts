import { describeHazard, type STRIKES } from '../../testing/fault-matrix.ts'
import type { Garbage } from '../simulator.ts'
import { silenceCells } from '../testing/silence-hazard.ts'

const noise = (kind: Garbage) =>
  silenceCells({
    strike: ({ simulator }) => simulator.garbage(kind),
    cease: ({ simulator }) => simulator.garbage(),
    garbles: true,
  })

/** Each cell once with an answer that is no HTTP, and once with HTTP around bytes that are no IPP. */
const both = (strike: (typeof STRIKES)[number]) => async () => {
  for (const cells of [noise('http'), noise('ipp')]) {
    const cell = cells[strike]
    if (typeof cell === 'function') await cell()
  }
}

describeHazard('document-printer', 'noise', {
  'start-up': both('start-up'),
  idle: both('idle'),
  'mid-job': both('mid-job'),
  'after-job': both('after-job'),
  reconnect: both('reconnect'),
})
