import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWith } from '../support/ending.ts'
import { bundleInside } from './bundle.ts'
import { cpioOf } from './cpio.ts'
import type { Check } from './inside/checks.ts'
import { findParts, type GuestParts, guestFiles } from './parts.ts'

/**
 * HID for real: boots a Debian kernel in QEMU, plays a card reader, a scanner and a pad to it through uhid, and lets the
 * drivers talk to them through node-hid. No module is loaded into this machine's own kernel, and nothing needs root.
 */

const LIMIT_MS = 5 * 60_000
const MEMORY_MIB = 1_024
/** An emulated timer on a busy machine is late: neither its test at boot nor a watchdog may take that for a broken one. */
const APPEND = 'console=ttyS0 quiet loglevel=3 panic=-1 no_timer_check nowatchdog'
const EXIT_FAILED = 1

const HELP = `Usage: npm run guest -- [--json]
Boots a kernel in QEMU, creates HID devices in it and lets the drivers talk to them through node-hid (20 s to 3 minutes).
  --json   one JSON object as the last line: {ok, checks, failed: [{check, detail}], missing, trouble, seconds}
Installs nothing: npm run setup -- --guest does. Exit code 1 when a check failed or could not be made.`

interface GuestResult {
  readonly ok: boolean
  readonly checks: number
  readonly failed: readonly Check[]
  /** What has to be installed before it can run. */
  readonly missing: readonly string[]
  /** Why it ended before it was through. */
  readonly trouble: readonly string[]
  readonly seconds: number
}

async function run(parts: GuestParts, tell: (line: string) => void): Promise<Omit<GuestResult, 'missing' | 'seconds'>> {
  const folder = mkdtempSync(join(tmpdir(), 'bianmin-guest-'))
  try {
    const initrd = join(folder, 'initrd')
    writeFileSync(initrd, cpioOf(guestFiles(parts, await bundleInside(folder))))
    tell('booting …')
    return judge(await boot(parts, initrd, tell))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Console {
  readonly lines: readonly string[]
  readonly ending: string
}

function boot({ qemu, kernel }: GuestParts, initrd: string, tell: (line: string) => void): Promise<Console> {
  const args = [
    ...['-machine', 'pc', '-cpu', 'max', '-smp', '2', '-m', String(MEMORY_MIB)],
    // Emulated: machines of CI have no KVM, or one that breaks when it is used.
    ...['-accel', 'tcg,thread=multi'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', APPEND],
  ]
  return new Promise((resolve) => {
    const machine = spawn(qemu, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    let rest = ''
    let said = ''
    let ending = ''
    const limit = setTimeout(() => {
      ending = `not through after ${LIMIT_MS / 60_000} minutes`
      machine.kill('SIGKILL')
    }, LIMIT_MS)
    machine.stdout.on('data', (bytes: Buffer) => {
      const parts = (rest + bytes.toString('utf8')).split(/\r?\n/)
      rest = parts.pop() ?? ''
      for (const line of parts) {
        lines.push(line)
        tell(line)
      }
    })
    machine.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8')
    })
    machine.once('error', (error) => {
      ending = error.message
    })
    machine.once('close', (code, signal) => {
      clearTimeout(limit)
      if (ending === '' && code !== 0) ending = `QEMU ended with ${signal ?? code}: ${said.trim()}`
      resolve({ lines: [...lines, rest], ending })
    })
  })
}

/** What the console says: a line a check, and one at the end that says how many there were. */
function judge({ lines, ending }: Console): Omit<GuestResult, 'missing' | 'seconds'> {
  const said = lines.flatMap((line): object[] => {
    const at = line.indexOf('GUEST {')
    return at < 0 ? [] : [JSON.parse(line.slice(at + 'GUEST '.length))]
  })
  const checks = said.flatMap((each) => ('check' in each ? [each as Check] : []))
  const end = said.find((each): each is { done: number } => 'done' in each)
  const trouble = lines.filter((line) => /GUEST-TROUBLE|Kernel panic|Out of memory/.test(line))
  if (ending !== '') trouble.push(ending)
  if (end === undefined)
    trouble.push(
      `the guest did not come to its end; last on its console: ${lines.filter(Boolean).slice(-3).join(' | ')}`,
    )
  else if (end.done !== checks.length) trouble.push(`${checks.length} of ${end.done} checks arrived`)
  const failed = checks.filter(({ ok }) => !ok)
  return {
    ok: failed.length === 0 && trouble.length === 0 && checks.length > 0,
    checks: checks.length,
    failed,
    trouble,
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) {
    console.log(HELP)
    return
  }
  const beganAtMs = performance.now()
  const found = findParts()
  const told = found.ok
    ? { ...(await run(found.parts, (line) => console.error(line))), missing: [] }
    : { ok: false, checks: 0, failed: [], missing: found.missing, trouble: [] }
  const result: GuestResult = { ...told, seconds: Math.round((performance.now() - beganAtMs) / 100) / 10 }
  for (const each of result.missing) console.error(`missing: ${each}; npm run setup -- --guest installs it`)
  for (const { check, detail } of result.failed) console.error(`failed: ${check}: ${detail ?? ''}`)
  for (const each of result.trouble) console.error(`trouble: ${each}`)
  if (values.json) console.log(JSON.stringify(result))
  else console.log(`${result.checks} checks, ${result.failed.length} failed, ${result.seconds} s`)
  endWith(result.ok ? 0 : EXIT_FAILED)
}

await main()
