import { describeSuite } from '../envelope/testing/suite-contract.ts'
import { hubSuite } from './hub-suite.ts'

describeSuite('the hub’s suite', () => hubSuite)
