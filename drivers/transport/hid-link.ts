import type { LinkFault } from './byte-link.ts'
import { type Clock, realClock } from './clock.ts'
import type { HidDevice } from './device-url.ts'
import { createLinkCore, messageOf } from './link-core.ts'
import { type HidHandle, type HidInfo, type HidSystem, type LoadHid, loadNodeHid } from './node-hid.ts'
import type { OpenReportLinkResult, ReportLink } from './report-link.ts'

/** node-hid tells of no plugging in or out; a pulled device is missed in its list this much later at the most. */
const PRESENCE_INTERVAL_MS = 1_000
/** The kernel itself gives a device 5 s to take a report; a reader takes one in a millisecond. */
const WRITE_TIMEOUT_MS = 2_000
/** Closing waits for the reading thread, which wakes every 50 ms, and for a write that may hang. */
const CLOSE_TIMEOUT_MS = 2_000
/** A device that does not number its reports still gets a number in front, which does not go out. */
const UNNUMBERED = 0

/** hidapi gives its faults as sentences; these are the ones of its Linux (errno), Windows and macOS parts. */
const FAULT_OF_MESSAGE: readonly (readonly [RegExp, LinkFault['fault']])[] = [
  [/no such (file|device)|not (found|connected)|inappropriate ioctl|cannot find/i, 'not-found'],
  [/permission denied|operation not permitted|access is denied/i, 'no-permission'],
  [/busy|exclusive|being used by another/i, 'busy'],
]

export interface HidLinkTools {
  readonly load: LoadHid
  readonly clock: Clock
}

/** Opens a HID device as a link of reports; the first that fits, in the order of their paths, when several do. */
export function openHidLink(
  url: string,
  device: HidDevice,
  timeoutMs: number,
  tools: HidLinkTools = { load: loadNodeHid, clock: realClock },
): Promise<OpenReportLinkResult> {
  return new Promise((resolve) => {
    let timedOut = false
    const cancel = tools.clock.after(timeoutMs, () => {
      timedOut = true
      resolve({ ok: false, fault: 'timed-out', detail: `${nameOf(device)} did not open within ${timeoutMs} ms` })
    })
    void open(url, device, tools).then((result) => {
      cancel()
      // Nobody waits for it any more; an open device that nobody owns would lock the next attempt out.
      if (timedOut && result.ok) void result.link.close()
      else resolve(result)
    })
  })
}

async function open(url: string, device: HidDevice, { load, clock }: HidLinkTools): Promise<OpenReportLinkResult> {
  const loaded = await load()
  if (!loaded.ok) return { ok: false, fault: 'refused', detail: loaded.detail }
  const { hid } = loaded
  try {
    const path = (await find(hid, device))?.path
    if (path === undefined) return { ok: false, fault: 'not-found', detail: `there is no ${nameOf(device)}` }
    const handle = await hid.open(path)
    return { ok: true, link: linkOverHandle({ url, device, path, handle, hid, clock }) }
  } catch (error) {
    const message = messageOf(error)
    const fault = FAULT_OF_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? 'refused'
    return { ok: false, fault, detail: message }
  }
}

async function find(hid: HidSystem, device: HidDevice): Promise<HidInfo | undefined> {
  const listed = await hid.list(device.vendorId, device.productId)
  return [...listed]
    .filter((info) => fits(info, device))
    .sort((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : 1))
    .find((info) => info.path !== undefined)
}

function fits(info: HidInfo, { vendorId, productId, usagePage, usage, serial }: HidDevice): boolean {
  return (
    info.vendorId === vendorId &&
    info.productId === productId &&
    (usagePage === undefined || info.usagePage === usagePage) &&
    (usage === undefined || info.usage === usage) &&
    (serial === undefined || info.serialNumber === serial)
  )
}

interface OpenDevice {
  readonly url: string
  readonly device: HidDevice
  readonly path: string
  readonly handle: HidHandle
  readonly hid: HidSystem
  readonly clock: Clock
}

function linkOverHandle({ url, device, path, handle, hid, clock }: OpenDevice): ReportLink {
  const core = createLinkCore()
  let closed: Promise<void> | undefined
  // Before any reading begins, and for the handle's life: an error event without a listener ends the process.
  handle.on('error', (error) => lose('lost', messageOf(error)))
  handle.on('data', (report) => {
    // In a turn of our own: node-hid would take what a listener throws for an error of the device.
    queueMicrotask(() => core.deliver(report))
  })
  let cancelPresence = clock.after(PRESENCE_INTERVAL_MS, lookForDevice)

  function lookForDevice(): void {
    hid.list(device.vendorId, device.productId).then(
      (listed) => {
        if (core.ended() !== undefined) return
        if (!listed.some((info) => info.path === path && fits(info, device))) lose('lost', `${path} is gone`)
        else cancelPresence = clock.after(PRESENCE_INTERVAL_MS, lookForDevice)
      },
      (error: unknown) => lose('lost', `HID devices cannot be listed: ${messageOf(error)}`),
    )
  }

  function lose(fault: LinkFault['fault'], detail: string): void {
    if (core.ended() !== undefined) return
    core.end({ fault, detail })
    void shut()
  }

  function shut(): Promise<void> {
    cancelPresence()
    closed ??= new Promise((resolve) => {
      const cancel = clock.after(CLOSE_TIMEOUT_MS, resolve)
      const done = () => {
        cancel()
        resolve()
      }
      // A device that is gone may refuse to be closed; the link is over all the same.
      handle.close().then(done, done)
    })
    return closed
  }

  function write(report: Uint8Array): Promise<void> {
    if (core.ended() !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const late = () => {
        lose('timed-out', `${path} took no report within ${WRITE_TIMEOUT_MS} ms`)
        resolve()
      }
      const cancel = clock.after(WRITE_TIMEOUT_MS, late)
      const settled = (error?: unknown) => {
        cancel()
        if (error !== undefined) lose('lost', messageOf(error))
        resolve()
      }
      handle.write(Buffer.from([UNNUMBERED, ...report])).then(() => settled(), settled)
    })
  }

  return {
    url,
    unit: 'report',
    vendorId: device.vendorId,
    productId: device.productId,
    write,
    sendFeature(numberedReport) {
      if (core.ended() !== undefined) return Promise.resolve(false)
      return new Promise((resolve) => {
        const cancel = clock.after(WRITE_TIMEOUT_MS, () => resolve(false))
        const settled = (taken: boolean) => () => {
          cancel()
          resolve(taken)
        }
        handle.sendFeatureReport(Buffer.from(numberedReport)).then(settled(true), settled(false))
      })
    },
    onData: core.onData,
    onClose: core.onClose,
    close() {
      core.end({ fault: 'closed', detail: 'closed by this side' })
      return shut()
    },
  }
}

function nameOf({ vendorId, productId, usagePage, usage, serial }: HidDevice): string {
  const hex = (value: number) => value.toString(16).padStart(4, '0')
  const page = usagePage === undefined ? '' : ` usage page ${usagePage.toString(16)}`
  const use = usage === undefined ? '' : ` usage ${usage.toString(16)}`
  return `HID device ${hex(vendorId)}:${hex(productId)}${page}${use}${serial === undefined ? '' : ` serial ${serial}`}`
}
