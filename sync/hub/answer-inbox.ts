import { z } from 'zod'
import { jsonOrUndefined } from '../envelope/compact.ts'
import type { publishPackage } from './packages.ts'
import { type ItemsPublished, publishItems } from './publish-items.ts'
import { keepStaffBook, type StaffAnswer, StaffRequestSchema } from './staff-book.ts'

const StaffKindSchema = z.object({ kind: z.literal('staff') })

/** What a request of the inbox (publish-inbox.ts) asks for: staff, else service items, whose faults are named one by one. */
export async function answerInbox(
  parts: Parameters<typeof publishPackage>[0],
  text: string,
): Promise<ItemsPublished | StaffAnswer> {
  const asked = jsonOrUndefined(text)
  if (!StaffKindSchema.safeParse(asked).success) return publishItems(parts, text)
  const request = StaffRequestSchema.safeParse(asked)
  if (!request.success) return { ok: false, fault: 'not-understood' }
  return keepStaffBook(parts.store, parts.sources, request.data)
}
