import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { Connection, QueueView } from '../../../sync/protocol/queue-view.ts'
import type { Catalogue, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Find, Schedule } from '../live-view.ts'
import type { SessionEvent } from '../machine/session-types.ts'
import type { SessionState } from '../session-state.ts'
import type { Badge } from '../shell/badge.ts'
import type { SignInWays } from '../shell/sign-in-ways.ts'

/** What the pages of a visit are made from. */
export interface JourneyProps {
  readonly state: SessionState
  readonly send: (event: SessionEvent) => void
  readonly catalogue: Catalogue | null
  readonly connection: Connection | null
  readonly devices: Devices | null
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly waysOf: (item: ServiceItem) => SignInWays | null
  readonly intake: IntakeState
  readonly queue: QueueView | null
  readonly schedule: Schedule | null
  readonly find: Find | null
  readonly now: Date
  readonly onStaff: () => void
  /** The citizen goes on without the staff who helps. */
  readonly onAlone: () => void
}

/** Of the pages that have an item. */
export interface ItemProps extends JourneyProps {
  readonly item: ServiceItem
}
