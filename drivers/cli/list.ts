import { execFile } from 'node:child_process'
import { SerialPort } from 'serialport'

/** What is plugged in, as far as it can be seen without opening anything: addresses to try with `probe`. */
export interface Seen {
  readonly url: string
  readonly what: string
}

export type Listing =
  | { readonly ok: true; readonly seen: readonly Seen[] }
  | { readonly ok: false; readonly detail: string }

const PROGRAM_PATIENCE_MS = 15_000

async function serialPorts(): Promise<Listing> {
  const ports = await SerialPort.list()
  const seen = ports.map(({ path, manufacturer, productId, vendorId }) => ({
    url: `serial://${path}`,
    what: [manufacturer, vendorId === undefined ? undefined : `${vendorId}:${productId}`].filter(Boolean).join(' '),
  }))
  return { ok: true, seen }
}

/** Loaded here only: a machine whose node-hid does not load has all other devices. */
async function hidDevices(): Promise<Listing> {
  try {
    const { devicesAsync } = await import('node-hid')
    const hex = (id: number) => id.toString(16).padStart(4, '0')
    const seen = (await devicesAsync()).map(({ vendorId, productId, product, manufacturer }) => ({
      url: `hid://${hex(vendorId)}:${hex(productId)}`,
      what: [manufacturer, product].filter(Boolean).join(' '),
    }))
    return { ok: true, seen }
  } catch (error) {
    return { ok: false, detail: `node-hid: ${String(error)}` }
  }
}

/** A program's lines, or why it could not be asked. */
function linesOf(program: string, args: readonly string[]): Promise<readonly string[] | string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROGRAM_PATIENCE_MS }, (error, stdout) => {
      if (error !== null && stdout === '') resolve(`${program}: ${error.message.split('\n')[0] ?? ''}`)
      else resolve(stdout.split('\n').filter((line) => line !== ''))
    })
  })
}

async function scanners(): Promise<Listing> {
  const lines = await linesOf('scanimage', ['--formatted-device-list=%d\t%v %m%n'])
  if (typeof lines === 'string') return { ok: false, detail: lines }
  const seen = lines.map((line) => {
    const [name = '', what = ''] = line.split('\t')
    return { url: `sane:${name}`, what }
  })
  return { ok: true, seen }
}

async function queues(): Promise<Listing> {
  const lines = await linesOf('lpstat', ['-e'])
  if (typeof lines === 'string') return { ok: false, detail: lines }
  return { ok: true, seen: lines.map((name) => ({ url: `cups:${name}`, what: 'CUPS' })) }
}

/** By kind of wire. What cannot be asked says why. */
export async function listDevices(): Promise<Readonly<Record<'serial' | 'hid' | 'scanners' | 'printers', Listing>>> {
  const [serial, hid, sane, cups] = await Promise.all([serialPorts(), hidDevices(), scanners(), queues()])
  return { serial, hid, scanners: sane, printers: cups }
}
