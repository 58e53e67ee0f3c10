import type { FuzzTarget } from '../../drivers/testing/fuzz-target.ts'
import { syncTargets } from './sync-targets.ts'

/** Every parser that reads what this program did not write. */
export const TARGETS: readonly FuzzTarget[] = [...syncTargets]
