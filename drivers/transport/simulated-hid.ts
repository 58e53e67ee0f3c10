import { EventEmitter } from 'node:events'
import type { HidHandle, HidInfo, HidSystem, LoadHid } from './node-hid.ts'

/**
 * A HID system inside this process, in node-hid's place: devices that simulators plug into it say and hear reports and
 * are pulled as the real ones are (reference/devices.md 7). The real thing, kernel and all, is test/guest's.
 */
export interface SimulatedHid {
  readonly load: LoadHid
  /** `onReport` hears what is written, without the number 0 in front. */
  plug(info: HidInfo & { readonly path: string }, onReport?: (report: Uint8Array) => void): SimulatedHidDevice
}

export interface SimulatedHidDevice {
  /** One input report; lost when nobody has the device open. */
  say(report: Uint8Array): void
  /** Pulled: `seen` as node-hid tells it, an error event; `unseen` as some systems leave it, only gone from the list. */
  unplug(how?: 'seen' | 'unseen'): void
  replug(): void
  /** What the system says to whoever opens it, `Permission denied` for instance; undefined = opens. */
  refuseOpening(message: string | undefined): void
  /** Writes never end. */
  hangWrites(on: boolean): void
  /** Whether feature reports are taken. */
  takeFeatures(on: boolean): void
  /** Those that were, with their number. */
  features(): readonly Uint8Array[]
  opened(): number
  isOpen(): boolean
}

/** The words of node-hid 3.4.0 on Linux. */
const UNPLUGGED = 'could not read from HID device: hid_read_timeout: unexpected poll error (device disconnected)'
const UNNUMBERED = 0

export function createSimulatedHid(): SimulatedHid {
  const listed = new Map<string, { readonly info: HidInfo; readonly open: () => Promise<HidHandle> }>()
  const hid: HidSystem = {
    list: async (vendorId, productId) =>
      [...listed.values()]
        .map(({ info }) => info)
        .filter((info) => info.vendorId === vendorId && info.productId === productId),
    async open(path) {
      const found = listed.get(path)
      if (found === undefined) throw new Error(`cannot open device with path ${path}: No such file or directory`)
      return found.open()
    },
  }

  return {
    load: async () => ({ ok: true, hid }),
    plug(info, onReport = () => undefined) {
      const { path } = info
      let handles: EventEmitter[] = []
      let refusal: string | undefined
      let hanging = false
      let takesFeatures = true
      const features: Uint8Array[] = []
      let opened = 0

      async function open(): Promise<HidHandle> {
        if (refusal !== undefined) throw new Error(`cannot open device with path ${path}: ${refusal}`)
        const events = new EventEmitter()
        handles.push(events)
        opened += 1
        return Object.assign(events, {
          write(numbered: Buffer): Promise<number> {
            if (hanging) return new Promise<number>(() => undefined)
            if (!handles.includes(events)) return Promise.reject(new Error('cannot write to HID device'))
            // Numbered output reports are not simulated.
            if (numbered[0] !== UNNUMBERED) return Promise.reject(new Error('cannot write: Invalid argument'))
            onReport(Uint8Array.from(numbered.subarray(1)))
            return Promise.resolve(numbered.length)
          },
          sendFeatureReport(numbered: Buffer): Promise<number> {
            if (!takesFeatures) return Promise.reject(new Error('cannot send feature report'))
            features.push(Uint8Array.from(numbered))
            return Promise.resolve(numbered.length)
          },
          async close() {
            handles = handles.filter((other) => other !== events)
            events.removeAllListeners()
          },
        })
      }

      const put = () => void listed.set(path, { info, open })
      put()
      return {
        say(report) {
          // A copy, in a turn of its own, as the reading thread hands it over.
          const bytes = Buffer.from(report)
          queueMicrotask(() => {
            for (const events of handles) events.emit('data', bytes)
          })
        },
        unplug(how = 'seen') {
          listed.delete(path)
          const gone = handles
          handles = []
          if (how === 'seen') for (const events of gone) events.emit('error', UNPLUGGED)
        },
        replug: put,
        refuseOpening(message) {
          refusal = message
        },
        hangWrites(on) {
          hanging = on
        },
        takeFeatures(on) {
          takesFeatures = on
        },
        features: () => features,
        opened: () => opened,
        isOpen: () => handles.length > 0,
      }
    },
  }
}
