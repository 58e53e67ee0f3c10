import { z } from 'zod'

/** Text by language; zh is always there. */
export const LocalTextSchema = z.object({
  zh: z.string().min(1),
  en: z.string().min(1).optional(),
  ug: z.string().min(1).optional(),
  bo: z.string().min(1).optional(),
})
export type LocalText = z.infer<typeof LocalTextSchema>

export const FieldIdSchema = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/)
