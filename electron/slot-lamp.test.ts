import { expect, test } from 'vitest'
import { type SlotKnowledge, slotInUse } from './slot-lamp.ts'

const waiting: SlotKnowledge = { giving: null, card: 'none', canRead: true, hasPage: true, intake: 'open' }

test.each<[string, Partial<SlotKnowledge>, ReturnType<typeof slotInUse>]>([
  ['a page without a card waits for one', {}, 'reader'],
  ['while it is read', { card: 'reading' }, 'reader'],
  ['one that could not be used is put again', { card: 'card-fault' }, 'reader'],
  ['one that is no good is exchanged', { card: 'card-refused' }, 'reader'],
  ['the visit has its card', { card: 'card' }, null],
  ['a reader that cannot read', { canRead: false }, null],
  ['no page, nobody is asked', { hasPage: false }, null],
  ['room for papers without attachments is room', { intake: 'no-attachments' }, 'reader'],
  ['nothing is taken in: full', { intake: 'no-space' }, null],
  ['nothing is taken in: on battery', { intake: 'no-power' }, null],
  ['a receipt comes out', { giving: 'receipt', card: 'card' }, 'receipt'],
  ['what comes out goes first', { giving: 'paper' }, 'paper'],
  [
    'also when the page is gone, on battery, without a reader',
    { giving: 'receipt', hasPage: false, intake: 'no-power', canRead: false },
    'receipt',
  ],
])('%s', (_, known, lamp) => {
  expect(slotInUse({ ...waiting, ...known })).toBe(lamp)
})
