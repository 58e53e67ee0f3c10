import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { HOSTED_CLASSES, type HostedClass } from '../host/classes.ts'
import type { Bank, DevicePlan } from '../host/messages.ts'
import { type Readiness, readinessOf } from '../host/readiness.ts'
import { probe } from './probe.ts'

const urls = z.union([z.string().transform((url) => [url]), z.array(z.string())])
/** Of a settings file, the devices only: whether the rest is right, the terminal says at its start. */
const DevicesOnlySchema = z.object({
  devices: z.strictObject(Object.fromEntries(HOSTED_CLASSES.map((device) => [device, urls.optional()]))),
})

export type NamedDevices =
  | { readonly ok: true; readonly plan: DevicePlan }
  | { readonly ok: false; readonly detail: string }

export async function readDevices(file: string): Promise<NamedDevices> {
  let json: unknown
  try {
    json = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''))
  } catch (error) {
    return { ok: false, detail: `${file}: ${(error as Error).message}` }
  }
  const parsed = DevicesOnlySchema.safeParse(json)
  if (parsed.success) return { ok: true, plan: parsed.data.devices }
  const places = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'top level'}: ${message}`)
  return { ok: false, detail: `${file}: ${places.join('; ')}` }
}

/** Asks every device of the plan how it is, all at once, and stops it again. */
export async function checkAll(plan: DevicePlan): Promise<Readiness> {
  const asked = Object.entries(plan).map(async ([name, urls = []]) => {
    const device = name as HostedClass
    const members = await Promise.all(urls.map((url) => probe(device, url)))
    const chosen = Math.max(
      0,
      members.findIndex(({ fit }) => fit),
    )
    return [device, { members, chosen }] as const
  })
  const banks: Partial<Record<HostedClass, Bank>> = Object.fromEntries(await Promise.all(asked))
  return readinessOf(plan, banks)
}
