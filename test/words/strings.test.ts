import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CardFaultSchema, CardReaderStateSchema } from '../../drivers/id-card-reader/states.ts'
import {
  PaperOutcomeSchema,
  PrintFaultSchema,
  ReceiptPrinterStateSchema,
} from '../../drivers/receipt-printer/states.ts'
import { NotHandedOverSchema, NotOpenedSchema } from '../../electron/bridge/handover.contract.ts'
import { BadgeRefusalSchema } from '../../electron/bridge/staff.contract.ts'
import { FindAnswerSchema, FoundSchema, SubmitAnswerSchema } from '../../electron/bridge/submissions.contract.ts'
import { TYPE_STEPS, USUAL_LOOK } from '../../renderer/ui/look.ts'
import { panelTokens, TYPE_MM } from '../../renderer/ui/panel.ts'
import { type StringKey, say } from '../../renderer/ui/strings/say.ts'
import { zh } from '../../renderer/ui/strings/zh.ts'
import { AnswerFaultSchema } from '../../sync/protocol/answer-faults.ts'
import { CaseStateSchema } from '../../sync/protocol/contact.ts'
import { QuarantineReasonSchema } from '../../sync/protocol/frames.ts'
import { HandoverEndedSchema } from '../../sync/protocol/handover.ts'
import { CardRefusalSchema } from '../../sync/protocol/identity.ts'
import { ProxyFaultSchema } from '../../sync/protocol/proxy-rules.ts'
import { ConnectionSchema } from '../../sync/protocol/queue-view.ts'

const RENDERER = fileURLToPath(new URL('../../renderer', import.meta.url))
const ROOMS = ['kiosk', 'ui']
const HAN = /\p{Script=Han}/u

const states = (schema: { options: readonly { shape: { state: { value: string } } }[] }) =>
  schema.options.map((option) => option.shape.state.value)
const submitFaults = SubmitAnswerSchema.options[1].shape.fault.options

test.each([
  ['card-fault', CardFaultSchema.options],
  ['card-refusal', CardRefusalSchema.options],
  ['answer-fault', AnswerFaultSchema.options],
  ['submit-fault', [...submitFaults, 'not-arrived']],
  ['proxy-fault', [...ProxyFaultSchema.options, 'agent-limit']],
  ['print-fault', [...PrintFaultSchema.options, 'no-printer', 'unknown-submission', 'connection-lost']],
  ['trouble.paper', PaperOutcomeSchema.options],
  ['printer', states(ReceiptPrinterStateSchema)],
  ['reader', states(CardReaderStateSchema).filter((state) => state !== 'ready' && state !== 'reading')],
  ['status', ConnectionSchema.options],
  ['quarantine', QuarantineReasonSchema.options],
  ['case', CaseStateSchema.options],
  ['assist.refused', BadgeRefusalSchema.options],
  ['handover.not', [...NotHandedOverSchema.options, 'lost']],
  [
    'slip.not',
    [...NotOpenedSchema.options, ...HandoverEndedSchema.options, 'wrong-card', 'other-person', 'item-gone', 'lost'],
  ],
  [
    'lookup',
    [
      ...FindAnswerSchema.options.map((option) => option.shape.outcome.value),
      ...FoundSchema.shape.state.options,
    ].filter((word) => word !== 'found'),
  ],
])('every %s has a sentence', (area, faults) => {
  const texts: Record<string, { readonly text: string }> = zh
  expect(faults.length).toBeGreaterThan(2)
  for (const fault of faults) expect(texts[`${area}.${fault}`]?.text, `${area}.${fault}`).toMatch(HAN)
})

test('no sentence blames, shouts or shows a code first', () => {
  for (const [key, { text }] of Object.entries(zh)) {
    expect(text, key).not.toMatch(/失败|错误|有误|非法|无效|请务必|亲，|！|系统|操作/)
    expect(text, key).not.toMatch(/^[A-Z]-?\d/)
  }
})

test('no line of the catalogue of strings is longer than a line of the screen can be, twice', () => {
  for (const [key, { text }] of Object.entries(zh)) {
    if (!key.startsWith('surnames.')) expect([...text].length, key).toBeLessThanOrEqual(68)
  }
})

test('names are filled in; one that is not given stays visible', () => {
  expect(say('status.waiting', { count: 3, age: '42分钟' })).toBe('等待上传3件，最早的等了42分钟')
  expect(say('status.waiting', { count: 3 })).toContain('{age}')
})

function sources(): readonly string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(`${RENDERER}/${room}`, { recursive: true, encoding: 'utf8' }).map(
      (name) => `${RENDERER}/${room}/${name}`,
    ),
  ).filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts') && !/\/strings\/[a-z]{2}\.ts$/.test(path))
}

test('all words stand in the catalogue of strings: no Han outside comments elsewhere', () => {
  const files = sources()
  expect(files.filter((path) => path.endsWith('.tsx')).length).toBeGreaterThan(15)
  for (const path of files) {
    const code = readFileSync(path, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/(^|\s)\/\/.*$/gm, '')
    expect(code.match(HAN), path).toBeNull()
  }
})

test('every string is used: by its key, or by the area that it belongs to', () => {
  const code = sources()
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  const areas = [...code.matchAll(/[`']([a-z-]+(?:\.[a-z-]+)*)\.\$\{/g)].map((match) => match[1])
  const unused = (Object.keys(zh) as StringKey[]).filter(
    (key) =>
      !code.includes(`'${key}'`) &&
      !areas.some((area) => key.startsWith(`${area}.`)) &&
      !key.startsWith('badge.') &&
      !key.startsWith('reason.needs-'),
  )
  expect(unused).toEqual([])
})

const MODES = ['standard', 'elder'] as const
const PANELS = [4.03, 2.71].flatMap((pxPerMm) => MODES.map((mode) => [pxPerMm, mode] as const))

test.each(PANELS)('type at %d px per mm, %s, is whole pixels and never under its size', (pxPerMm, mode) => {
  const tokens = panelTokens(pxPerMm, { ...USUAL_LOOK, mode })
  expect(tokens['--mm']).toBe(`${pxPerMm}px`)
  for (const [name, sizeMm] of Object.entries(TYPE_MM[mode])) {
    const px = Number.parseFloat(tokens[`--type-${name}`] ?? '')
    expect(px).toBe(Math.round(px))
    expect(Math.abs(px - sizeMm * pxPerMm)).toBeLessThanOrEqual(0.5)
  }
})

test('the steps of elder mode make all larger that is read and touched', () => {
  const steps = TYPE_STEPS.map((step) => panelTokens(4.03, { ...USUAL_LOOK, mode: 'elder', step }))
  expect(steps.map((tokens) => tokens['--type-body'])).toEqual(['41px', '47px', '53px'])
  expect(new Set(steps.map((tokens) => tokens['--type-floor'])).size).toBe(1)
})
