import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { DeviceClass } from '../drivers/condition/states.ts'
import { rowOf, schemesOf } from '../drivers/transport/device-schemes.ts'
import { parseDeviceUrlFor } from '../drivers/transport/device-url.ts'
import { type Provisioning, ProvisioningSchema } from '../sync/protocol/keys.ts'
import { LocalTextSchema } from '../sync/protocol/service-item.ts'
import { PinScryptSchema } from './staff-pin.ts'

/** Addresses of one class: one, or several in the order in which they are preferred. What is wrong with one is said in its words. */
function deviceUrls(device: DeviceClass) {
  const forms = schemesOf(device).map((scheme) => rowOf(scheme).form)
  const url = z.string().superRefine((text, context) => {
    const parsed = parseDeviceUrlFor(device, text)
    if (!parsed.ok)
      context.addIssue({ code: 'custom', message: `${parsed.detail}; written like ${forms.join(' or ')}` })
  })
  return z.union([url, z.array(url).min(1).max(MOST_OF_A_CLASS)]).optional()
}
const MOST_OF_A_CLASS = 8

/** What a maintainer sets for one machine. */
export const SettingsSchema = z.strictObject({
  /** First line of the header: where the machine stands. */
  place: LocalTextSchema,
  /** Second line: hall and machine number. */
  hall: LocalTextSchema,
  staff: z.strictObject({
    /** Where people are, as a citizen would look for them. */
    where: LocalTextSchema,
    telephone: z.string().max(30).nullable(),
  }),
  panel: z.strictObject({
    /** Pixels per millimetre, measured with a ruler at installation: 4.03 on 21.5", 2.71 on 32". */
    pxPerMm: z.number().min(1).max(20),
    /** The screen's own pixels as it hangs; 1080 × 1920 when not given. */
    widthPx: z.int().min(320).max(10_000).optional(),
    heightPx: z.int().min(320).max(10_000).optional(),
  }),
  devices: z.strictObject({
    'id-card-reader': deviceUrls('id-card-reader'),
    'smart-card': deviceUrls('smart-card'),
    'code-scanner': deviceUrls('code-scanner'),
    'receipt-printer': deviceUrls('receipt-printer'),
    'document-printer': deviceUrls('document-printer'),
    'document-scanner': deviceUrls('document-scanner'),
    'signature-pad': deviceUrls('signature-pad'),
    'line-board': deviceUrls('line-board'),
  }),
  /** What happens on battery, when the line board says that mains power is gone. */
  power: z
    .strictObject({
      /** So long the terminal waits for mains before it closes its journal and ends. */
      graceSeconds: z.int().min(0).max(3600).optional(),
      /** At this charge or below it waits no longer. */
      endAtBatteryPercent: z.int().min(0).max(100).optional(),
    })
    .optional(),
  /** A short tone of the line board at each card that was read; none when not given. */
  beepAtCard: z.boolean().optional(),
  /** Whether faces may be compared with a card's photo (face-compare.ts); off when not given. */
  faceCompare: z.boolean().optional(),
  /** The maintainers' door; without a PIN it stays shut. */
  maintenance: z
    .strictObject({
      /** From `npm run terminal -- pin`. */
      pinScrypt: PinScryptSchema.optional(),
      /** Where the rescue bundle is written, e.g. a stick's folder; DIR/export when not given. */
      exportDir: z.string().min(1).optional(),
    })
    .optional(),
})
export type Settings = z.infer<typeof SettingsSchema>

export type ReadFileResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly fault: 'missing' | 'unreadable' | 'not-json' | 'wrong'
      readonly file: string
      /** One line each, with the path inside the file and what to do. */
      readonly problems: readonly string[]
    }

export function loadSettings(file: string): Promise<ReadFileResult<Settings>> {
  return loadJson(file, SettingsSchema)
}

export function loadProvisioning(file: string): Promise<ReadFileResult<Provisioning>> {
  return loadJson(file, ProvisioningSchema)
}

async function loadJson<T extends z.ZodObject>(file: string, schema: T): Promise<ReadFileResult<z.infer<T>>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT'
      ? { ok: false, fault: 'missing', file, problems: ['the file is not there; README.md shows one to copy'] }
      : { ok: false, fault: 'unreadable', file, problems: [`cannot be read (${code}): check owner and permissions`] }
  }
  let json: unknown
  try {
    // Windows editors put a byte order mark before it.
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { ok: false, fault: 'not-json', file, problems: [`is not JSON: ${(error as Error).message}`] }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, fault: 'wrong', file, problems: parsed.error.issues.flatMap((issue) => sentences(issue, schema)) }
}

function sentences(issue: z.core.$ZodIssue, schema: z.ZodObject): readonly string[] {
  const place = issue.path.length === 0 ? 'top level' : issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') {
    // zod's own words for a word that is not there would not help whoever wrote the file.
    const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
    return [`${place}: ${isMissing ? 'is missing' : issue.message}`]
  }
  const known = knownKeys(schema, issue.path)
  return issue.keys.map((key) => {
    const near = nearest(key, known)
    const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`
    return `${place}: "${key}" is not a setting; ${hint}`
  })
}

/** The keys of the object schema that stands at a path, looking through optional and nullable wrappers. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: z.ZodType = schema
  for (const step of path) {
    while (at instanceof z.ZodOptional || at instanceof z.ZodNullable) at = at.unwrap() as z.ZodType
    if (!(at instanceof z.ZodObject)) return []
    const next: unknown = (at.shape as Record<PropertyKey, unknown>)[step]
    if (!(next instanceof z.ZodType)) return []
    at = next
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** The known key within two edits, so that a typo is named and a stranger is not. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, edits: editDistance(key.toLowerCase(), name.toLowerCase()) }))
  ranked.sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best !== undefined && best.edits <= 2 ? best.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
