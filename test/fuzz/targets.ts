import { fuzzTargets as codeScanner } from '../../drivers/code-scanner/fuzz-targets.ts'
import { fuzzTargets as documentPrinter } from '../../drivers/document-printer/fuzz-targets.ts'
import { fuzzTargets as documentScanner } from '../../drivers/document-scanner/fuzz-targets.ts'
import { fuzzTargets as idCardReader } from '../../drivers/id-card-reader/fuzz-targets.ts'
import { fuzzTargets as lineBoard } from '../../drivers/line-board/fuzz-targets.ts'
import { fuzzTargets as signaturePad } from '../../drivers/signature-pad/fuzz-targets.ts'
import { fuzzTargets as smartCard } from '../../drivers/smart-card/fuzz-targets.ts'
import type { FuzzTarget } from '../../drivers/testing/fuzz-target.ts'
import { syncTargets } from './sync-targets.ts'

/** Every parser that reads what this program did not write. */
export const TARGETS: readonly FuzzTarget[] = [
  ...syncTargets,
  ...idCardReader,
  ...smartCard,
  ...codeScanner,
  ...documentPrinter,
  ...documentScanner,
  ...signaturePad,
  ...lineBoard,
]
