import { z } from 'zod'
import { CONSENT_MAX_GLYPHS, CONSENT_PARTS, type Consent } from './item-consent.ts'
import type { LocalText } from './local-text.ts'
import type { ServiceItem } from './service-item.ts'

/** Screen, terminal and hub make the same words of the same item, and know whether she said yes to them. */

/** Characters of the words as they are given back: four lines of which each glyph may be two. */
export const MAX_CONSENT_TEXT = 2 * CONSENT_MAX_GLYPHS + CONSENT_PARTS.length

/** What the sealed submission says of it. */
export const ConsentGivenSchema = z.strictObject({
  /** SHA-256 of `consentText`: which words she said yes to. */
  textSha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The item's own, or one made of its name and department: packages from before there was consent still work. */
export function consentOf(item: Pick<ServiceItem, 'consent' | 'name' | 'department'>): Consent {
  if (item.consent !== undefined) return item.consent
  return {
    purpose: withName('办理', 'For: ', item.name, '办这件事', 'For this service'),
    fields: {
      zh: '身份证上的信息，和您在这里填的、交的',
      en: 'Your card’s data, and what you fill in and hand in here',
    },
    receiver: withName('', '', item.department.name, '办这件事的部门', 'The department in charge'),
    keeping: { zh: '按国家档案规定的年限', en: 'As long as the archive rules say' },
  }
}

/** As much of 80 as a name may take: two names, and the fixed words, must fit. */
const MAX_NAME_GLYPHS = 20

/** A name that is too long is not cut, but left out: half a name is none. */
function withName(zh: string, en: string, name: LocalText, zhElse: string, enElse: string): LocalText {
  if ([...name.zh].length > MAX_NAME_GLYPHS) return { zh: zhElse, en: enElse }
  return { zh: `${zh}${name.zh}`, ...(name.en === undefined ? {} : { en: `${en}${name.en}` }) }
}

/** The Chinese words, a part a line: what counts as the text that was said yes to, whatever language it was shown in. */
export function consentText(item: Parameters<typeof consentOf>[0]): string {
  const consent = consentOf(item)
  return CONSENT_PARTS.map((part) => consent[part].zh).join('\n')
}

export type ConsentFault = 'missing' | 'other-words'

/**
 * What is wrong with a consent. An item that brings its own words wants a yes to them; with one that does not, a
 * terminal from before there was consent may be silent.
 * @param sha256Hex of a text's UTF-8 bytes.
 */
export function consentFault(
  item: Parameters<typeof consentOf>[0],
  given: z.infer<typeof ConsentGivenSchema> | undefined,
  sha256Hex: (text: string) => string,
): ConsentFault | undefined {
  if (given === undefined) return item.consent === undefined ? undefined : 'missing'
  return given.textSha256 === sha256Hex(consentText(item)) ? undefined : 'other-words'
}

/**
 * Whether the hub is asked about the citizen while she fills the item in: for answers that departments share, or for
 * e-licences in place of papers.
 */
export function asksHub({ fields, materials = [] }: Pick<ServiceItem, 'fields' | 'materials'>): boolean {
  return (
    fields.some(({ prefill }) => prefill?.from === 'shared') ||
    materials.some(({ sources, licenceType }) => sources.includes('licence') && licenceType !== undefined)
  )
}
