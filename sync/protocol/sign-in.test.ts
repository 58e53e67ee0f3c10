import { expect, test } from 'vitest'
import { AssuranceLevelSchema } from './item-parts.ts'
import { ItemShapeSchema } from './item-shape.ts'
import {
  ASSURANCE_OF,
  assuranceNeeded,
  SignInSchema,
  SignInWaySchema,
  signInBy,
  signInFault,
  suffices,
} from './sign-in.ts'

const WITNESS = { id: '017', name: '李静' }
const witnessed = { by: 'witness', assurance: 'provisional', witness: WITNESS } as const
const levels = AssuranceLevelSchema.options.map(({ value }) => value)

test('no item can ask for a face: it is no way to sign in and no device, and every level has a way without one', () => {
  expect(SignInWaySchema.safeParse('face').success).toBe(false)
  expect(ItemShapeSchema.shape.needs.safeParse(['face']).success).toBe(false)
  for (const level of levels) {
    const needed = assuranceNeeded({ assurance: level })
    expect(SignInWaySchema.options.some((way) => suffices(ASSURANCE_OF[way], needed))).toBe(true)
  }
})

test('an item that says nothing takes any way; the more it asks, the fewer are left', () => {
  const open = (assurance?: (typeof levels)[number]) =>
    SignInWaySchema.options.filter((way) => suffices(ASSURANCE_OF[way], assuranceNeeded({ assurance })))
  expect(open()).toEqual(['id-card', 'social-security-card', 'code', 'witness'])
  expect(open(2)).toEqual(open())
  expect(open(3)).toEqual(['id-card', 'social-security-card', 'code'])
  expect(open(4)).toEqual(['id-card'])
})

test('a witness has a name, and no other way has one', () => {
  expect(SignInSchema.safeParse(witnessed).success).toBe(true)
  expect(SignInSchema.safeParse({ by: 'witness', assurance: 'provisional' }).success).toBe(false)
  expect(SignInSchema.safeParse({ ...signInBy('id-card'), witness: WITNESS }).success).toBe(false)
})

test.each([
  ['what was sealed before there were several ways', undefined, 'id-card-chip', 4, undefined],
  ['a chip', signInBy('id-card'), 'id-card-chip', 4, undefined],
  ['a social-security card', signInBy('social-security-card'), 'social-security-card', 3, undefined],
  [
    'a social-security card where the chip is asked for',
    signInBy('social-security-card'),
    'social-security-card',
    4,
    'sign-in-too-low',
  ],
  ['a code where the chip is asked for', signInBy('code'), 'code', 4, 'sign-in-too-low'],
  ['a witness', witnessed, 'witness', 2, undefined],
  ['a witness for a certificate', witnessed, 'witness', 3, 'sign-in-too-low'],
  ['no sign-in, but what a card did not show', undefined, 'typed', 2, 'sign-in-disagrees'],
  ['a chip, but a code’s data', signInBy('id-card'), 'code', 2, 'sign-in-disagrees'],
  ['a code worth as much as a chip', { by: 'code', assurance: 'high' }, 'code', 4, 'sign-in-disagrees'],
  ['a witness worth as much as a chip', { ...witnessed, assurance: 'high' }, 'witness', 4, 'sign-in-disagrees'],
] as const)('%s', (_what, signIn, source, assurance, fault) => {
  expect(signInFault({ assurance }, signIn, { source })).toBe(fault)
})
