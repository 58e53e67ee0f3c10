import { createIdCardReader } from '../../../drivers/id-card-reader/driver.ts'
import { READER_HID } from '../../../drivers/id-card-reader/hid-end.ts'
import {
  SAMPLE_OTHER_CARDS,
  SAMPLE_PERSONS,
  type SamplePerson,
} from '../../../drivers/id-card-reader/sample-persons.ts'
import { sampleFingerprint, samplePhoto } from '../../../drivers/id-card-reader/simulated-module.ts'
import { createCardReaderSimulator } from '../../../drivers/id-card-reader/simulator.ts'
import type { CardReaderEvent } from '../../../drivers/id-card-reader/states.ts'
import { realClock } from '../../../drivers/transport/clock.ts'
import { loadNodeHid } from '../../../drivers/transport/node-hid.ts'
import { openLink } from '../../../drivers/transport/open-link.ts'
import type { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts'
import type { Checks } from './checks.ts'

/** An emulated machine is slow; the meaning of each time-out is unchanged. */
const SLOW = {
  findMs: 5_000,
  selectMs: 5_000,
  readMs: 10_000,
  readFingerprintMs: 10_000,
  statusMs: 10_000,
  probeMs: 5_000,
}

const OPEN_TIMEOUT_MS = 20_000

export async function checkCardReader(system: SimulatedHid, checks: Checks): Promise<void> {
  const simulator = createCardReaderSimulator({ baud: 0 })
  const url = simulator.plugIntoHid(system)
  await checkListed(checks)

  await checkOpenAndShut(url, checks)

  const events: CardReaderEvent[] = []
  const reader = createIdCardReader({
    url,
    openLink,
    clock: realClock,
    fingerprint: true,
    timeouts: { ...SLOW, interByteMs: 2_000 },
    onEvent: (event) => void events.push(event),
    log: (line) => {
      if (line.level !== 'info') console.log(JSON.stringify(line))
    },
  })
  const cards = () => events.flatMap((event) => (event.event === 'card' ? [event] : []))
  const isReady = () => reader.state().state === 'ready'
  reader.start()
  await checks.until('card reader: ready through /dev/hidraw', isReady, reader.state)

  async function readCard(person: SamplePerson, what: string): Promise<void> {
    const before = cards().length
    simulator.putCard(person)
    await checks.until(`card reader: ${what}`, () => cards().length > before, reader.state)
    const read = cards().at(-1)
    checks.equal(`card reader: ${what}, every field`, read?.card, { cardType: person.cardType, fields: person.fields })
    checks.equal(
      `card reader: ${what}, every byte of photo and fingerprints`,
      [read?.wlt, read?.fingerprint],
      [samplePhoto(), sampleFingerprint(person.fingerprintBytes ?? 0)].map((bytes) =>
        Buffer.from(bytes).toString('base64'),
      ),
    )
    simulator.takeCard()
    const finds = () => simulator.counters().requests.findCard ?? 0
    const findsBefore = finds()
    await checks.until(`card reader: ${what}, lifted`, () => finds() >= findsBefore + 2, finds)
  }

  // A citizen's with 1024 bytes of fingerprints: 37 packets; and one card of each other type.
  for (const person of [...SAMPLE_PERSONS.slice(0, 1), ...SAMPLE_OTHER_CARDS]) {
    await readCard(person, `a ${person.cardType} card`)
  }
  checks.equal('card reader: no request arrived damaged', simulator.counters().requests.damaged, undefined)

  await simulator.unplug()
  await checks.until('card reader: pulled, and told so', () => reader.state().state === 'unplugged', reader.state)
  await simulator.plug()
  await checks.until('card reader: plugged in again, ready by itself', isReady, reader.state)
  for (const person of SAMPLE_PERSONS.slice(1, 2)) await readCard(person, 'a card after that')
  await reader.stop()
  await simulator.close()
}

/** As a driver does that is stopped while it opens: node-hid begins to read a turn after it was asked to. */
async function checkOpenAndShut(url: string, checks: Checks): Promise<void> {
  const faults: string[] = []
  for (let times = 0; times < 3; times += 1) {
    const opened = await openLink(url, OPEN_TIMEOUT_MS)
    if (opened.ok) await opened.link.close()
    else faults.push(opened.detail)
  }
  checks.equal('hid link: opened and closed at once', faults, [])
}

/** What node-hid says of the device, byte by byte what devices.md 7.1 saw. */
async function checkListed(checks: Checks): Promise<void> {
  const loaded = await loadNodeHid()
  checks.equal('node-hid: loads', loaded.ok ? 'loaded' : loaded.detail, 'loaded')
  if (!loaded.ok) return
  const { vendorId, productId, usagePage, usage, product } = READER_HID.info
  let listed: object[] = []
  let isLooking = false
  await checks.until(
    'node-hid: lists the device by /dev/hidraw, with page and usage',
    () => {
      if (!isLooking) {
        isLooking = true
        void loaded.hid.list(vendorId, productId).then((infos) => {
          isLooking = false
          listed = infos.map((info) => ({ ...info }))
        })
      }
      const [found] = listed
      return (
        found !== undefined &&
        'path' in found &&
        String(found.path).startsWith('/dev/hidraw') &&
        'usagePage' in found &&
        found.usagePage === usagePage &&
        'usage' in found &&
        found.usage === usage &&
        'product' in found &&
        found.product === product
      )
    },
    () => listed,
  )
}
