import type { DeviceHost } from '../drivers/host/host-client.ts'
import type { Bank } from '../drivers/host/messages.ts'
import {
  LAMP_OF_CLASS,
  type Lamp,
  type LineBoardEvent,
  type LineBoardInputs,
  type LineBoardResult,
  type LineBoardState,
} from '../drivers/line-board/states.ts'
import type { Clock } from '../drivers/transport/clock.ts'
import type { Devices } from './bridge/devices.contract.ts'
import type { CardEvent } from './bridge/identity.contract.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { Cell } from './cell.ts'
import type { Log } from './events.ts'
import type { MainsWatch } from './mains-watch.ts'
import { slotInUse } from './slot-lamp.ts'

/** So long the lamp stays at what came out, unless the visit ends before: nobody tells when it is taken. */
export const TAKE_WITHIN_MS = 15_000
/** A tone that is heard and startles nobody. */
const BEEP_MS = 80
/** A call for a person is heard further off than a card, and is not taken for one. */
const CALL_BEEP_MS = 1000

/** Devices that give something to the citizen; a scanner gives back what was laid in. */
const GIVERS = ['receipt-printer', 'document-printer', 'document-scanner'] as const
type Giver = (typeof GIVERS)[number]
export function isGiver(device: string): device is Giver {
  return GIVERS.some((giver) => giver === device)
}

/**
 * What main does with the line board: mains power, lamps, beeper, service door. Lamps and beeper are told and not waited
 * for; a board that fails is in the log and nowhere else.
 */
export interface LineBoardKeeper {
  onBank(bank: Bank): void
  onEvent(event: LineBoardEvent): void
  /** A printer's or scanner's state: the lamp follows what it does, whoever asked for it. */
  onGiver(device: Giver, bank: Bank): void
  onCardRead(): void
  /** Sounds for whoever is called; false when no board did. */
  beepForCall(): Promise<boolean>
  /** What the sensors say now, for the maintainer; null while no board answers. */
  sensors(): Omit<LineBoardInputs, 'presence'> | null
  stop(): void
}

export interface LineBoardKeeperOptions {
  readonly host: Pick<DeviceHost, 'call'>
  readonly clock: Clock
  readonly mains: MainsWatch
  readonly intake: Cell<{ readonly intake: IntakeState }>
  readonly card: Cell<CardEvent>
  readonly devices: Cell<Devices>
  readonly hasPage: Cell<boolean>
  /** A short tone at each card that was read. */
  readonly beepAtCard: boolean
  readonly log: Log
}

export function createLineBoardKeeper(options: LineBoardKeeperOptions): LineBoardKeeper {
  const { host, clock, mains, intake, card, devices, hasPage, log } = options
  /** What comes or came out and may lie there still; the newest last. `cancel`: it is out, and so long it is shown. */
  const giving = new Map<Lamp, { readonly cancel: (() => void) | undefined }>()
  const faultsTold = new Set<string>()
  let isDoorOpen = false
  let inputs: LineBoardInputs | null = null
  let boardUrl: string | undefined
  /** What the board was asked to show last; undefined: nothing yet. */
  let asked: Lamp | null | undefined
  let isAsking = false
  let isStopped = false

  function wanted(): Lamp | null {
    const reader = devices.get().idCardReader?.state
    return slotInUse({
      giving: [...giving.keys()].at(-1) ?? null,
      card: card.get().kind,
      canRead: reader === 'ready' || reader === 'reading',
      hasPage: hasPage.get(),
      intake: intake.get().intake,
    })
  }

  /** One question at a time; of what is wanted meanwhile only the newest is asked for. */
  async function light(): Promise<void> {
    if (isAsking) return
    isAsking = true
    try {
      while (inputs !== null && !isStopped && wanted() !== asked) {
        asked = wanted()
        note('lamp', await host.call('line-board', 'showSlot', { lamp: asked }))
      }
    } finally {
      isAsking = false
    }
  }
  const look = () => void light()

  function note(what: 'lamp' | 'beep', result: LineBoardResult): void {
    if (result.ok || faultsTold.has(`${what} ${result.fault}`)) return
    faultsTold.add(`${what} ${result.fault}`)
    log('line-board-refused', { what, fault: result.fault })
  }

  function taken(lamp: Lamp): void {
    giving.get(lamp)?.cancel?.()
    giving.delete(lamp)
    look()
  }

  const unsubscribe = [intake, devices, hasPage].map((cell: Pick<Cell<unknown>, 'subscribe'>) => cell.subscribe(look))
  let hadCard = card.get().kind === 'card'
  unsubscribe.push(
    card.subscribe(({ kind }) => {
      // The visit is over: whoever ended it has taken what came out; what is just being printed stays lit.
      if (hadCard && kind !== 'card') for (const [lamp, { cancel }] of giving) if (cancel !== undefined) taken(lamp)
      hadCard = kind === 'card'
      look()
    }),
  )

  return {
    onBank({ members, chosen }) {
      const used = members[chosen]
      if (used === undefined) mains.forget()
      const now = used === undefined ? null : inputsOf(used.state as LineBoardState)
      // A board that is there again, or another one, knows nothing of what was asked for.
      if (inputs === null || used?.url !== boardUrl) asked = undefined
      inputs = now
      boardUrl = used?.url
      look()
    },
    onEvent(event) {
      if (event.event === 'power') mains.onPower(event)
      if (event.event !== 'door' || event.open === isDoorOpen) return
      isDoorOpen = event.open
      log('service-door', { open: event.open })
    },
    onGiver(device, { members, chosen }) {
      const lamp = LAMP_OF_CLASS[device]
      const state = members[chosen]?.state as { readonly state: string } | undefined
      const held = giving.get(lamp)
      if (state?.state === 'printing' || state?.state === 'scanning') {
        if (held !== undefined && held.cancel === undefined) return
        held?.cancel?.()
        giving.delete(lamp)
        giving.set(lamp, { cancel: undefined })
      } else if (held !== undefined && held.cancel === undefined) {
        giving.set(lamp, { cancel: clock.after(TAKE_WITHIN_MS, () => taken(lamp)) })
      }
      look()
    },
    onCardRead() {
      if (!options.beepAtCard || inputs === null) return
      void host.call('line-board', 'beep', { ms: BEEP_MS }).then((result) => note('beep', result))
    },
    async beepForCall() {
      if (inputs === null) return false
      const result = await host.call('line-board', 'beep', { ms: CALL_BEEP_MS })
      note('beep', result)
      return result.ok
    },
    sensors() {
      if (inputs === null) return null
      const { presence: _, ...others } = inputs
      return others
    },
    stop() {
      isStopped = true
      mains.stop()
      for (const each of unsubscribe) each()
      for (const { cancel } of giving.values()) cancel?.()
    },
  }
}

/** Null while the board is not there. */
function inputsOf(state: LineBoardState): LineBoardInputs | null {
  return 'inputs' in state ? state.inputs : null
}
