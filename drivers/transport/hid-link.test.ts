import { describe, expect, it } from 'vitest'
import type { LinkFault } from './byte-link.ts'
import { loadNodeHid } from './node-hid.ts'
import { createOpenLink, openLink } from './open-link.ts'
import { asReportLink } from './report-link.ts'
import { createSimulatedHid } from './simulated-hid.ts'
import { createManualClock } from './testing/manual-clock.ts'

const READER = { vendorId: 0x0400, productId: 0xc35a, path: '/dev/hidraw0', usagePage: 0xff00, usage: 1 }
const OPEN_TIMEOUT_MS = 3_000

function setUp() {
  const clock = createManualClock()
  const system = createSimulatedHid()
  const open = createOpenLink({ load: system.load, clock })
  const heard: string[] = []
  const device = system.plug(READER, (report) => void heard.push(Buffer.from(report).toString('hex')))
  async function opened(url = 'hid://0400:c35a') {
    const result = await open(url, OPEN_TIMEOUT_MS)
    if (!result.ok) throw new Error(`${result.fault}: ${result.detail}`)
    const reports: string[] = []
    const ends: LinkFault[] = []
    result.link.onData((report) => void reports.push(Buffer.from(report).toString('hex')))
    result.link.onClose((reason) => void ends.push(reason))
    return { link: result.link, reports, ends }
  }
  return { clock, system, open, opened, device, heard }
}

describe('hid links', () => {
  it('carry whole reports both ways, and our own closing is told as such', async () => {
    const { clock, opened, device, heard } = setUp()
    const { link, reports, ends } = await opened()
    await link.write(Uint8Array.of(0xaa, 0x00, 0x69))
    device.say(Uint8Array.of(1, 2))
    device.say(Uint8Array.of(3))
    await clock.settle()
    expect(heard).toEqual(['aa0069'])
    expect(reports).toEqual(['0102', '03'])
    await link.close()
    expect(ends.map(({ fault }) => fault)).toEqual(['closed'])
    expect(device.isOpen()).toBe(false)
    // Nothing is left that would keep a process alive.
    expect(clock.waiting()).toBe(0)
  })

  it('keep the reports that came before anybody listened', async () => {
    const { clock, open, device } = setUp()
    const result = await open('hid://0400:c35a', OPEN_TIMEOUT_MS)
    device.say(Uint8Array.of(7))
    await clock.settle()
    const reports: number[] = []
    if (result.ok) result.link.onData((report) => void reports.push(...report))
    expect(reports).toEqual([7])
  })

  it('tell a pulled device at once, and only once, and can be opened again', async () => {
    const { clock, opened, device } = setUp()
    const { link, reports, ends } = await opened()
    device.unplug()
    device.say(Uint8Array.of(1))
    await clock.advance(5_000)
    expect(ends).toEqual([{ fault: 'lost', detail: expect.stringContaining('device disconnected') }])
    await link.write(Uint8Array.of(1))
    expect(reports).toEqual([])
    device.replug()
    await (await opened()).link.write(Uint8Array.of(1))
    expect(device.opened()).toBe(2)
  })

  it('miss a device in the list within a second where no error tells of it', async () => {
    const { clock, opened, device } = setUp()
    const { ends } = await opened()
    await clock.advance(10_000)
    expect(ends).toEqual([])
    device.unplug('unseen')
    await clock.advance(1_000)
    expect(ends).toEqual([{ fault: 'lost', detail: '/dev/hidraw0 is gone' }])
  })

  it('end when a write does not', async () => {
    const { clock, opened, device } = setUp()
    const { link, ends } = await opened()
    device.hangWrites(true)
    let ended = false
    void link.write(Uint8Array.of(1)).then(() => {
      ended = true
    })
    await clock.advance(1_999)
    expect(ended).toBe(false)
    await clock.advance(1)
    await clock.settle()
    expect(ended).toBe(true)
    expect(ends).toEqual([{ fault: 'timed-out', detail: '/dev/hidraw0 took no report within 2000 ms' }])
  })

  it('send feature reports, and go on when the device takes none', async () => {
    const { opened, device } = setUp()
    const { link, ends } = await opened()
    const reports = asReportLink(link)
    expect(reports?.vendorId).toBe(0x0400)
    expect(await reports?.sendFeature(Uint8Array.of(254, 1))).toBe(true)
    device.takeFeatures(false)
    expect(await reports?.sendFeature(Uint8Array.of(254, 0))).toBe(false)
    expect(device.features().map((report) => [...report])).toEqual([[254, 1]])
    expect(ends).toEqual([])
  })

  it('choose by usage page, usage and serial number', async () => {
    const { system, open } = setUp()
    system.plug({ ...READER, path: '/dev/hidraw1', usagePage: 0x8c, usage: 2, serialNumber: 'B' }).refuseOpening('one')
    system.plug({ ...READER, path: '/dev/hidraw2', usagePage: 0x8c, usage: 2, serialNumber: 'A' }).refuseOpening('two')
    const detailOf = async (url: string) => {
      const result = await open(url, OPEN_TIMEOUT_MS)
      return result.ok ? 'opened' : result.detail
    }
    expect(await detailOf('hid://0400:c35a')).toBe('opened')
    expect(await detailOf('hid://0400:c35a?usage=8c')).toContain('one')
    expect(await detailOf('hid://0400:c35a?usage=8c:2&serial=A')).toContain('two')
    expect(await detailOf('hid://0400:c35a?usage=8c:3')).toBe('there is no HID device 0400:c35a usage page 8c usage 3')
    expect(await detailOf('hid://0400:c35b')).toBe('there is no HID device 0400:c35b')
  })

  it.each([
    ['Permission denied', 'no-permission'],
    ['No such device', 'not-found'],
    ['Device or resource busy', 'busy'],
    ['something nobody thought of', 'refused'],
  ])('say of "%s" that it is %s', async (message, fault) => {
    const { open, device } = setUp()
    device.refuseOpening(message)
    expect(await open('hid://0400:c35a', OPEN_TIMEOUT_MS)).toMatchObject({ ok: false, fault })
  })

  it('give opening an end, and close what opens too late', async () => {
    const { clock, system, device } = setUp()
    let letOpen: (() => void) | undefined
    const loaded = await system.load()
    if (!loaded.ok) throw new Error('no system')
    const { hid } = loaded
    const waits = new Promise<void>((resolve) => {
      letOpen = resolve
    })
    const slow = { list: hid.list, open: (path: string) => waits.then(() => hid.open(path)) }
    const result = createOpenLink({ clock, load: async () => ({ ok: true, hid: slow }) })('hid://0400:c35a', 50)
    await clock.advance(50)
    expect(await result).toMatchObject({ ok: false, fault: 'timed-out' })
    letOpen?.()
    await clock.settle()
    expect(device.opened()).toBe(1)
    expect(device.isOpen()).toBe(false)
  })

  it('say so on a machine where node-hid cannot be loaded', async () => {
    const { clock } = setUp()
    const open = createOpenLink({ clock, load: async () => ({ ok: false, detail: 'no libudev' }) })
    expect(await open('hid://0400:c35a', 50)).toEqual({ ok: false, fault: 'refused', detail: 'no libudev' })
  })

  it('find no such device through the real node-hid', async (ctx) => {
    const loaded = await loadNodeHid()
    if (!loaded.ok) return ctx.skip(loaded.detail)
    expect(await openLink('hid://0400:fffe', OPEN_TIMEOUT_MS)).toMatchObject({ ok: false, fault: 'not-found' })
    await expect(loaded.hid.open('/dev/hidraw-none')).rejects.toThrow('No such file')
  })
})
