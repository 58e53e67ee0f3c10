import type { DeviceClass } from '../condition/states.ts'

/**
 * Which kind of address belongs to which device class: one line a scheme. device-url.ts reads the first four, because they
 * name a wire; the others name a service or a system's own device, and what stands behind their colon is their class's own.
 */
export interface SchemeRow {
  readonly classes: readonly DeviceClass[]
  /** How it is written; shown to whoever wrote it wrongly. */
  readonly form: string
}

export const SCHEMES = {
  serial: {
    classes: ['id-card-reader', 'code-scanner', 'receipt-printer', 'line-board'],
    form: 'serial:///dev/ttyUSB0?baud=115200',
  },
  tcp: {
    classes: ['id-card-reader', 'code-scanner', 'receipt-printer', 'line-board'],
    form: 'tcp://host:port',
  },
  hid: {
    classes: ['id-card-reader', 'code-scanner', 'signature-pad', 'line-board'],
    form: 'hid://0400:c35a',
  },
  usblp: { classes: ['receipt-printer'], form: 'usblp:///dev/usb/lp0' },
  ipp: { classes: ['document-printer'], form: 'ipp://host/ipp/print' },
  ipps: { classes: ['document-printer'], form: 'ipps://host/ipp/print' },
  cups: { classes: ['document-printer'], form: 'cups:QUEUE' },
  escl: { classes: ['document-scanner'], form: 'escl://host/eSCL' },
  escls: { classes: ['document-scanner'], form: 'escls://host/eSCL' },
  sane: { classes: ['document-scanner'], form: 'sane:DEVICE' },
  pcsc: { classes: ['smart-card'], form: 'pcsc:NAME-PATTERN' },
} as const satisfies Readonly<Record<string, SchemeRow>>

export type Scheme = keyof typeof SCHEMES

export function isScheme(text: string): text is Scheme {
  return Object.hasOwn(SCHEMES, text)
}

/** All schemes, or those of one class, in the order of the table. */
export function schemesOf(deviceClass?: DeviceClass): readonly Scheme[] {
  const all = Object.keys(SCHEMES).filter(isScheme)
  if (deviceClass === undefined) return all
  return all.filter((scheme) => rowOf(scheme).classes.includes(deviceClass))
}

export function rowOf(scheme: Scheme): SchemeRow {
  return SCHEMES[scheme]
}

/** The scheme that was probably meant, when at most two letters of a longer one are wrong, or one of a short one. */
export function schemeMeant(written: string): Scheme | undefined {
  const near = schemesOf()
    .map((scheme) => ({ scheme, away: lettersAway(written, scheme) }))
    .filter(({ scheme, away }) => away <= Math.min(2, scheme.length - 2))
    .sort((a, b) => a.away - b.away)
  return near[0]?.scheme
}

/** Letters to change, add, leave out or swap with a neighbour. */
function lettersAway(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i])
    for (let j = 1; j <= b.length; j += 1) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? at(i - 2, j - 2) + 1 : change
      rows[i]?.push(Math.min(change, swap, at(i - 1, j) + 1, at(i, j - 1) + 1))
    }
  }
  return at(a.length, b.length)
}
