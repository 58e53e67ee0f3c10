import { describe, expect, it } from 'vitest'
import { parseScannerUrl } from './scanner-url.ts'

const SHA256 = 'ab'.repeat(32)

describe('addresses of scanners', () => {
  it.each([
    ['escl://192.0.2.7/eSCL', { isTls: false, host: '192.0.2.7', port: 80, path: '/eSCL' }],
    ['escl://192.0.2.7:8090', { isTls: false, host: '192.0.2.7', port: 8090, path: '/eSCL' }],
    ['escl://[fe80::1]:8090/eSCL/', { isTls: false, host: 'fe80::1', port: 8090, path: '/eSCL' }],
    ['escl://hall.lan/scan/eSCL', { isTls: false, host: 'hall.lan', port: 80, path: '/scan/eSCL' }],
    ['escls://hall.lan/eSCL', { isTls: true, host: 'hall.lan', port: 443, path: '/eSCL' }],
  ])('reads %s', (text, address) => {
    expect(parseScannerUrl(text)).toEqual({
      ok: true,
      address: { scheme: 'escl', certificateSha256: undefined, ...address },
    })
  })

  it('reads a certificate as openssl writes it', () => {
    const written = 'AB:'.repeat(32).slice(0, -1)
    expect(parseScannerUrl(`escls://hall.lan/eSCL?certificate=${written}`)).toMatchObject({
      ok: true,
      address: { certificateSha256: SHA256 },
    })
  })

  it.each(['test', 'test:0', 'genesys:libusb:001:004', 'airscan:e0:Hall Scanner', 'net:192.0.2.7:epson2:/dev/sg0'])(
    'takes sane:%s as it stands',
    (device) => {
      expect(parseScannerUrl(`sane:${device}`)).toEqual({ ok: true, address: { scheme: 'sane', device } })
    },
  )

  it.each([
    ['', 'is not a URL'],
    ['http://192.0.2.7/eSCL', 'scheme "http:"'],
    ['escl:///eSCL', 'names no host'],
    ['escl://user@hall/eSCL', 'user name'],
    ['escl://hall/eSCL#x', 'fragment'],
    ['escl://hall:0/eSCL', 'port 0'],
    ['escl://hall/eSCL?dpi=300', 'unknown parameter "dpi"'],
    [`escl://hall/eSCL?certificate=${SHA256}`, 'only escls://'],
    ['escls://hall/eSCL?certificate=abc', 'no SHA-256'],
    ['sane:', 'names no device'],
    ['sane:--help', 'no name of a device has'],
    ['sane:test\u0000', 'no name of a device has'],
    [`sane:${'x'.repeat(201)}`, 'too long'],
  ])('refuses %s and says why', (text, why) => {
    const parsed = parseScannerUrl(text)
    expect(parsed).toMatchObject({ ok: false, fault: 'bad-url' })
    expect(parsed.ok ? '' : parsed.detail).toContain(why)
  })
})
