import { READER_BIT, READER_SLOTS, READER_STATE_BYTES } from './protocol.ts'
import type { VirtualCard } from './virtual-card.ts'

/** The simulated service's readers: which are plugged in, what lies in them, who holds it. */

type Owner = object
type Share = 'exclusive' | 'shared'

export interface Handle {
  readonly owner: Owner
  readonly reader: string
  readonly share: Share
  /** The card that was connected to, while it still lies there. */
  card(): VirtualCard | undefined
}

export interface SimulatedReaders {
  plug(reader: string): void
  pull(reader: string): void
  /** Puts a card in, in place of one that lies there; a mute one does not answer its reset. */
  insert(reader: string, card: VirtualCard, how?: 'good' | 'mute'): void
  lift(reader: string): void
  /** The service cannot speak to the reader. */
  fail(reader: string, failing: boolean): void
  onChange(listener: () => void): void
  /** The table as pcscd sends it. */
  table(): Uint8Array
  connect(
    reader: string,
    share: Share,
    owner: Owner,
  ): { readonly ok: true; readonly handle: number } | { readonly ok: false; readonly why: Refusal }
  handle(id: number): Handle | undefined
  disconnect(id: number, owner: Owner, reset: boolean): boolean
  /** Lets go of all that the owner holds; as pcscd does, without a reset. */
  drop(owner: Owner): void
  plugged(): readonly string[]
  cardIn(reader: string): VirtualCard | undefined
}

type Refusal = 'no-reader' | 'no-card' | 'mute' | 'in-use'

interface Slot {
  readonly name: string
  card: VirtualCard | undefined
  isMute: boolean
  isFailing: boolean
  eventCounter: number
}

export function createSimulatedReaders(): SimulatedReaders {
  /** As in pcscd: a reader takes the first place that is free, and the order of places is the order of the table. */
  const slots: (Slot | undefined)[] = new Array<Slot | undefined>(READER_SLOTS).fill(undefined)
  const handles = new Map<number, Handle>()
  const listeners: (() => void)[] = []
  let nextHandle = 1

  const find = (reader: string) => slots.find((slot) => slot?.name === reader)
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const holders = (reader: string) => [...handles.values()].filter((handle) => handle.reader === reader)

  function sharing(reader: string): number {
    const held = holders(reader)
    return held.some(({ share }) => share === 'exclusive') ? -1 : held.length
  }

  function empty(slot: Slot): void {
    if (slot.card === undefined) return
    slot.card = undefined
    slot.isMute = false
    slot.eventCounter = (slot.eventCounter + 1) % 0x1_0000
  }

  function entryOf(slot: Slot): Uint8Array {
    const entry = Buffer.alloc(READER_STATE_BYTES)
    entry.write(slot.name, 'utf8')
    entry.writeUInt32LE(slot.eventCounter, 128)
    const { present, swallowed, powered, negotiable, absent, unknown } = READER_BIT
    const state = slot.isFailing
      ? unknown
      : slot.card === undefined
        ? absent
        : slot.isMute
          ? present | swallowed
          : present | powered | negotiable
    entry.writeUInt32LE(state, 132)
    entry.writeInt32LE(sharing(slot.name), 136)
    if (slot.card !== undefined && !slot.isMute && !slot.isFailing) {
      entry.set(slot.card.atr, 140)
      entry.writeUInt32LE(slot.card.atr.length, 176)
    }
    return entry
  }

  return {
    plug(reader) {
      const free = slots.indexOf(undefined)
      if (find(reader) !== undefined || free < 0) return
      slots[free] = { name: reader, card: undefined, isMute: false, isFailing: false, eventCounter: 0 }
      changed()
    },
    pull(reader) {
      const slot = find(reader)
      if (slot === undefined) return
      empty(slot)
      slots[slots.indexOf(slot)] = undefined
      changed()
    },
    insert(reader, card, how = 'good') {
      const slot = find(reader)
      if (slot === undefined) return
      empty(slot)
      slot.card = card
      slot.isMute = how === 'mute'
      slot.eventCounter = (slot.eventCounter + 1) % 0x1_0000
      card.reset()
      changed()
    },
    lift(reader) {
      const slot = find(reader)
      if (slot?.card === undefined) return
      empty(slot)
      changed()
    },
    fail(reader, failing) {
      const slot = find(reader)
      if (slot === undefined) return
      slot.isFailing = failing
      changed()
    },
    onChange: (listener) => void listeners.push(listener),
    table() {
      const table = Buffer.alloc(READER_STATE_BYTES * READER_SLOTS)
      slots.forEach((slot, index) => {
        if (slot !== undefined) table.set(entryOf(slot), index * READER_STATE_BYTES)
      })
      return table
    },
    connect(reader, share, owner) {
      const slot = find(reader)
      if (slot === undefined) return { ok: false, why: 'no-reader' }
      const held = sharing(reader)
      if (held < 0 || (held > 0 && share === 'exclusive')) return { ok: false, why: 'in-use' }
      const { card } = slot
      if (card === undefined) return { ok: false, why: 'no-card' }
      if (slot.isMute) return { ok: false, why: 'mute' }
      const id = nextHandle
      nextHandle += 1
      handles.set(id, { owner, reader, share, card: () => (find(reader)?.card === card ? card : undefined) })
      changed()
      return { ok: true, handle: id }
    },
    handle: (id) => handles.get(id),
    disconnect(id, owner, reset) {
      const handle = handles.get(id)
      if (handle?.owner !== owner) return false
      handles.delete(id)
      if (reset) handle.card()?.reset()
      changed()
      return true
    },
    drop(owner) {
      const own = [...handles].filter(([, handle]) => handle.owner === owner)
      for (const [id] of own) handles.delete(id)
      if (own.length > 0) changed()
    },
    plugged: () => slots.flatMap((slot) => (slot === undefined ? [] : [slot.name])),
    cardIn: (reader) => find(reader)?.card,
  }
}
