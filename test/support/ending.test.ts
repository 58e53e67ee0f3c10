import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startedSince } from './ending.ts'

const ENDING = join(import.meta.dirname, 'ending.ts')

/** Runs a program that ends with code 3 and what it leaves behind. */
async function ended(leaves: string): Promise<{ code: number | null; said: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'bianmin-ending-'))
  const file = join(dir, 'program.ts')
  writeFileSync(file, `import { endWith } from ${JSON.stringify(ENDING)}\n${leaves}\nendWith(3)\n`)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  rmSync(dir, { recursive: true })
  return { code, said }
}

test('a program that left nothing ends by itself, without a word', async () => {
  expect(await ended('')).toEqual({ code: 3, said: '' })
})

test('one that left a handle says which, and ends with its own result', async () => {
  const { code, said } = await ended(`setInterval(() => undefined, 1_000_000)`)
  expect(code).toBe(3)
  expect(said).toMatch(/^held open 10 s after the end by .*Timeout/)
})

test('a process that was left is named with its command', async () => {
  const child = spawn('sleep', ['987'])
  await once(child, 'spawn')
  try {
    expect(startedSince(process.pid).some((line) => /begun \d+ s after it: sleep 987$/.test(line))).toBe(true)
  } finally {
    child.kill()
  }
})
