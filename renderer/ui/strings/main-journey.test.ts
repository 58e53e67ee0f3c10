import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bo } from './bo.ts'
import type { Texts } from './texts.ts'
import { ug } from './ug.ts'
import { zh } from './zh.ts'

/** What shows the main journey (S07, S02): its pages, what lies over them and what stands round them. */
const MODULES =
  `pages/idle-page.tsx pages/home-page.tsx pages/elder-home-page.tsx pages/item-page.tsx pages/elder-item-page.tsx
  pages/begin-actions.tsx pages/item-progress.tsx pages/consent-page.tsx pages/card-page.tsx pages/sign-in-pages.tsx pages/form-page.tsx
  pages/papers-page.tsx pages/page-preview.tsx pages/confirm-page.tsx pages/receipt-page.tsx pages/receipt-words.ts pages/rating-page.tsx
  shell/badge.ts shell/sign-in-ways.ts shell/status-line.ts shell/frame.tsx shell/overlays.tsx shell/page.tsx shell/waiting.tsx
  shell/staff-sheet.tsx shell/language-row.tsx shell/language-sheet.tsx shell/speech-sheet.tsx shell/look-sheet.tsx
  forms/show.ts forms/summary.ts forms/visitor.ts forms/elder-form.ts forms/boxes.tsx forms/choices.tsx forms/date-tray.tsx
  forms/division-tray.tsx forms/month-tray.tsx forms/field-row.tsx forms/id-row.tsx
  keyboard/pinyin-keyboard.tsx keyboard/number-pad.tsx keyboard/key.tsx app.tsx journey/journey.tsx journey/asking.tsx
  journey/papers.tsx journey/waiting.tsx journey/sign-in.tsx`.split(/\s+/)

/** What these modules also know and the journey does not come to: going wrong, journeys of their own, signs that are Chinese anyway. */
const BESIDE: readonly RegExp[] = [
  /^(submit-fault|paper-trouble|paper-quality|print-fault|trouble|code-refused|witness-refused|intake)\./,
  /^(idle\.unprinted|rate\.refused)/,
  /^(proxy|bound|binding|complaint|lookup|cases|maintain|handover|assist)\.(?!own$|begin$|entry|home-entry)/,
  /^elder-home\.look-up-seal$|^look\.(?!tool|title|close|mode)/,
  /^(brand|idle\.seal|surnames\.|language\.name|keyboard\.symbols)/,
]

/** The keys that a module names: whole, or by the part before `${`. */
function keysIn(source: string): readonly string[] {
  const whole = [...source.matchAll(/'([a-z][\w.-]*\.[\w.-]+)'/g)].map(([, key = '']) => key)
  const starts = [...source.matchAll(/`([a-z][\w.-]*[.-])\$\{/g)].map(([, start = '']) => start)
  return Object.keys(zh).filter((key) => whole.includes(key) || starts.some((start) => key.startsWith(start)))
}

const KIOSK = join(import.meta.dirname, '../../kiosk')
const asked = [...new Set(MODULES.flatMap((file) => keysIn(readFileSync(join(KIOSK, file), 'utf8'))))].filter(
  (key) => !BESIDE.some((beside) => beside.test(key)),
)

test('the modules of the main journey name the strings that it is known by', () => {
  expect(asked).toEqual(expect.arrayContaining(['consent.agree', 'still.stay', 'rate.level.5', 'way-off.offline']))
})

test.each<[string, Texts]>([
  ['ug', ug],
  ['bo', bo],
])('%s says the whole main journey: what is named here falls back to Chinese', (_, texts) => {
  expect(asked.filter((key) => !(key in texts))).toEqual([])
})
