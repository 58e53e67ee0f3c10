import type { Suite } from '../envelope/suite.ts'
import type { CodeIdentity } from './code-adapter.ts'
import type { OnHubEvent } from './hub-events.ts'
import type { KeyRing } from './key-ring.ts'
import type { PersonDesk } from './person-desk.ts'
import type { HubSources } from './sources.ts'
import type { HubStore } from './store.ts'

/**
 * All that the hub's logic is made of; no server, no timer, no database of its own. `makeHubRouter(parts)` gives the
 * contract of protocol/hub-api.ts over it: the Fastify server serves that, the simulation calls it in its own process
 * (createRouterClient of @orpc/server).
 */
export interface HubRouterParts {
  readonly store: HubStore
  readonly keys: KeyRing
  readonly sources: HubSources
  readonly suite: Suite
  /** Called after a submission was taken in for the first time. */
  readonly onArrival: (arrival: { readonly submissionId: string; readonly hubSequence: number }) => void
  readonly onEvent?: OnHubEvent
  /** Codes off phones; without it none is known. */
  readonly codeIdentity?: CodeIdentity
  /** Answers for persons; without it nobody does. */
  readonly personDesk?: PersonDesk
  readonly maxIngestsAtOnce?: number
  /** Most bytes that one terminal may have offered and not yet handed in. */
  readonly maxOpenOfferBytes?: number
  /** True for a failure of the store that passes by itself: answered with BUSY. */
  readonly isAway?: (error: unknown) => boolean
}
