import { describeFuzzTargets } from '../testing/describe-fuzz-targets.ts'
import { fuzzTargets } from './fuzz-targets.ts'

describeFuzzTargets(fuzzTargets)
