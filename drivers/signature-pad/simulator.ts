import { type Clock, realClock } from '../transport/clock.ts'
import type { SimulatedHid, SimulatedHidDevice } from '../transport/simulated-hid.ts'
import { buildPenReport, WACOM_STU_540 } from './pad-protocol.ts'
import { MAX_PRESSURE } from './states.ts'

/** A simulated signature pad in a simulated HID system, with a pen that writes by itself. */

/** A real pad tells of its pen this often (reference/devices.md 10: 133 to 200 a second). */
const SAMPLE_INTERVAL_MS = 5
const CLEAR_FEATURE = 0x20

export const PAD_HID = {
  url: 'hid://056a:00a8',
  info: { vendorId: 0x056a, productId: 0x00a8, path: '/dev/hidraw2', product: 'Test pad', usagePage: 0xff0d, usage: 1 },
} as const

/** A stroke in shares of the surface, 0 to 1, with pressure 0 to 1. */
export type SimulatedStroke = readonly (readonly [x: number, y: number, pressure: number])[]

/** Something like a hand writes: three strokes of some fifty points. */
export const SAMPLE_STROKES: readonly SimulatedStroke[] = [0, 1, 2].map((which) =>
  Array.from({ length: 50 }, (_, at): [number, number, number] => {
    const along = at / 49
    return [0.15 + which * 0.25 + along * 0.2, 0.5 + 0.3 * Math.sin(along * 6 + which), Math.sin(along * Math.PI)]
  }),
)

export interface SignaturePadSimulator {
  plugIntoHid(system: SimulatedHid): string
  /** Writes; resolves when the pen is lifted. */
  write(strokes?: readonly SimulatedStroke[]): Promise<void>
  /** So many points of a stroke, and the pen stays down. */
  writePart(points: number): Promise<void>
  /** Reports with these bytes in place of a pen's. */
  noise(bytes: Uint8Array): void
  unplug(): void
  plug(): void
  /** How often its screen was emptied. */
  cleared(): number
}

export function createSignaturePadSimulator(clock: Clock = realClock): SignaturePadSimulator {
  let device: SimulatedHidDevice | undefined
  const { width, height } = WACOM_STU_540

  const wait = () =>
    new Promise<void>((resolve) => {
      clock.after(SAMPLE_INTERVAL_MS, resolve)
    })

  async function say([x, y, pressure]: SimulatedStroke[number], isTouching: boolean): Promise<void> {
    const sample = {
      x: Math.round(x * width),
      y: Math.round(y * height),
      pressure: Math.round(pressure * MAX_PRESSURE),
    }
    device?.say(buildPenReport({ isTouching, ...sample }))
    await wait()
  }

  return {
    plugIntoHid(system) {
      device = system.plug(PAD_HID.info)
      return PAD_HID.url
    },
    async write(strokes = SAMPLE_STROKES) {
      for (const stroke of strokes) {
        for (const point of stroke) await say(point, true)
        const last = stroke.at(-1)
        if (last !== undefined) await say(last, false)
      }
    },
    async writePart(points) {
      for (const point of SAMPLE_STROKES[0]?.slice(0, points) ?? []) await say(point, true)
    },
    noise(bytes) {
      const report = buildPenReport({ isTouching: true, x: 0, y: 0, pressure: 0 })
      for (let at = 0; at + report.length <= bytes.length; at += report.length - 1) {
        report.set(bytes.subarray(at, at + report.length - 1), 1)
        device?.say(report)
      }
    },
    unplug: () => device?.unplug(),
    plug: () => device?.replug(),
    cleared: () => device?.features().filter(([number]) => number === CLEAR_FEATURE).length ?? 0,
  }
}
