import { parseArgs } from 'node:util'
import { z } from 'zod'
import { TerminalIdSchema } from '../protocol/ids.ts'
import { PackageKindSchema } from '../protocol/receipt.ts'
import { StaffIdSchema, StaffNameSchema, StaffPinSchema } from '../protocol/staff.ts'
import { CODE_LIFE_S } from './sample/phone-codes.ts'

/** A code that outlives a working day is no short-lived one. */
const MAX_CODE_SECONDS = 8 * 3600

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

Each of these prints one JSON line. On PGlite they work only while the hub is stopped, on PostgreSQL at any time.
  node sync/hub/main.ts export --data DIR --out FILE [--no-envelope]
    write every row of submissions as JSON lines
  node sync/hub/main.ts import --data DIR FILE
    take in a rescue bundle that a terminal wrote to a stick; doing it again changes nothing
  node sync/hub/main.ts publish --data DIR KIND FILE
    publish a new version of a package (catalogue, topics, policies, settings) from a JSON file
  node sync/hub/main.ts publish --data DIR FILE
    put service items into the catalogue and publish it: {"kind":"items","items":[...],"withdraw":["S99"]}. All of the
    file or nothing; every fault is named with its place. A changed item needs a higher version. While a hub on PGlite
    runs on DIR, it is the one that publishes.
  node sync/hub/main.ts staff add --data DIR NAME --badge FILE.svg [--terminals ID,ID] [--number N] [--pin 6-DIGITS]
    somebody who may help at these terminals (at all without --terminals): writes the badge with its QR code to FILE.svg and
    prints the PIN, once, unless it is given. With the number of somebody of that name: a new badge, the old one is dead.
  node sync/hub/main.ts staff remove --data DIR NUMBER
    takes somebody off the lists. A terminal without network still knows her for up to 72 hours.
  node sync/hub/main.ts staff list --data DIR
    everybody who may help, where, since when. While a hub on PGlite runs on DIR, it is the one that does all three.
  node sync/hub/main.ts code --data DIR NAME NUMBER [--seconds N]
    what the phone of a made-up person (number 99…) would show to a terminal, for the sample adapter: good once, and for
    120 seconds unless told otherwise. Works while a hub runs on DIR.
  node sync/hub/main.ts revoke --data DIR --terminal ID
    take a terminal's keys out of use
  node sync/hub/main.ts rotate-keys --data DIR [--use seal|receipt|package|ping] [--root FILE]
    make new keys (of all four uses without --use) and the next key set; needs the root key file
  node sync/hub/main.ts backup --data DIR FILE
    copy the PGlite database into one file; for PostgreSQL it says what to do instead
  node sync/hub/main.ts backup-begin --data DIR
    to be called before pg_dump: prints how much may be confirmed when the dump is safe
  node sync/hub/main.ts backed-up --data DIR --through N
    the backup is whole and in a safe place: terminals may forget what it holds
  node sync/hub/main.ts restore --data DIR FILE
    make a PGlite database from such a file, in a data folder that has none, under a new epoch
  node sync/hub/main.ts new-epoch --data DIR
    after the database was restored in another way: terminals then offer again what they still hold
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
/** What comes after the command without a flag. */
const noArgs = z.tuple([], 'it takes nothing after its name').default([])
/** A kind alone lacks its file. */
const aFile = z
  .string()
  .min(1)
  .refine((name) => !PackageKindSchema.safeParse(name).success)
const oneFile = z.tuple([z.string().min(1)], 'must be followed by one FILE')
const json = z.boolean().default(false)
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
    json,
    args: noArgs,
  }),
  z.strictObject({
    command: z.literal('export'),
    data,
    out: z.string('--out FILE is missing').min(1),
    'no-envelope': z.boolean().default(false),
    json,
    args: noArgs,
  }),
  z.strictObject({ command: z.literal('import'), data, json, args: oneFile }),
  z.strictObject({
    command: z.literal('publish'),
    data,
    json,
    args: z.union(
      [z.tuple([PackageKindSchema, z.string().min(1)]), z.tuple([aFile])],
      'must be followed by KIND FILE, or by a FILE of service items',
    ),
  }),
  z
    .strictObject({
      command: z.literal('staff'),
      data,
      badge: z.string().min(1).optional(),
      terminals: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(TerminalIdSchema).min(1))
        .optional(),
      number: StaffIdSchema.optional(),
      pin: StaffPinSchema.optional(),
      json,
      args: z.union(
        [
          z.tuple([z.literal('add'), StaffNameSchema]),
          z.tuple([z.literal('remove'), StaffIdSchema]),
          z.tuple([z.literal('list')]),
        ],
        'must be followed by add NAME, remove NUMBER or list',
      ),
    })
    .refine(({ args, badge }) => args[0] !== 'add' || badge !== undefined, {
      path: ['badge'],
      message: '--badge FILE.svg is missing',
    }),
  z.strictObject({
    command: z.literal('code'),
    data,
    seconds: z.coerce.number().int().min(1).max(MAX_CODE_SECONDS).default(CODE_LIFE_S),
    json,
    args: z.tuple([z.string().trim().min(1).max(60), z.string().length(18)], 'must be followed by NAME NUMBER'),
  }),
  z.strictObject({ command: z.literal('revoke'), data, terminal: TerminalIdSchema, json, args: noArgs }),
  z.strictObject({
    command: z.literal('rotate-keys'),
    data,
    use: z.enum(['seal', 'receipt', 'package', 'ping']).optional(),
    root: z.string().optional(),
    json,
    args: noArgs,
  }),
  z.strictObject({ command: z.literal('backup'), data, json, args: oneFile }),
  z.strictObject({ command: z.literal('backup-begin'), data, json, args: noArgs }),
  z.strictObject({
    command: z.literal('backed-up'),
    data,
    through: z.coerce.number('--through N is missing').int().min(0),
    json,
    args: noArgs,
  }),
  z.strictObject({ command: z.literal('restore'), data, json, args: oneFile }),
  z.strictObject({ command: z.literal('new-epoch'), data, json, args: noArgs }),
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
  use: { type: 'string' },
  root: { type: 'string' },
  through: { type: 'string' },
  badge: { type: 'string' },
  terminals: { type: 'string' },
  number: { type: 'string' },
  pin: { type: 'string' },
  seconds: { type: 'string' },
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
  const parsed = OptionsSchema.safeParse({ ...values, command, args: rest })
  if (parsed.success) return { ok: true, options: parsed.data }
  const issue = parsed.error.issues[0]
  const first = issue?.path[0]
  const flag = first === 'command' ? 'command' : `--${issue?.path.join('.')}`
  const where = first === undefined ? '' : `${first === 'args' ? command : flag}: `
  return { ok: false, fault: 'bad-options', why: `${where}${issue?.message ?? 'not understood'}` }
}
