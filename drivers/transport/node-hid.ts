import { messageOf } from './link-core.ts'

/**
 * The part of node-hid 3 that is used, so that a simulated bus can stand in for it. Its asynchronous half only: the
 * other blocks the event loop, on Windows for seconds.
 */
export interface HidInfo {
  readonly vendorId: number
  readonly productId: number
  readonly path?: string | undefined
  readonly serialNumber?: string | undefined
  readonly usagePage?: number | undefined
  readonly usage?: number | undefined
  readonly product?: string | undefined
}

export interface HidHandle {
  /** An `error` that nobody listens to would end the process (node-hid #520); it comes as a string or an Error. */
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'data', listener: (report: Uint8Array) => void): unknown
  /** The first byte is the report's number, 0 for a device that does not number them. */
  write(numberedReport: Buffer): Promise<number>
  sendFeatureReport(numberedReport: Buffer): Promise<number>
  close(): Promise<void>
}

export interface HidSystem {
  /** Every collection of every device of that make. */
  list(vendorId: number, productId: number): Promise<readonly HidInfo[]>
  open(path: string): Promise<HidHandle>
}

export type LoadHid = () => Promise<
  { readonly ok: true; readonly hid: HidSystem } | { readonly ok: false; readonly detail: string }
>

/**
 * Loads node-hid when the first hid: URL is opened, and not before: it needs a native library for this very machine,
 * which a terminal without HID devices may do without.
 */
export const loadNodeHid: LoadHid = async () => {
  try {
    const { devicesAsync, getHidapiVersion, HIDAsync } = (await import('node-hid')).default
    // Makes it load its native part now, where a failure is a value.
    getHidapiVersion()
    return { ok: true, hid: { list: devicesAsync, open: async (path) => handleOver(await HIDAsync.open(path)) } }
  } catch (error) {
    return { ok: false, detail: `node-hid cannot be used on this machine: ${messageOf(error)}` }
  }
}

/**
 * node-hid begins to read a turn after a listener was added, and throws, where nobody can catch it, when the device was closed
 * by then. So closing waits that turn too.
 */
function handleOver(device: HidHandle): HidHandle {
  return {
    on: device.on.bind(device),
    write: (report) => device.write(report),
    sendFeatureReport: (report) => device.sendFeatureReport(report),
    close: () => new Promise<void>((resolve) => process.nextTick(resolve)).then(() => device.close()),
  }
}
