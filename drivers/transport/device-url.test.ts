import { describe, expect, it } from 'vitest'
import { parseDeviceUrl } from './device-url.ts'

describe('device URLs', () => {
  it.each([
    ['serial:///dev/ttyUSB0?baud=9600', { scheme: 'serial', path: '/dev/ttyUSB0', baud: 9600 }],
    ['serial:///dev/ttyUSB0', { scheme: 'serial', path: '/dev/ttyUSB0', baud: 115_200 }],
    ['serial:///tmp/a%20b', { scheme: 'serial', path: '/tmp/a b', baud: 115_200 }],
    ['serial://COM3?baud=57600', { scheme: 'serial', path: 'COM3', baud: 57_600 }],
    ['tcp://127.0.0.1:9100', { scheme: 'tcp', host: '127.0.0.1', port: 9100 }],
    ['tcp://[::1]:9100', { scheme: 'tcp', host: '::1', port: 9100 }],
    ['tcp://printer.hall:80', { scheme: 'tcp', host: 'printer.hall', port: 80 }],
  ])('reads %s', (text, device) => {
    expect(parseDeviceUrl(text)).toEqual({ ok: true, device })
  })

  it.each([
    ['', 'is not a URL'],
    ['/dev/ttyUSB0', 'is not a URL'],
    ['http://127.0.0.1', 'scheme "http:"'],
    ['serial://dev/ttyUSB0', 'after a host'],
    ['serial:///', 'names no port'],
    ['serial:///dev/ttyUSB0?baud=fast', 'baud "fast"'],
    ['serial:///dev/ttyUSB0?baud=0', 'baud "0"'],
    ['serial:///dev/ttyUSB0?baud=9600.5', 'baud "9600.5"'],
    ['serial:///dev/ttyUSB0?baud=9600&baud=1200', 'more than once'],
    ['serial:///dev/ttyUSB0?buad=9600', 'unknown parameter "buad"'],
    ['serial:///dev/%E0%A4%A', 'bad % escape'],
    ['tcp://127.0.0.1', 'names no port'],
    ['tcp://127.0.0.1:0', 'names no port'],
    ['tcp://127.0.0.1:99999', 'is not a URL'],
    ['tcp://127.0.0.1:9100/x', 'has a path'],
    ['tcp://127.0.0.1:9100?baud=1', 'has parameters'],
    ['tcp://user@127.0.0.1:9100', 'user name'],
    ['tcp://127.0.0.1:9100#x', 'fragment'],
  ])('refuses %s and says why', (text, why) => {
    const parsed = parseDeviceUrl(text)
    expect(parsed).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(parsed.ok ? '' : parsed.detail).toContain(why)
  })
})
