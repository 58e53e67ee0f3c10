import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { HubStand } from '../sync/protocol/hub-api.ts'
import type { ChunkStore } from './chunk-sending.ts'
import type { ConnectionWatch } from './connection.ts'
import type { Log } from './events.ts'
import type { Trust } from './trust.ts'

/** What a flight to the hub needs of the terminal. */
export interface FlightParts {
  readonly terminalId: string
  readonly journal: Pick<Journal, 'append' | 'readAccepted'>
  readonly ledger: Ledger
  readonly attachments: Pick<ChunkStore, 'read'>
  readonly hub: Pick<HubClient, 'putSubmission' | 'putBatch' | 'offerChunks' | 'putChunk'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet' | 'enrolled'>
  readonly connection: Pick<ConnectionWatch, 'proven' | 'doubt'>
  /** What the hub said of itself in passing: a reason to make contact. */
  readonly noticed: (stand: HubStand) => void
  /** A receipt's key is not known here: the hub's keys may have changed. */
  readonly keysDoubted: () => void
  readonly nowIso: () => string
  readonly log: Log
}
