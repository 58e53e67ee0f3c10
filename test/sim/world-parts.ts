import type { Host } from './host.ts'
import type { SimHub } from './hub.ts'
import type { Oracle } from './oracle.ts'
import type { Scheduler } from './scheduler.ts'

/** What a simulated world is made of, as its judges see it. */
export interface World {
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  readonly hosts: readonly Host[]
  readonly hub: SimHub
}
