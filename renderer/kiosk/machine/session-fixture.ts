import type { Actor } from 'xstate'
import type { Accepted } from '../../../electron/bridge/submissions.contract.ts'
import type { Catalogue, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { createSessionMachine } from './session-machine.ts'
import type { CardSeen, SessionDeps, SessionEvent } from './session-types.ts'

/** What the session's tests stand on: one item of two pages, with a dependency, and two persons. */
const text = (zh: string) => ({ zh })

export const item: ServiceItem = {
  id: 'S90',
  version: 3,
  code: '11990100MB9900021U4992014003001',
  name: text('item'),
  use: text('use'),
  seal: 's',
  topic: text('topic'),
  department: { name: text('department'), uscc: '11990100MB9900021U' },
  days: { legal: 5, promised: 1 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'A',
  needs: ['id-card-reader'],
  bring: [],
  pages: [
    { id: 'first', question: text('first'), fields: ['kind', 'unit'] },
    { id: 'second', question: text('second'), fields: ['school'] },
    { id: 'third', question: text('third'), fields: ['phone', 'home'] },
  ],
  fields: [
    {
      id: 'kind',
      type: 'choice',
      label: text('kind'),
      required: true,
      options: [
        { value: 'work', label: text('work') },
        { value: 'study', label: text('study') },
      ],
    },
    {
      id: 'unit',
      type: 'text',
      label: text('unit'),
      required: true,
      minGlyphs: 2,
      maxGlyphs: 10,
      when: { field: 'kind', in: ['work'] },
    },
    {
      id: 'school',
      type: 'text',
      label: text('school'),
      required: true,
      minGlyphs: 2,
      maxGlyphs: 10,
      when: { field: 'kind', in: ['study'] },
    },
    { id: 'phone', type: 'phone', label: text('phone'), required: true },
    {
      id: 'home',
      type: 'division',
      label: text('home'),
      required: false,
      level: 'prefecture',
      startsFrom: 'card-division',
    },
  ],
  signature: true,
  after: [{ what: text('taken'), note: text('note') }],
}

/** For journeys by whoever has a resident card. */
export const onlyIdCard: Pick<SessionDeps, 'redeemCode' | 'mayWitness' | 'vouch'> = {
  redeemCode: async () => ({ outcome: 'refused', why: 'offline' }),
  mayWitness: async () => ({ why: 'no-staff' }),
  vouch: async () => ({ outcome: 'refused', why: 'no-staff' }),
}

/** For journeys without papers. */
export const noPapers: Pick<SessionDeps, 'scan' | 'cancelScan' | 'scannedPages' | 'discardPage'> = {
  scan: async () => ({ ok: false, fault: 'unplugged', pages: 0 }),
  cancelScan: () => undefined,
  scannedPages: async () => [],
  discardPage: () => undefined,
}

/** For journeys that bind nobody. */
export const noBinding: Pick<SessionDeps, 'bind' | 'unbind'> = {
  bind: async () => ({ ok: false, fault: 'no-card', fields: [] }),
  unbind: async () => ({ ok: false, fault: 'no-card', fields: [] }),
}

/** For journeys without a slip. */
export const noHandover: Pick<SessionDeps, 'handOver' | 'openSlip' | 'slipHeld'> = {
  handOver: async () => ({ outcome: 'not-handed-over', why: 'offline' }),
  openSlip: async () => ({ outcome: 'not-opened', why: 'offline' }),
  slipHeld: () => undefined,
}

export const catalogue: Catalogue = {
  kind: 'catalogue',
  region: text('region'),
  divisions: [
    { code: '990000', name: text('province') },
    { code: '990100', name: text('city') },
    { code: '990101', name: text('district') },
  ],
  items: [item],
}

export function cardOf(idNumber: string, changes: Partial<CardSeen> = {}): CardSeen {
  return {
    kind: 'card',
    readId: '11111111-1111-4111-8111-111111111111',
    applicant: {
      cardType: 'citizen',
      name: 'name',
      idNumber,
      sex: 'male',
      birth: '1986-11-02',
      address: 'address',
      validTo: '2036-01-01',
      source: 'id-card-chip',
      readAt: '2026-11-23T02:00:00.000Z',
    },
    signIn: { by: 'id-card', assurance: 'high' },
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
    otherCard: false,
    ...changes,
  }
}

export const FIRST_PERSON = '990101198611020033'
export const SECOND_PERSON = '990101195806120022'

export const accepted: Accepted = {
  submissionId: '22222222-2222-4222-8222-222222222222',
  sequence: 1,
  ticket: 'placeholder',
  acceptedAt: '2026-11-23T02:47:00.000Z',
  itemId: 'S90',
  qr: 'qr',
}

/** Of a citizen who says yes wherever she is asked how her data is used; session-consent.test.ts has the others. */
export function sendAgreeing(actor: Actor<ReturnType<typeof createSessionMachine>>, event: SessionEvent): void {
  actor.send(event)
  if (actor.getSnapshot().matches({ journey: { consent: 'open' } })) actor.send({ type: 'AGREE' })
}
