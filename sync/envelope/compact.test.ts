import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactParts } from './compact.ts'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('parts of a compact text', () => {
  it('are what any bytes are written as, and none may be missing or too many', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const texts = parts.map((bytes) => Buffer.from(bytes).toString('base64url'))
        expect(compactParts(texts.join('.'), texts.length)).toEqual(texts)
        expect(compactParts(texts.join('.'), texts.length + 1)).toBeUndefined()
      }),
    )
  })

  it('have one spelling: no other last character, no other alphabet, no padding, nothing in between', () => {
    for (const bytes of [Buffer.from([0]), Buffer.from([255]), Buffer.from([251, 255]), Buffer.from([251, 255, 191])]) {
      const text = bytes.toString('base64url')
      const others = [`${text}=`, `${text}\n`, ` ${text}`, `${text}é`, `${text}/`, `${text}+`]
      if (bytes[0] === 251) others.push(bytes.toString('base64'))
      for (const last of BASE64URL) {
        const other = text.slice(0, -1) + last
        if (other !== text && Buffer.from(other, 'base64url').equals(bytes)) others.push(other)
      }
      for (const other of others) expect(compactParts(`YWE.${other}`, 2)).toBeUndefined()
      expect(compactParts(`YWE.${text}`, 2)).toEqual(['YWE', text])
    }
  })
})
