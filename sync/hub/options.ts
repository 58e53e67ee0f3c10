import { parseArgs } from 'node:util'
import { z } from 'zod'
import { TerminalIdSchema } from '../protocol/ids.ts'

export const USAGE = `The hub: takes in what terminals hand over, and signs for it.

  node sync/hub/main.ts [serve] --data DIR [options]
    --data DIR             data folder: root key, and the database unless DATABASE_URL names a PostgreSQL
    --host HOST            address to listen on (127.0.0.1)
    --port PORT            port to listen on, 0 for a free one (7400)
    --name TEXT            the hub's name when it is founded (本机总枢纽)
    --catalogue FILE       publish this catalogue instead of the sample
    --provision ID=FILE    write a provisioning file for terminal ID unless FILE exists; may be repeated
    --provision-url URL    the hub address in provisioning files (its own address)
    --allow-export         offer every row at GET /export/submissions.jsonl; never on an open network
    --json                 accepted for symmetry: the ready line on stdout is JSON in any case
  node sync/hub/main.ts export --data DIR --out FILE [--no-envelope]
    write every row of submissions as JSON lines; on PGlite only while the hub is stopped
  node sync/hub/main.ts revoke --data DIR --terminal ID
    take a terminal's keys out of use
  node sync/hub/main.ts new-epoch --data DIR
    after the database was restored from a backup: terminals then offer again what they still hold
  DATABASE_URL=postgres://...  use PostgreSQL 15 or later instead of PGlite
`

const ProvisionSchema = z
  .string()
  .regex(/^[^=]+=.+$/, 'must look like TERMINAL-ID=FILE')
  .transform((text) => {
    const at = text.indexOf('=')
    return { terminalId: text.slice(0, at), path: text.slice(at + 1) }
  })
  .pipe(z.object({ terminalId: TerminalIdSchema, path: z.string() }))

const data = z.string('--data DIR is missing').min(1)
const OptionsSchema = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('serve'),
    data,
    host: z.string().min(1).default('127.0.0.1'),
    port: z.coerce.number().int().min(0).max(65535).default(7400),
    name: z.string().min(1).max(60).default('本机总枢纽'),
    catalogue: z.string().optional(),
    provision: z.array(ProvisionSchema).default([]),
    'provision-url': z.url().optional(),
    'allow-export': z.boolean().default(false),
    json: z.boolean().default(false),
  }),
  z.strictObject({
    command: z.literal('export'),
    data,
    out: z.string('--out FILE is missing').min(1),
    'no-envelope': z.boolean().default(false),
  }),
  z.strictObject({ command: z.literal('revoke'), data, terminal: TerminalIdSchema }),
  z.strictObject({ command: z.literal('new-epoch'), data }),
])
export type HubOptionsOf<C extends string> = Extract<z.infer<typeof OptionsSchema>, { command: C }>

export type OptionsResult =
  | { readonly ok: true; readonly options: z.infer<typeof OptionsSchema> | { readonly command: 'help' } }
  | { readonly ok: false; readonly fault: 'bad-options'; readonly why: string }

const FLAGS = {
  data: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  name: { type: 'string' },
  catalogue: { type: 'string' },
  provision: { type: 'string', multiple: true },
  'provision-url': { type: 'string' },
  'allow-export': { type: 'boolean' },
  json: { type: 'boolean' },
  out: { type: 'string' },
  'no-envelope': { type: 'boolean' },
  terminal: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the command line; a slip comes back as a sentence. */
export function readOptions(args: readonly string[]): OptionsResult {
  let read: { readonly values: Record<string, unknown>; readonly positionals: readonly string[] }
  try {
    read = parseArgs({ args: [...args], options: FLAGS, allowPositionals: true })
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, fault: 'bad-options', why: error.message }
    throw error
  }
  const { values, positionals } = read
  if (values.help === true) return { ok: true, options: { command: 'help' } }
  const [command = 'serve', ...rest] = positionals
  if (rest.length > 0) return { ok: false, fault: 'bad-options', why: `what is "${rest.join(' ')}"?` }
  const parsed = OptionsSchema.safeParse({ ...values, command })
  if (parsed.success) return { ok: true, options: parsed.data }
  const issue = parsed.error.issues[0]
  const where = issue?.path.length ? `${issue.path[0] === 'command' ? '' : '--'}${issue.path.join('.')}: ` : ''
  return { ok: false, fault: 'bad-options', why: `${where}${issue?.message ?? 'not understood'}` }
}
