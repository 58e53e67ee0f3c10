import { describe, expect, it } from 'vitest'
import { behindQueue, parsePrinterUrl } from './address.ts'

const FINGERPRINT = 'ab'.repeat(32)

describe('printer URLs', () => {
  it.each([
    [
      'ipp://printer.hall/ipp/print',
      'ipp',
      { host: 'printer.hall', port: 631, path: '/ipp/print', printerUri: 'ipp://printer.hall:631/ipp/print' },
    ],
    [
      'ipp://127.0.0.1:8631/ipp/print',
      'ipp',
      { host: '127.0.0.1', port: 8631, path: '/ipp/print', printerUri: 'ipp://127.0.0.1:8631/ipp/print' },
    ],
    [
      'ipp://[::1]:8631/ipp/print',
      'ipp',
      { host: '::1', port: 8631, path: '/ipp/print', printerUri: 'ipp://[::1]:8631/ipp/print' },
    ],
    [
      'ipps://printer.hall/ipp/print',
      'ipp',
      {
        host: 'printer.hall',
        port: 631,
        path: '/ipp/print',
        printerUri: 'ipps://printer.hall:631/ipp/print',
        tls: { by: 'authorities' },
      },
    ],
    [
      `ipps://printer.hall/ipp/print?sha256=${FINGERPRINT.toUpperCase().replace(/(..)(?!$)/g, '$1:')}`,
      'ipp',
      {
        host: 'printer.hall',
        port: 631,
        path: '/ipp/print',
        printerUri: 'ipps://printer.hall:631/ipp/print',
        tls: { by: 'fingerprint', sha256: FINGERPRINT },
      },
    ],
    [
      'cups:KioskA4',
      'cups',
      {
        host: 'localhost',
        port: 631,
        path: '/printers/KioskA4',
        printerUri: 'ipp://localhost:631/printers/KioskA4',
      },
    ],
    [
      'cups://print.hall:8632/printers/KioskA4',
      'cups',
      {
        host: 'print.hall',
        port: 8632,
        path: '/printers/KioskA4',
        printerUri: 'ipp://print.hall:8632/printers/KioskA4',
      },
    ],
    [
      'cups://print.hall/classes/All',
      'cups',
      { host: 'print.hall', port: 631, path: '/classes/All', printerUri: 'ipp://print.hall:631/classes/All' },
    ],
  ])('read %s', (text, kind, target) => {
    expect(parsePrinterUrl(text)).toEqual({ ok: true, address: { kind, target: { tls: undefined, ...target } } })
  })

  it.each([
    ['', 'is not a URL'],
    ['http://printer/ipp/print', 'scheme "http:"'],
    ['ipp://printer', 'has no path'],
    ['ipp://printer/', 'has no path'],
    ['ipp:///ipp/print', 'names no host'],
    ['ipp://printer/ipp/print?x=1', 'has parameters'],
    ['ipp://user@printer/ipp/print', 'user name'],
    ['ipp://printer/ipp/print#x', 'fragment'],
    ['ipps://printer/ipp/print?sha=1', 'unknown parameter "sha"'],
    ['ipps://printer/ipp/print?sha256=12', '64 hexadecimal digits'],
    [`ipps://printer/ipp/print?sha256=${FINGERPRINT}&sha256=${FINGERPRINT}`, 'more than once'],
    ['cups://print.hall', 'names no queue'],
    ['cups://print.hall/KioskA4', 'names no queue'],
    ['cups:/printers/KioskA4', 'names no host'],
    ['cups:a/b', 'names no queue'],
    ['cups:', 'names no queue'],
    ['cups:KioskA4?x=1', 'has parameters'],
    [`cups:${'x'.repeat(600)}`, 'too long'],
  ])('refuse %.60s and say why', (text, why) => {
    const parsed = parsePrinterUrl(text)
    expect(parsed).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(parsed.ok ? '' : parsed.detail).toContain(why)
  })
})

describe('what is behind a queue', () => {
  it('is asked where it speaks IPP', () => {
    expect(behindQueue('ipp://localhost:8631/ipp/print?waitjob=false')).toMatchObject({
      ask: 'ipp',
      target: { host: 'localhost', port: 8631, path: '/ipp/print', printerUri: 'ipp://localhost:8631/ipp/print' },
    })
    expect(behindQueue('ipps://printer.hall/ipp/print')).toMatchObject({
      ask: 'ipp',
      target: { port: 631, tls: { by: 'nobody' } },
    })
  })

  it('is knocked at where it is a bare socket', () => {
    expect(behindQueue('socket://192.0.2.7')).toEqual({ ask: 'knock', url: 'tcp://192.0.2.7:9100' })
    expect(behindQueue('socket://192.0.2.7:9101')).toEqual({ ask: 'knock', url: 'tcp://192.0.2.7:9101' })
  })

  it.each([
    undefined,
    'usb:/dev/usb/lp0',
    'usb://HP/LaserJet?serial=1',
    'file:///dev/null',
    'cups-pdf:/',
    'dnssd://HP._ipp._tcp.local/',
    'no URL',
  ])('cannot be asked at %s', (uri) => {
    expect(behindQueue(uri)).toEqual({ ask: 'cannot' })
  })
})
