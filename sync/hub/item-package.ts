import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { jsonOrUndefined } from '../envelope/compact.ts'
import { checkItemCode } from '../protocol/affair-codes.ts'
import { checkItemShape } from '../protocol/item-checks.ts'
import { ItemPackageSchema } from '../protocol/packages.ts'
import { type Catalogue, CatalogueSchema, type ServiceItem, ServiceItemSchema } from '../protocol/service-item.ts'
import { checkUscc } from '../protocol/uscc.ts'

/** Items as an office hands them over, checked more strictly than a terminal does, and put into the hub's catalogue. */

/** What is wrong, and where: `items[0] S99, fields[2] phone, when`. */
export interface Complaint {
  readonly place: string
  readonly what: string
}
export type MergedCatalogue =
  | {
      readonly ok: true
      readonly catalogue: Catalogue
      readonly added: readonly string[]
      readonly changed: readonly string[]
      readonly withdrawn: readonly string[]
    }
  | { readonly ok: false; readonly complaints: readonly Complaint[] }

/**
 * The catalogue with a package of items put in. `published` finds an item by id and version in whatever was ever
 * published: what citizens filled in by a version is judged by it, so a version never changes.
 */
export function mergeItems(
  text: string,
  catalogue: Catalogue,
  published: (id: string, version: number) => ServiceItem | undefined,
): MergedCatalogue {
  const parsed = ItemPackageSchema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, complaints: issuesOf(parsed.error, '', undefined) }
  const { items, withdraw } = parsed.data
  const complaints: Complaint[] = []
  const given: ServiceItem[] = []
  items.forEach((raw, at) => {
    const checked = checkItem(raw, `items[${at}]${idOf(raw)}`, catalogue, published)
    if (checked.ok) given.push(checked.item)
    else complaints.push(...checked.complaints)
  })
  const ids = given.map(({ id }) => id)
  for (const id of ids.filter((each, at) => ids.indexOf(each) !== at)) {
    complaints.push({ place: 'items', what: `${id} stands there twice` })
  }
  const byId = new Map(catalogue.items.map((item) => [item.id, item]))
  for (const id of withdraw) {
    if (!byId.has(id)) complaints.push({ place: 'withdraw', what: `${id} is not in the catalogue` })
    if (ids.includes(id)) complaints.push({ place: 'withdraw', what: `${id} is also among the items` })
  }
  if (items.length + withdraw.length === 0) complaints.push({ place: 'items', what: 'nothing to publish' })
  if (complaints.length > 0) return { ok: false, complaints }

  const added = ids.filter((id) => !byId.has(id))
  const changed = given.filter((item) => byId.has(item.id) && !isDeepStrictEqual(byId.get(item.id), item))
  for (const id of withdraw) byId.delete(id)
  for (const item of given) byId.set(item.id, item)
  const whole = CatalogueSchema.safeParse({ ...catalogue, items: [...byId.values()] })
  if (!whole.success) return { ok: false, complaints: issuesOf(whole.error, 'catalogue', undefined) }
  return { ok: true, catalogue: whole.data, added, changed: changed.map(({ id }) => id), withdrawn: withdraw }
}

type Checked =
  | { readonly ok: true; readonly item: ServiceItem }
  | { readonly ok: false; readonly complaints: readonly Complaint[] }

function checkItem(
  raw: unknown,
  place: string,
  catalogue: Catalogue,
  published: (id: string, version: number) => ServiceItem | undefined,
): Checked {
  const parsed = ServiceItemSchema.safeParse(raw)
  if (!parsed.success) return { ok: false, complaints: issuesOf(parsed.error, place, raw) }
  const item = parsed.data
  const complaints = [...unknownKeys(raw, item, place, raw), ...codeComplaints(item, place)]
  if ((item.needsForms ?? 1) === 1) {
    checkItemShape(item, (what, path) => complaints.push({ place: placed(place, path, raw), what }), true)
  }
  const codes = catalogue.divisions.map(({ code }) => code)
  for (const [at, rule] of (item.rules ?? []).entries()) {
    const strange =
      rule.kind === 'within' ? rule.divisions.filter((each) => !codes.some((c) => c.startsWith(each))) : []
    for (const each of strange)
      complaints.push({ place: `${place}, rules[${at}] ${rule.id}`, what: `no place has the number ${each}` })
  }
  const before = published(item.id, item.version)
  if (before !== undefined && !isDeepStrictEqual(before, item)) {
    const what = `version ${item.version} was published with another content; raise the version`
    complaints.push({ place: `${place}, version`, what })
  }
  const now = catalogue.items.find(({ id }) => id === item.id)
  if (now !== undefined && now.version > item.version) {
    complaints.push({ place: `${place}, version`, what: `version ${now.version} is published already` })
  }
  return complaints.length === 0 ? { ok: true, item } : { ok: false, complaints }
}

function codeComplaints(item: ServiceItem, place: string): readonly Complaint[] {
  const complaints: Complaint[] = []
  const code = checkItemCode(item.code)
  if (!code.ok) complaints.push({ place: `${place}, code`, what: `no implementation code: ${code.fault}` })
  else if (code.department !== item.department.uscc) {
    complaints.push({ place: `${place}, code`, what: 'begins with the code of another department' })
  }
  for (const [at, { department }] of (item.members ?? []).entries()) {
    const checked = checkUscc(department.uscc)
    if (!checked.ok) complaints.push({ place: `${place}, members[${at}]`, what: `no credit code: ${checked.fault}` })
  }
  return complaints
}

/** A key that the schema does not know is a slip of the pen: it would vanish without a word. */
function unknownKeys(
  raw: unknown,
  parsed: unknown,
  place: string,
  item: unknown,
  path: readonly PropertyKey[] = [],
): readonly Complaint[] {
  if (Array.isArray(raw) && Array.isArray(parsed)) {
    return raw.flatMap((each, at) => unknownKeys(each, parsed[at], place, item, [...path, at]))
  }
  if (!isRecord(raw) || !isRecord(parsed)) return []
  return Object.entries(raw).flatMap(([key, value]) => {
    const at = [...path, key]
    if (!(key in parsed)) return [{ place: placed(place, at, item), what: 'is not known here' }]
    return unknownKeys(value, parsed[key], place, item, at)
  })
}

function issuesOf(error: z.ZodError, place: string, item: unknown): readonly Complaint[] {
  return error.issues.map((issue) => ({ place: placed(place, issue.path, item), what: issue.message }))
}

/** items[0] S99, fields[2] phone, when */
function placed(place: string, path: readonly PropertyKey[], item: unknown): string {
  let here = item
  let words = place
  for (const step of path) {
    here = isRecord(here) || Array.isArray(here) ? Reflect.get(here, step) : undefined
    words += typeof step === 'number' ? `[${step}]${idOf(here)}` : `${words === '' ? '' : ', '}${String(step)}`
  }
  return words === '' ? 'the file' : words
}

function idOf(value: unknown): string {
  return isRecord(value) && typeof value.id === 'string' ? ` ${value.id}` : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
