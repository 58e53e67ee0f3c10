import { oc } from '@orpc/contract'
import { z } from 'zod'
import { LocalTextSchema } from '../../sync/protocol/service-item.ts'

/** What the page must know of the machine it runs on. */
export const AboutSchema = z.object({
  terminalId: z.string(),
  version: z.string(),
  /** Two lines of the header: the place, and the hall with the machine's number. */
  place: LocalTextSchema,
  hall: LocalTextSchema,
  /** Where people are, for 叫工作人员. */
  staff: z.object({ where: LocalTextSchema, telephone: z.string().nullable() }),
  /** Panel calibration, px per mm (look.md section 2). */
  pxPerMm: z.number().min(1).max(20),
})
export type About = z.infer<typeof AboutSchema>
export const about = oc.output(AboutSchema)

/** The page's own faults, for main's log: no personal data, no free text of the citizen. */
export const report = oc
  .input(
    z.object({
      event: z.enum(['page-error', 'worker-error', 'staff-called', 'page-ready']),
      detail: z.string().max(500),
    }),
  )
  .output(z.object({ logged: z.literal(true) }))

export const maintenance = { about, report }
