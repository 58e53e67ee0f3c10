import type { LineBoardEvent, LineBoardInputs, LineBoardState } from './states.ts'

/** What the sensors said last, and so what is news. */
export interface Inputs {
  take(inputs: LineBoardInputs): { readonly events: readonly LineBoardEvent[]; readonly state: LineBoardState }
  /** Nothing is known any more: the next words are all news. */
  forget(): void
}

export function createInputs(): Inputs {
  let known: LineBoardInputs | undefined
  return {
    take(inputs) {
      const events: LineBoardEvent[] = []
      const { mains, batteryPercent, door, presence } = inputs
      const drained = mains === 'lost' && batteryPercent !== known?.batteryPercent
      if (mains !== null && (mains !== known?.mains || drained)) events.push({ event: 'power', mains, batteryPercent })
      if (door !== null && door !== known?.door) events.push({ event: 'door', open: door === 'open' })
      if (presence !== null && presence !== known?.presence) events.push({ event: 'presence', present: presence })
      known = inputs
      return { events, state: stateOf(inputs) }
    },
    forget() {
      known = undefined
    },
  }
}

function stateOf(inputs: LineBoardInputs): LineBoardState {
  if (inputs.mains === 'lost') return { state: 'power-lost', inputs }
  return inputs.door === 'open' ? { state: 'door-open', inputs } : { state: 'ready', inputs }
}
