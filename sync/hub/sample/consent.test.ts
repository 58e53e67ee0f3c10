import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { asksHub, consentFault, consentOf, consentText } from '../../protocol/consent.ts'
import { CONSENT_MAX_GLYPHS, CONSENT_PARTS, consentGlyphs } from '../../protocol/item-consent.ts'
import { ServiceItemSchema } from '../../protocol/service-item.ts'
import { sampleCatalogue } from './catalogue.ts'
import { s02Pension } from './s02-pension.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const { consent: _, ...older } = s02Pension

describe('every sample item says what happens with the data', () => {
  test.for(sampleCatalogue.items.map((item) => [item.id, item] as const))('%s', ([, item]) => {
    expect(item.consent).toBeDefined()
    expect(consentGlyphs(consentOf(item))).toBeLessThanOrEqual(CONSENT_MAX_GLYPHS)
    for (const part of CONSENT_PARTS) expect(consentOf(item)[part].en, part).toBeDefined()
    // Whoever is asked about at the hub is told that something is looked up.
    if (asksHub(item)) expect(item.consent?.purpose.zh).toContain('查')
  })
})

test('words of more than 80 glyphs are no consent, rare characters counted once', () => {
  const of = (glyphs: string) =>
    ServiceItemSchema.safeParse({ ...s02Pension, consent: { ...consentOf(s02Pension), purpose: { zh: glyphs } } })
  const room = CONSENT_MAX_GLYPHS - consentGlyphs(consentOf(s02Pension)) + [...consentOf(s02Pension).purpose.zh].length
  expect(of('𠮷'.repeat(room)).success).toBe(true)
  const tooLong = of('𠮷'.repeat(room + 1))
  expect(tooLong.error?.issues[0]).toMatchObject({
    path: ['consent'],
    message: 'has 81 characters, at most 80 are read',
  })
  expect(ServiceItemSchema.safeParse({ ...s02Pension, needsForms: 3 }).error?.issues[0]?.path).toEqual(['needsForms'])
})

test('an item without words of its own gets some of its name and department; half a name is none', () => {
  expect(consentOf(older).purpose.zh).toBe('办理领取养老金资格认证')
  expect(consentOf(older).receiver).toEqual(s02Pension.department.name)
  const long = {
    ...older,
    name: { zh: '长'.repeat(200) },
    department: { ...older.department, name: { zh: '局'.repeat(200) } },
  }
  expect(consentOf(long).purpose.zh).toBe('办这件事')
  expect(consentOf(long).receiver.zh).toBe('办这件事的部门')
  const longest = {
    ...older,
    name: { zh: '长'.repeat(20) },
    department: { ...older.department, name: { zh: '局'.repeat(20) } },
  }
  for (const each of [older, long, longest])
    expect(consentGlyphs(consentOf(each))).toBeLessThanOrEqual(CONSENT_MAX_GLYPHS)
})

test('a yes is one to this item’s words; an item of before may do without', () => {
  const given = { textSha256: sha256(consentText(s02Pension)) }
  expect(consentFault(s02Pension, given, sha256)).toBeUndefined()
  expect(consentFault(s02Pension, { textSha256: sha256(consentText(older)) }, sha256)).toBe('other-words')
  expect(consentFault(s02Pension, undefined, sha256)).toBe('missing')
  expect(consentFault(older, undefined, sha256)).toBeUndefined()
  expect(consentFault(older, given, sha256)).toBe('other-words')
})
