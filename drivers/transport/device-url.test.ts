import { describe, expect, it } from 'vitest'
import { schemeMeant, schemesOf } from './device-schemes.ts'
import { parseDeviceUrl, parseDeviceUrlFor } from './device-url.ts'

describe('device URLs', () => {
  it.each([
    ['serial:///dev/ttyUSB0?baud=9600', { scheme: 'serial', path: '/dev/ttyUSB0', baud: 9600 }],
    ['serial:///dev/ttyUSB0', { scheme: 'serial', path: '/dev/ttyUSB0', baud: 115_200 }],
    ['serial:///tmp/a%20b', { scheme: 'serial', path: '/tmp/a b', baud: 115_200 }],
    ['serial://COM3?baud=57600', { scheme: 'serial', path: 'COM3', baud: 57_600 }],
    ['tcp://127.0.0.1:9100', { scheme: 'tcp', host: '127.0.0.1', port: 9100 }],
    ['tcp://[::1]:9100', { scheme: 'tcp', host: '::1', port: 9100 }],
    ['tcp://printer.hall:80', { scheme: 'tcp', host: 'printer.hall', port: 80 }],
    ['hid://0400:c35a', { scheme: 'hid', vendorId: 0x0400, productId: 0xc35a }],
    ['hid://0400:C35A/', { scheme: 'hid', vendorId: 0x0400, productId: 0xc35a }],
    ['hid://0c2e:0b61?usage=8c', { scheme: 'hid', vendorId: 0x0c2e, productId: 0x0b61, usagePage: 0x8c }],
    [
      'hid://0c2e:0b61?serial=A%20B&usage=8C:02',
      { scheme: 'hid', vendorId: 0x0c2e, productId: 0x0b61, usagePage: 0x8c, usage: 2, serial: 'A B' },
    ],
    ['usblp:///dev/usb/lp0', { scheme: 'usblp', path: '/dev/usb/lp0' }],
    ['ipp://192.0.2.9/ipp/print', { scheme: 'ipp', rest: '//192.0.2.9/ipp/print' }],
    ['ipps://printer.hall:631', { scheme: 'ipps', rest: '//printer.hall:631' }],
    ['cups:A4', { scheme: 'cups', rest: 'A4' }],
    ['cups://localhost/A4', { scheme: 'cups', rest: '//localhost/A4' }],
    ['escl://192.0.2.9:8080/eSCL', { scheme: 'escl', rest: '//192.0.2.9:8080/eSCL' }],
    ['escls://scanner.hall/eSCL', { scheme: 'escls', rest: '//scanner.hall/eSCL' }],
    ['sane:test', { scheme: 'sane', rest: 'test' }],
    ['sane:airscan:e0:Kiosk Sim #2', { scheme: 'sane', rest: 'airscan:e0:Kiosk Sim #2' }],
    ['pcsc:Virtual PCD*', { scheme: 'pcsc', rest: 'Virtual PCD*' }],
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
    ['serail:///dev/ttyUSB0', 'did you mean "serial:"?'],
    ['ftp://x', 'known are serial:, tcp:, hid:, usblp:, ipp:, ipps:, cups:, escl:, escls:, sane: and pcsc:'],
    ['hid://0400', 'vendor and product id'],
    ['hid://400:c35a', 'vendor and product id'],
    ['hid://0400:c35g', 'vendor and product id'],
    ['hid:0400:c35a', 'vendor and product id'],
    ['hid://0400:c35a/x', 'vendor and product id'],
    ['hid://0400:c35a#x', 'fragment'],
    ['hid://0400:c35a?usage=8c:', 'usage "8c:"'],
    ['hid://0400:c35a?usage=page', 'usage "page"'],
    ['hid://0400:c35a?usage=8c&usage=1', 'usage more than once'],
    ['hid://0400:c35a?serial=', 'empty serial'],
    ['hid://0400:c35a?page=8c', 'unknown parameter "page"; known are usage and serial'],
    ['usblp:///', 'names no file'],
    ['usblp://dev/usb/lp0', 'after a host'],
    ['usblp:///dev/usb/lp0?x=1', 'has parameters'],
    ['ipp:///ipp/print', 'names no host; write ipp://host/ipp/print'],
    ['escl:', 'host'],
    ['cups:', 'names no device; write cups:QUEUE'],
    ['sane://', 'names no device'],
    ['pcsc: ', 'names no device'],
  ])('refuses %s and says why', (text, why) => {
    const parsed = parseDeviceUrl(text)
    expect(parsed).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(parsed.ok ? '' : parsed.detail).toContain(why)
  })

  it('belong to device classes', () => {
    expect(parseDeviceUrlFor('id-card-reader', 'hid://0400:c35a')).toMatchObject({ ok: true })
    expect(parseDeviceUrlFor('document-printer', 'hid://0400:c35a')).toMatchObject({
      detail:
        '"hid://0400:c35a" is an address for id-card-reader, code-scanner, signature-pad and line-board, not for document-printer; its addresses begin with ipp:, ipps: and cups:',
    })
    expect(parseDeviceUrlFor('camera', 'sane:test')).toMatchObject({ detail: expect.stringContaining('no address') })
    expect(parseDeviceUrlFor('camera', 'nonsense')).toMatchObject({ ok: false })
    expect(schemesOf('receipt-printer')).toEqual(['serial', 'tcp', 'usblp'])
  })

  it('guesses a scheme only when it is near', () => {
    expect(['tpc', 'ip', 'hidd', 'usb-lp', 'escsl', 'seril'].map(schemeMeant)).toEqual([
      'tcp',
      'ipp',
      'hid',
      'usblp',
      'escl',
      'serial',
    ])
    expect(['http', 'mailto', 'x'].map(schemeMeant)).toEqual([undefined, undefined, undefined])
  })
})
