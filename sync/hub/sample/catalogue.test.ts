import { expect, test } from 'vitest'
import { checkAnswers } from '../../protocol/answers.ts'
import { CatalogueSchema, divisionLevel, type LocalText, type ServiceItem } from '../../protocol/service-item.ts'
import { sampleCatalogue } from './catalogue.ts'

/** One line of a card or a list at 7 mm on a 268 mm sheet. */
const LINE_GLYPHS = 34
const { items, divisions } = sampleCatalogue
const item = (id: string): ServiceItem => {
  const found = items.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}
const context = { today: '2026-11-23', divisions }

test('the sample catalogue is a catalogue', () => {
  expect(CatalogueSchema.parse(sampleCatalogue)).toEqual(sampleCatalogue)
  expect(items.map(({ id, name }) => [id, name.zh])).toEqual([
    ['S02', '领取养老金资格认证'],
    ['S03', '跨省异地就医备案'],
    ['S07', '失业登记'],
  ])
})

/** GB 32100: weights 3^i mod 31 over the first 17 characters. */
function usccCheck(code: string): string {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  let sum = 0
  for (let i = 0; i < 17; i++) sum += alphabet.indexOf(code.charAt(i)) * (3 ** i % 31)
  return alphabet.charAt((31 - (sum % 31)) % 31)
}

test('every item code begins with a department whose check character is right', () => {
  expect(items.map(({ code }) => code)).toEqual([
    '11990100MB9900021U4992014002001',
    '11990100MB990003XK4992015001001',
    '11990100MB9900021U4992014003001',
  ])
  for (const { code, department } of items) {
    expect(code.slice(0, 18)).toBe(department.uscc)
    expect(usccCheck(department.uscc)).toBe(department.uscc.charAt(17))
  }
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
    ...of.fields.flatMap((field) => (field.type === 'choice' ? field.options : [])).flatMap((o) => [o.label, o.note]),
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
