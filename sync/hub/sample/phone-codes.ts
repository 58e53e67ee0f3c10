import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { jsonOrUndefined } from '../../envelope/compact.ts'
import { type CodePerson, CodePersonSchema } from '../../protocol/code-identity.ts'
import { checkIdNumber } from '../../protocol/id-number.ts'
import type { CodeIdentity } from '../code-adapter.ts'
import type { CodeWrites } from '../code-store.ts'
import { hubSuite } from '../hub-suite.ts'
import { writeNewFile } from '../root-key.ts'
import { chinaDate, type HubSources, instant } from '../sources.ts'

/**
 * The sample adapter behind `CodeIdentity`: codes for made-up persons (divisions 99xxxx, never given out), as a phone
 * would show them. A code is its person and its end, encrypted with a key of the data folder, so that `npm run hub -- code`
 * can make one while the hub runs. Which were used is in the hub's store until they are over: a restart makes none good again.
 */

/** As long as a phone shows one before it makes the next. */
export const CODE_LIFE_S = 120
const PREFIX = 'bianmin-code:1:'
const KEY_BYTES = 32
const SAMPLE_DIVISIONS = '99'
const ContentSchema = z.object({ person: CodePersonSchema, endsUnixMs: z.int(), salt: z.string() })

/** The data folder's key for codes; made when there is none. */
export async function codeKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, 'sample-code-key')
  const read = () => readFile(file, 'utf8').then((text) => Buffer.from(text, 'base64url'))
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    await writeNewFile(file, hubSuite.randomBytes(KEY_BYTES).toString('base64url'))
  } catch (error) {
    // The hub and the command may both be the first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return read()
}

export type CodeMade =
  | { readonly ok: true; readonly code: string; readonly until: string }
  | { readonly ok: false; readonly why: 'bad-number' | 'not-a-sample' }

export async function makeCode(
  key: Uint8Array,
  person: CodePerson,
  lifeS: number,
  sources: HubSources,
): Promise<CodeMade> {
  if (!checkIdNumber(person.idNumber, chinaDate(instant(sources))).ok) return { ok: false, why: 'bad-number' }
  if (!person.idNumber.startsWith(SAMPLE_DIVISIONS)) return { ok: false, why: 'not-a-sample' }
  const endsUnixMs = sources.now() + lifeS * 1000
  const content = { person, endsUnixMs, salt: sources.randomUuid() }
  const sealed = await hubSuite.sealChunk(key, Buffer.from(JSON.stringify(content)), PREFIX)
  return { ok: true, code: PREFIX + sealed.toString('base64url'), until: new Date(endsUnixMs).toISOString() }
}

export function samplePhoneCodes(key: () => Promise<Uint8Array>, sources: HubSources, store: CodeWrites): CodeIdentity {
  return {
    async redeem(code) {
      if (!code.startsWith(PREFIX)) return { ok: false, why: 'unknown-code' }
      const sealed = Buffer.from(code.slice(PREFIX.length), 'base64url')
      const opened = await hubSuite.openChunk(await key(), sealed, PREFIX)
      const content = ContentSchema.safeParse(opened && jsonOrUndefined(opened.toString('utf8')))
      if (!content.success) return { ok: false, why: 'unknown-code' }
      const { person, endsUnixMs, salt } = content.data
      if (endsUnixMs <= sources.now()) return { ok: false, why: 'expired' }
      const spent = {
        mark: hubSuite.sha256Hex(salt),
        endsAt: new Date(endsUnixMs).toISOString(),
        now: instant(sources),
      }
      return (await store.spendCode(spent)) ? { ok: true, person } : { ok: false, why: 'used' }
    },
  }
}
