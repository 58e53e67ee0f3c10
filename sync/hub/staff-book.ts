import { z } from 'zod'
import { TerminalIdSchema } from '../protocol/ids.ts'
import { BadgeIdSchema, MAX_STAFF, ScryptVerifierSchema, StaffIdSchema, StaffNameSchema } from '../protocol/staff.ts'
import { type HubSources, instant } from './sources.ts'
import type { StaffRow } from './staff-store.ts'
import type { HubStore } from './store.ts'

/** What `npm run hub -- staff` asks of the hub; PIN and badge secret are not in it. */
export const StaffRequestSchema = z.discriminatedUnion('act', [
  z.strictObject({
    kind: z.literal('staff'),
    act: z.literal('add'),
    name: StaffNameSchema,
    /** Null: the next free one. */
    number: StaffIdSchema.nullable(),
    badgeId: BadgeIdSchema,
    verifier: ScryptVerifierSchema,
    /** Null: all. */
    terminals: z.array(TerminalIdSchema).min(1).max(1000).nullable(),
  }),
  z.strictObject({ kind: z.literal('staff'), act: z.literal('remove'), number: StaffIdSchema }),
  z.strictObject({ kind: z.literal('staff'), act: z.literal('list') }),
])
export type StaffRequest = z.infer<typeof StaffRequestSchema>

const PersonSchema = z.object({
  number: StaffIdSchema,
  name: StaffNameSchema,
  badgeId: BadgeIdSchema,
  terminals: z.array(TerminalIdSchema).nullable(),
  addedAt: z.string(),
})
export const StaffAnswerSchema = z.union([
  z.object({ ok: z.literal(true), act: z.literal('add'), number: StaffIdSchema, renewed: z.boolean() }),
  z.object({ ok: z.literal(true), act: z.literal('remove'), number: StaffIdSchema }),
  z.object({ ok: z.literal(true), act: z.literal('list'), staff: z.array(PersonSchema) }),
  z.object({
    ok: z.literal(false),
    fault: z.enum(['number-taken', 'too-many', 'not-staff', 'not-understood', 'no-answer']),
  }),
])
export type StaffAnswer = z.infer<typeof StaffAnswerSchema>

/** Does what was asked; terminals hear of it at their next contact. */
export async function keepStaffBook(store: HubStore, sources: HubSources, request: StaffRequest): Promise<StaffAnswer> {
  if (request.act === 'list')
    return { ok: true, act: 'list', staff: (await store.staff()).filter(isHere).map(personOf) }
  return store.transaction(async (tx): Promise<StaffAnswer> => {
    const rows = await tx.staff()
    const at = instant(sources)
    if (request.act === 'remove') {
      const row = rows.find(({ id }) => id === request.number)
      if (row === undefined || !isHere(row)) return { ok: false, fault: 'not-staff' }
      await tx.saveStaff({ ...row, removedAt: at })
      return { ok: true, act: 'remove', number: row.id }
    }
    const { name, badgeId, verifier, terminals } = request
    const before = rows.find(({ id }) => id === request.number)
    // The same person with a new badge keeps the number; nobody else ever gets it.
    if (before !== undefined && before.name !== name) return { ok: false, fault: 'number-taken' }
    if (before === undefined && rows.filter(isHere).length >= MAX_STAFF) return { ok: false, fault: 'too-many' }
    const id = request.number ?? nextNumber(rows)
    await tx.saveStaff({ id, name, badgeId, verifier, terminals, addedAt: at, removedAt: null })
    return { ok: true, act: 'add', number: id, renewed: before !== undefined }
  })
}

const isHere = ({ removedAt }: StaffRow) => removedAt === null

function personOf({ id, name, badgeId, terminals, addedAt }: StaffRow) {
  return { number: id, name, badgeId, terminals: terminals === null ? null : [...terminals], addedAt }
}

/** Four digits or more, above every number that was ever given. */
function nextNumber(rows: readonly StaffRow[]): string {
  const used = rows.map(({ id }) => (/^\d+$/.test(id) ? Number(id) : 0))
  return String(Math.max(0, ...used) + 1).padStart(4, '0')
}
