import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkItemCode } from '../../protocol/affair-codes.ts'
import { type AnswerContext, checkAnswers, oddAnswers } from '../../protocol/answers.ts'
import { elderPageCount, elderPages } from '../../protocol/elder-pages.ts'
import { CatalogueSchema, divisionLevel, type LocalText, type ServiceItem } from '../../protocol/service-item.ts'
import { makeAnswers, pickFrom } from '../../protocol/testing/answer-maker.ts'
import { mutationsOf } from '../../protocol/testing/mutations.ts'
import { checkUscc } from '../../protocol/uscc.ts'
import { sampleCatalogue } from './catalogue.ts'

/** One line of a card or a list at 7 mm on a 268 mm sheet. */
const LINE_GLYPHS = 34
const { items, divisions } = sampleCatalogue
const item = (id: string): ServiceItem => {
  const found = items.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}
const context: AnswerContext = {
  today: '2026-11-23',
  divisions,
  applicant: {
    cardType: 'citizen',
    name: '周明远',
    idNumber: '990101198611020033',
    birth: '1986-11-02',
    sex: 'male',
  },
}

test('the sample catalogue is a catalogue', () => {
  expect(CatalogueSchema.parse(sampleCatalogue)).toEqual(sampleCatalogue)
  const ids = items.map(({ id }) => id)
  expect([...ids].sort()).toEqual(Array.from({ length: 18 }, (_, i) => `S${String(i + 1).padStart(2, '0')}`))
  // The first page of the screen has eight.
  expect(ids.slice(0, 3)).toEqual(['S02', 'S03', 'S07'])
})

test('every item code is whole, begins with its department, and belongs to one item', () => {
  for (const { code, department, members = [] } of items) {
    expect(checkItemCode(code)).toMatchObject({ ok: true, department: department.uscc, level: '4' })
    for (const member of members) expect(checkUscc(member.department.uscc).ok).toBe(true)
  }
  expect(new Set(items.map(({ code }) => code)).size).toBe(items.length)
})

function lines(of: ServiceItem): readonly string[] {
  const texts: (LocalText | undefined)[] = [
    of.name,
    of.use,
    of.topic,
    of.department.name,
    of.notice,
    of.pledge?.title,
    ...of.bring.flatMap(({ what, note }) => [what, note]),
    ...of.after.flatMap(({ what, note }) => [what, note]),
    ...of.pages.flatMap(({ question, hint }) => [question, hint]),
    ...of.fields.flatMap((field) => [field.label, field.term]),
    ...of.fields.flatMap((field) => ('options' in field ? field.options : [])).flatMap((o) => [o.label, o.note]),
    ...of.fields.flatMap((field) => [field.question, field.hint]),
    ...(of.materials ?? []).flatMap((material) => [material.name, material.note]),
    of.offline?.text,
    of.offline?.decision,
    of.result?.name,
  ]
  return texts.flatMap((text) => text?.zh.split('\n') ?? [])
}

test.each(items)('$id: what stands on one line fits on one line', (each) => {
  expect(lines(each).filter((line) => [...line].length > LINE_GLYPHS)).toEqual([])
})

test('divisions: no number twice, every place lies in one that is listed, three provinces', () => {
  const codes = new Set(divisions.map(({ code }) => code))
  expect(codes.size).toBe(divisions.length)
  for (const code of codes) {
    if (divisionLevel(code) !== 'province') expect(codes).toContain(`${code.slice(0, 2)}0000`)
    if (divisionLevel(code) === 'county') expect(codes).toContain(`${code.slice(0, 4)}00`)
  }
  expect([...codes].filter((code) => divisionLevel(code) === 'province')).toEqual(['990000', '980000', '970000'])
})

test('S07 takes a full form and names each fault', () => {
  const good = {
    employer: '云洲市恒盛纺织有限公司',
    endDate: '2026-10-31',
    endReason: 'contract-ended',
    phone: '13800136021',
  }
  expect(checkAnswers(item('S07'), good, context)).toEqual([])
  expect(checkAnswers(item('S07'), { ...good, endDate: '2026-11-24', employer: '厂' }, context)).toEqual([
    { field: 'employer', fault: 'too-short' },
    { field: 'endDate', fault: 'too-late' },
  ])
  expect(checkAnswers(item('S07'), { ...good, endDate: '2021-11-23' }, context)).toEqual([
    { field: 'endDate', fault: 'too-early' },
  ])
})

test('S03 wants the care in another province', () => {
  const good = {
    filingKind: 'temporary',
    insuredPlace: '990100',
    carePlace: '980100',
    startDate: '2026-11-23',
    period: 'half-year',
    phone: '13800136021',
  }
  expect(checkAnswers(item('S03'), good, context)).toEqual([])
  expect(checkAnswers(item('S03'), { ...good, carePlace: '990200' }, context)).toEqual([
    { field: 'carePlace', fault: 'same-province' },
  ])
})

test('S02 needs three answers and no signature', () => {
  const good = { pensionType: 'unsure', livingPlace: '990101', phone: '13800136021' }
  expect(checkAnswers(item('S02'), good, context)).toEqual([])
  expect(checkAnswers(item('S02'), { ...good, livingPlace: '990100' }, context)).toEqual([
    { field: 'livingPlace', fault: 'division-too-coarse' },
  ])
  expect(item('S02')).toMatchObject({ signature: false })
  expect(item('S02').pledge).toBeUndefined()
})

/** Every text of the item, with the place where it stands. */
function texts(value: unknown, path = ''): readonly (readonly [string, Record<string, unknown>])[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => texts(each, `${path}.${at}`))
  if (typeof value !== 'object' || value === null) return []
  if ('zh' in value) return [[path, value]]
  return Object.entries(value).flatMap(([key, each]) => texts(each, `${path}.${key}`))
}

/** A question in elder mode: at most 18 glyphs a line (domain.md section 4). */
const ELDER_LINE_GLYPHS = 18

describe.each(items.map((each) => [each.id, each] as const))('%s', (_id, each) => {
  test('every text is there in Chinese and English, and speaks like a person', () => {
    expect(texts(each).filter(([, text]) => typeof text.en !== 'string')).toEqual([])
    for (const [path, { zh, en }] of texts(each)) {
      expect(zh, path).not.toMatch(/失败|错误|有误|非法|无效|请务必|亲，|！|系统异常|操作|提交成功/)
      expect(en, path).not.toMatch(/\p{Script=Han}{5}|[!，。]/u)
    }
  })

  test('it says all that a citizen asks before beginning', () => {
    expect(each.proxy).toBeDefined()
    expect(each.offline).toBeDefined()
    expect(each.result).toBeDefined()
    expect(each.assurance).toBeGreaterThanOrEqual(2)
    expect(each.searchWords?.length).toBeGreaterThanOrEqual(6)
    expect(each.fields.every((field) => field.term !== undefined)).toBe(true)
  })

  test('elder mode asks one thing at a time, in short lines, four choices at once', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const answers = makeAnswers(each, context, pickFrom(seed))
        const pages = elderPages(each, answers)
        expect(new Set(pages.map(({ field }) => field.id)).size).toBe(pages.length)
        for (const id of Object.keys(answers)) expect(pages.map(({ field }) => field.id)).toContain(id)
        for (const { question, choices } of pages) {
          for (const line of question.zh.split('\n')) expect([...line].length).toBeLessThanOrEqual(ELDER_LINE_GLYPHS)
          for (const row of choices) expect(row.length).toBeLessThanOrEqual(4)
        }
      }),
      { numRuns: 20 },
    )
  })

  test('answers made from its data are good, and any single change is found', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const good = makeAnswers(each, context, pickFrom(seed))
        expect(checkAnswers(each, good, context)).toEqual([])
        for (const { what, answers, field, fault } of mutationsOf(each, good, context)) {
          const found = checkAnswers(each, answers, context).map((at) => ({ field: at.field, fault: at.fault }))
          expect(found, `${field}: ${what}`).toContainEqual({ field, fault })
        }
      }),
      { numRuns: 25 },
    )
  })
})

test('S02 in elder mode: at most eight pages from the card to the receipt', () => {
  expect(elderPageCount(item('S02'), {})).toBeLessThanOrEqual(8)
})

test('odd answers are asked about, good ones are not', () => {
  const birth = (year: number) => ({ birth: `${year}-03-07`, household: '990101' })
  expect(oddAnswers(item('S17'), birth(1941), context)).toEqual([])
  expect(oddAnswers(item('S17'), birth(1917), context)).toMatchObject([
    { field: 'birth', rule: 'veryOld', sentence: { zh: '照这个日子，老人今年109岁，对吗？' } },
  ])
})

test('quiet mode is for a death alone; bundles name their members', () => {
  expect(items.filter(({ quiet }) => quiet).map(({ id }) => id)).toEqual(['S16'])
  expect(items.filter(({ members }) => members).map(({ id }) => id)).toEqual(['S14', 'S15', 'S16'])
  const policies = items
    .map(({ id, offlinePolicy }) => `${id}${offlinePolicy}`)
    .sort()
    .join(' ')
  expect(policies).toBe('S01C S02A S03A S04A S05C S06B S07A S08A S09B S10C S11C S12B S13B S14A S15A S16A S17D S18A')
})
