import { expect, test } from 'vitest'
import { createEvent, destroyEvent, EVENT_BYTES, inputEvent, readKernelEvent, setReportReply } from './uhid-events.ts'

test('events have the size and the offsets of linux/uhid.h', () => {
  expect(EVENT_BYTES).toBe(4376)
  const created = createEvent({
    name: 'Test',
    serial: 'S1',
    vendorId: 0x0400,
    productId: 0xc35a,
    descriptor: Uint8Array.of(0x06, 0x00, 0xff),
  })
  expect(created.readUInt32LE(0)).toBe(11)
  expect(created.toString('latin1', 4, 9)).toBe('Test\0')
  expect(created.toString('latin1', 4 + 128 + 64, 4 + 128 + 64 + 3)).toBe('S1\0')
  expect([...created.subarray(260, 280)]).toEqual([3, 0, 3, 0, 0, 4, 0, 0, 0x5a, 0xc3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  expect([...created.subarray(280, 284)]).toEqual([0x06, 0x00, 0xff, 0])
  expect(destroyEvent().readUInt32LE(0)).toBe(1)
  expect([...inputEvent(Uint8Array.of(7, 8)).subarray(0, 9)]).toEqual([12, 0, 0, 0, 2, 0, 7, 8, 0])
  expect([...setReportReply(5, 3).subarray(0, 10)]).toEqual([14, 0, 0, 0, 5, 0, 0, 0, 3, 0])
})

test('what the kernel says is understood', () => {
  const bytes = Buffer.alloc(EVENT_BYTES)
  const kindOf = (type: number) => {
    bytes.writeUInt32LE(type)
    return readKernelEvent(bytes).kind
  }
  expect([2, 3, 4, 5, 99].map(kindOf)).toEqual(['start', 'stop', 'open', 'close', 'other'])
  bytes.writeUInt32LE(6)
  bytes.set([0, 0xaa, 0xbb], 4)
  bytes.writeUInt16LE(3, 4 + 4096)
  expect(readKernelEvent(bytes)).toEqual({ kind: 'output', report: Uint8Array.of(0, 0xaa, 0xbb) })
  bytes.writeUInt32LE(13)
  bytes.set([9, 0, 0, 0, 254, 0, 2, 0, 254, 1], 4)
  expect(readKernelEvent(bytes)).toEqual({ kind: 'set-report', id: 9, report: Uint8Array.of(254, 1) })
  bytes.writeUInt32LE(9)
  expect(readKernelEvent(bytes)).toEqual({ kind: 'get-report', id: 9 })
})
