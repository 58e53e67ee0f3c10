import { sayWhereItStood } from './last-seen.ts'

/** Runs in front of each e2e test file. */
sayWhereItStood()
