import { openSync, read, writeSync } from 'node:fs'
import { loadNodeHid } from '../../../drivers/transport/node-hid.ts'
import type { SimulatedHid, SimulatedHidDevice } from '../../../drivers/transport/simulated-hid.ts'
import { descriptorOf } from './descriptors.ts'
import {
  createEvent,
  destroyEvent,
  EVENT_BYTES,
  getReportReply,
  inputEvent,
  readKernelEvent,
  setReportReply,
} from './uhid-events.ts'

/**
 * In the place of the simulated HID system: devices that are created in this machine's own kernel. The simulators plug into
 * it as they are, and the drivers reach them through node-hid and /dev/hidraw.
 */
export const UHID_PATH = '/dev/uhid'
const EIO = 5

export function createUhidSystem(): SimulatedHid {
  return {
    load: loadNodeHid,
    plug(info, onReport = () => undefined) {
      const file = openSync(UHID_PATH, 'r+')
      const created = createEvent({
        name: info.product ?? 'Test device',
        serial: info.serialNumber ?? '',
        vendorId: info.vendorId,
        productId: info.productId,
        descriptor: descriptorOf(info),
      })
      const features: Uint8Array[] = []
      let takesFeatures = true
      let opened = 0
      let isOpen = false
      let isPlugged = false

      // To a device that was pulled while a question was on its way nothing can be answered.
      const tell = (event: Buffer) => {
        if (isPlugged) writeSync(file, event)
      }
      function replug(): void {
        isPlugged = true
        tell(created)
      }

      function listen(): void {
        const bytes = Buffer.alloc(EVENT_BYTES)
        // Waits in a thread of its own until the kernel has something to say.
        read(file, bytes, 0, EVENT_BYTES, null, (error) => {
          if (error !== null) throw error
          const event = readKernelEvent(bytes)
          if (event.kind === 'open') {
            opened += 1
            isOpen = true
          } else if (event.kind === 'close') isOpen = false
          else if (event.kind === 'output') {
            // None of the devices numbers its output reports; a number 0 stands in front, as other systems demand it.
            if (event.report[0] === 0) onReport(event.report.subarray(1))
            else console.log('GUEST-TROUBLE a report went out without its number')
          } else if (event.kind === 'set-report') {
            if (takesFeatures) features.push(event.report)
            tell(setReportReply(event.id, takesFeatures ? 0 : EIO))
          } else if (event.kind === 'get-report') tell(getReportReply(event.id, EIO))
          listen()
        })
      }

      const notHere = (): never => {
        throw new Error('a real kernel cannot be told to do that')
      }
      replug()
      listen()
      const device: SimulatedHidDevice = {
        say: (report) => tell(inputEvent(report)),
        unplug() {
          tell(destroyEvent())
          isPlugged = false
        },
        replug,
        refuseOpening: notHere,
        hangWrites: notHere,
        takeFeatures(on) {
          takesFeatures = on
        },
        features: () => features,
        opened: () => opened,
        isOpen: () => isOpen,
      }
      return device
    },
  }
}
