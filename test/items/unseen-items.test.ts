import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCardSession } from '../../electron/card-session.ts'
import { createIntake, type Intake } from '../../electron/intake.ts'
import { openPackages } from '../../electron/packages.ts'
import type { SmallFiles } from '../../electron/small-files.ts'
import {
  type HubWorld,
  journalOnMemory,
  logBook,
  makeHubWorld,
  manualClock,
  TERMINAL_ID,
} from '../../electron/testing/fixtures.ts'
import { openEnvelope } from '../../sync/envelope/open.ts'
import { generateSigningKey } from '../../sync/envelope/signing-key.ts'
import { mergeItems } from '../../sync/hub/item-package.ts'
import { checkPayload } from '../../sync/hub/opener.ts'
import { sampleCatalogue } from '../../sync/hub/sample/catalogue.ts'
import { type Answers, checkAnswers } from '../../sync/protocol/answers.ts'
import { FORMS_LEVEL } from '../../sync/protocol/forms-level.ts'
import type { Catalogue, ServiceItem } from '../../sync/protocol/service-item.ts'
import { makeAnswers, pickFrom } from '../../sync/protocol/testing/answer-maker.ts'
import { mutationsOf } from '../../sync/protocol/testing/mutations.ts'

/** Items that the code has never seen, written as data alone: from the hub's publishing to a submission and its judging. */
const TEXT = readFileSync(new URL('./unseen-items.json', import.meta.url), 'utf8')
const NOW = '2026-11-23T02:48:00.000Z'
const TODAY = '2026-11-23'
const PERSON = {
  cardType: 'citizen' as const,
  name: '周明远',
  idNumber: '990101198611020033',
  birth: '1986-11-02',
  sex: 'male' as const,
}
const SIGNATURE = { strokes: [[[1, 1] as [number, number], [9, 9] as [number, number]]] }

const unpublished = () => undefined
function published(): { readonly catalogue: Catalogue; readonly item: ServiceItem } {
  const merged = mergeItems(TEXT, sampleCatalogue, unpublished)
  if (!merged.ok) throw new Error(JSON.stringify(merged.complaints))
  expect(merged.added).toEqual(['L401'])
  const item = merged.catalogue.items.find(({ id }) => id === 'L401')
  if (item === undefined) throw new Error('not in the catalogue')
  return { catalogue: merged.catalogue, item }
}
const { catalogue, item } = published()
const context = { today: TODAY, divisions: catalogue.divisions, applicant: PERSON }

test('its answers are good, and any single change is found', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const good = makeAnswers(item, context, pickFrom(seed))
      expect(checkAnswers(item, good, context)).toEqual([])
      for (const { what, answers, field, fault } of mutationsOf(item, good, context)) {
        const found = checkAnswers(item, answers, context).map((at) => ({ field: at.field, fault: at.fault }))
        expect(found, `${field}: ${what}`).toContainEqual({ field, fault })
      }
    }),
    { numRuns: 50 },
  )
})

describe('at a terminal', () => {
  let world: HubWorld
  beforeAll(async () => {
    world = await makeHubWorld()
  })

  async function terminalWith(content: Catalogue) {
    const files = new Map<string, string>()
    const small: SmallFiles = {
      place: (name) => name,
      read: (name: string) => Promise.resolve(files.get(name)),
      async write(name, text) {
        files.set(name, text)
      },
    }
    const book = logBook()
    const packages = await openPackages(small, world.keySet, book.log)
    await packages.take(await world.signedPackage('catalogue', 1, content))
    // A start without network: only what was verified again counts.
    const again = await openPackages(small, world.keySet, book.log)
    const held = await journalOnMemory()
    const session = createCardSession({ clock: manualClock(), nowIso: () => NOW, today: () => TODAY, log: book.log })
    session.open(randomUUID())
    const fields = {
      name: PERSON.name,
      sex: '1',
      birth: '19861102',
      number: PERSON.idNumber,
      address: '云洲市南桥区',
      validTo: '长期',
    }
    session.onReader({
      event: 'card',
      readId: 'r',
      card: { cardType: 'citizen', fields },
      wlt: '',
      timing: { foundAtMs: 1, fieldsAtMs: 2 },
    })
    const deviceKey = (await generateSigningKey()).key
    const sealKey = world.keySet.keys.find((key) => key.use === 'seal')
    const intake = createIntake({
      terminalId: TERMINAL_ID,
      journal: held.journal,
      ledger: held.ledger,
      session,
      trust: { deviceKey, enrolled: () => true, sealKey: () => sealKey },
      packages: again,
      nowIso: () => NOW,
      today: () => TODAY,
      log: book.log,
      state: () => 'open',
    })
    return { packages: again, intake, held, book }
  }
  const submit = (intake: Intake, answers: Answers, version = 1) =>
    intake.submit({
      draftId: randomUUID(),
      kind: 'application',
      item: { id: item.id, version },
      answers,
      signature: SIGNATURE,
    })

  test('it is held after a start without network, filled in, sealed, and good at the hub', async () => {
    const { packages, intake, held } = await terminalWith(catalogue)
    expect(packages.catalogue.get()?.catalogue.items.map(({ id }) => id)).toContain('L401')
    const answers = makeAnswers(item, context, pickFrom(5))
    const accepted = await submit(intake, answers)
    if (!accepted.ok) throw new Error(JSON.stringify(accepted))
    const read = await held.journal.readAccepted(accepted.accepted.submissionId)
    if (!read.ok) throw new Error(read.fault)
    const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
    if (!opened.ok) throw new Error(opened.fault)
    const { payload } = opened
    if (payload.kind !== 'application') throw new Error(payload.kind)
    expect(payload.answers).toEqual(answers)
    expect(
      checkPayload(payload, (id, version) => (id === item.id && version === 1 ? { item, catalogue } : undefined)),
    ).toEqual([])
  })

  test('main and hub find the same faults', async () => {
    const { intake } = await terminalWith(catalogue)
    const good = makeAnswers(item, context, pickFrom(8))
    for (const { answers } of mutationsOf(item, good, context)) {
      const refused = await submit(intake, answers)
      const expected = checkAnswers(item, answers, context).map(({ field, fault }) => ({ field, fault }))
      expect(refused).toMatchObject({ ok: false, fault: 'bad-answers' })
      if (!refused.ok) expect(refused.fields.map(({ field, fault }) => ({ field, fault }))).toEqual(expected)
    }
  })

  test('papers and preconditions are judged before anything is kept', async () => {
    const { intake, held } = await terminalWith(catalogue)
    const answers = makeAnswers(item, context, pickFrom(5))
    const request = {
      draftId: randomUUID(),
      kind: 'application' as const,
      item: { id: item.id, version: 1 },
      answers,
      signature: SIGNATURE,
    }
    expect(await intake.submit({ ...request, materials: [{ materialId: 'photo', by: 'licence' }] })).toMatchObject({
      ok: false,
      fault: 'bad-materials',
      fields: [{ field: 'photo', fault: 'material-not-this-way' }],
    })
    const forOldPeople = {
      ...item,
      preconditions: [{ ...(item.preconditions?.[0] ?? never()), must: { age: { atLeast: 90 } } }],
    }
    const other = await terminalWith({ ...catalogue, items: [forOldPeople] })
    expect(await submit(other.intake, answers)).toMatchObject({
      ok: false,
      fault: 'precondition',
      fields: [{ field: 'oldEnough' }],
    })
    expect(held.ledger.size + other.held.ledger.size).toBe(0)
  })

  test('an item of newer forms is left out and said, the others are offered', async () => {
    const newer = { ...item, id: 'L402', needsForms: FORMS_LEVEL + 1, fields: [{ type: 'hologram', id: 'x' }] }
    // As it comes over the wire: no type of ours has it.
    const mixed: Catalogue = JSON.parse(JSON.stringify({ ...catalogue, items: [item, newer] }))
    const { packages, book, intake } = await terminalWith(mixed)
    expect(packages.catalogue.get()?.catalogue.items.map(({ id }) => id)).toEqual(['L401'])
    expect(book.of('items-withheld')).toContainEqual({ items: ['L402'], level: FORMS_LEVEL })
    const answer = await intake.submit({
      draftId: randomUUID(),
      kind: 'application',
      item: { id: 'L402', version: 1 },
      answers: {},
    })
    expect(answer).toMatchObject({ ok: false, fault: 'unknown-item' })
  })
})

function never(): never {
  throw new Error('the package has preconditions')
}

describe('what is wrong with a package is said with its place', () => {
  const change = (edit: (item: Record<string, unknown>) => void) => {
    const whole = JSON.parse(TEXT)
    edit(whole.items[0])
    const merged = mergeItems(JSON.stringify(whole), sampleCatalogue, unpublished)
    return merged.ok ? [] : merged.complaints.map(({ place, what }) => `${place}: ${what}`)
  }

  test.each([
    [
      'a slip in a key',
      /^items\[0\] L401, fields\[12\] phone, requird: is not known here$/,
      '"id": "phone",',
      '"id": "phone", "requird": false,',
    ],
    [
      'a type that is not there',
      /^items\[0\] L401, fields\[12\] phone, type: /,
      '"type": "phone"',
      '"type": "telephone"',
    ],
    ['a missing text', /^items\[0\] L401, name, zh: /, '"name": { "zh": "办图书馆借书证", ', '"name": { '],
    [
      'an unknown option',
      /fields\[1\] readerName, when: field reader has no option myself/,
      '"in": ["me"]',
      '"in": ["myself"]',
    ],
    [
      'a wrong code',
      /^items\[0\] L401, code: no implementation code: check-digit/,
      '"11990100MB9900099U4992',
      '"11990100MB9900098U4992',
    ],
    ['a place of nowhere', /rules\[2\] branchHere: no place has the number 8801/, '["9901"]', '["8801"]'],
    ['forms of level 1', /needsForms: must be 2/, '"needsForms": 2', '"needsForms": 1'],
    ['no JSON', /^the file: /, '{', ''],
    ['no package', /^kind: /, '"kind": "items"', '"kind": "catalogue"'],
  ])('%s', (_what, expected, was, now) => {
    expect(TEXT).toContain(was)
    const merged = mergeItems(
      TEXT.replace(was, () => now),
      sampleCatalogue,
      unpublished,
    )
    if (merged.ok) throw new Error('it was taken')
    expect(merged.complaints.map(({ place, what }) => `${place}: ${what}`).join('\n')).toMatch(
      new RegExp(expected.source, 'm'),
    )
  })

  test('a version that was published stays as it is; a higher one goes on', () => {
    const before = (id: string, version: number) => (id === 'L401' && version === 1 ? item : undefined)
    const again = (edit: string, version: number) =>
      mergeItems(TEXT.replace('借书证给谁？', edit).replace('"version": 1', `"version": ${version}`), catalogue, before)
    expect(again('借书证给谁？', 1)).toMatchObject({ ok: true, added: [], changed: [] })
    expect(again('给谁办？', 1)).toMatchObject({ ok: false, complaints: [{ place: 'items[0] L401, version' }] })
    expect(again('给谁办？', 2)).toMatchObject({ ok: true, changed: ['L401'] })
  })

  test('items can be withdrawn; not unknown ones, and not all', () => {
    const withdraw = (ids: readonly string[], of = catalogue) =>
      mergeItems(JSON.stringify({ kind: 'items', withdraw: ids }), of, unpublished)
    const merged = withdraw(['L401'])
    expect(merged.ok && merged.catalogue.items.some(({ id }) => id === 'L401')).toBe(false)
    expect(withdraw(['L999'])).toMatchObject({ ok: false, complaints: [{ what: 'L999 is not in the catalogue' }] })
    expect(withdraw(['L401'], { ...catalogue, items: [item] })).toMatchObject({
      ok: false,
      complaints: [{ place: 'catalogue, items' }],
    })
    expect(withdraw([])).toMatchObject({ ok: false, complaints: [{ what: 'nothing to publish' }] })
  })

  test('a department that is not the one of the code', () => {
    expect(
      change((each) => Object.assign(each, { department: { ...item.department, uscc: '11990100MB99000131' } })),
    ).toEqual(['items[0] L401, code: begins with the code of another department'])
  })
})
