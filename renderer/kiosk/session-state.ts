import type { SnapshotFrom } from 'xstate'
import type { createSessionMachine } from './machine/session-machine.ts'

/** Where a visit stands, as pages see it. */
export type SessionState = SnapshotFrom<ReturnType<typeof createSessionMachine>>
