import { expect, test } from 'vitest'
import { type FaceCompare, faceCompareOf } from './face-compare.ts'
import { SettingsSchema } from './settings.ts'
import { logBook } from './testing/fixtures.ts'

const brought: FaceCompare = { compare: async () => ({ ok: false, fault: 'no-camera' }) }

test('off unless the settings switch it on, whatever was brought', () => {
  const book = logBook()
  expect(SettingsSchema.shape.faceCompare.parse(undefined)).toBeUndefined()
  expect(faceCompareOf(undefined, brought, book.log)).toBeUndefined()
  expect(faceCompareOf(false, brought, book.log)).toBeUndefined()
  expect(faceCompareOf(true, brought, book.log)).toBe(brought)
  expect(book.lines).toEqual([])
  expect(faceCompareOf(true, undefined, book.log)).toBeUndefined()
  expect(book.of('face-compare-missing').length).toBe(1)
})
