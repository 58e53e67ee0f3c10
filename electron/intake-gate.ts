import type { SpaceLevel } from '../sync/journal/space.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import { type Cell, createCell } from './cell.ts'

/** Whether electricity comes from the wall or, for as long as it lasts, from the battery. */
export type Mains = 'on' | 'lost'

/** What can keep the terminal from taking submissions in. */
export interface IntakeReasons {
  readonly space: SpaceLevel
  readonly mains: Mains
}

/** The one reason that is told and refused by, the most urgent first: a machine that is about to go out has no time to be full. */
export function intakeStateOf({ space, mains }: IntakeReasons): IntakeState {
  return mains === 'lost' ? 'no-power' : space
}

/** Follows all reasons; told only when the state is another one. */
export function createIntakeGate(space: Cell<SpaceLevel>, mains: Cell<Mains>): Cell<{ readonly intake: IntakeState }> {
  const now = () => intakeStateOf({ space: space.get(), mains: mains.get() })
  const gate = createCell<{ readonly intake: IntakeState }>({ intake: now() })
  const look = () => {
    const intake = now()
    if (intake !== gate.get().intake) gate.set({ intake })
  }
  space.subscribe(look)
  mains.subscribe(look)
  return gate
}
