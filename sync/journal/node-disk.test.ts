import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from './cli.ts'
import { openJournal } from './journal.ts'
import { nodeDisk } from './node-disk.ts'
import { accepted, quarantined, received, submissionId } from './sample-frames.ts'

let dir: string
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'journal-test-')), 'deep', 'journal')
})
afterEach(() => rm(join(dir, '..', '..'), { recursive: true }))

async function opened() {
  const result = await openJournal({ dir, log: () => undefined })
  if (!result.ok) throw new Error(`${result.fault}: ${result.detail}`)
  return result
}

async function run(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
  const lines: string[] = []
  const exitCode = await main(args, (line) => void lines.push(line))
  return { exitCode, lines }
}

describe('the journal on a real disk', () => {
  it('keeps what was appended, for the owner only', async () => {
    const { journal } = await opened()
    const appends = [1, 2, 3].map((n) => journal.append(accepted(n, 'e'.repeat(100_000))))
    expect(await Promise.all(appends)).toEqual([1, 2, 3].map((sequence) => ({ ok: true, sequence })))
    await journal.close()
    const again = await opened()
    expect(again.frames).toBe(3)
    expect(await again.journal.readAccepted(submissionId(2))).toMatchObject({ ok: true, sequence: 2 })
    await again.journal.close()
    expect((await stat(join(dir, 'journal-000001.bmj'))).mode & 0o077).toBe(0)
    expect(await readdir(dir)).toEqual(['journal-000001.bmj'])
  })

  it('cuts a torn tail and goes on', async () => {
    const { journal } = await opened()
    await journal.append(accepted(1))
    await journal.append(accepted(2))
    await journal.close()
    const file = join(dir, 'journal-000001.bmj')
    const { size } = await stat(file)
    await truncate(file, size - 5)
    const again = await opened()
    expect([again.frames, again.repaired.tornBytes > 0]).toEqual([1, true])
    expect(again.damage).toMatchObject([{ kind: 'torn-tail', tickets: [accepted(2).ticket] }])
    expect(await again.journal.append(accepted(3))).toEqual({ ok: true, sequence: 3 })
    await again.journal.close()
  })

  it('reports a folder that cannot be one', async () => {
    const file = join(dir, '..', '..', 'a-file')
    await writeFile(file, '')
    const result = await openJournal({ dir: join(file, 'journal'), log: () => undefined })
    expect(result).toEqual({ ok: false, fault: 'unreadable', detail: 'ENOTDIR' })
  })
})

describe('the lock', () => {
  it('scenario 19: keeps a second writer out, of this process or another, and opens when it is dead', async () => {
    const first = await opened()
    expect(await openJournal({ dir, log: () => undefined })).toMatchObject({ ok: false, fault: 'locked' })
    await first.journal.close()

    const script = `import { nodeDisk } from ${JSON.stringify(new URL('./node-disk.ts', import.meta.url).href)}
      const lock = await nodeDisk.lock(${JSON.stringify(join(dir, 'journal.lock'))})
      process.stdout.write(String(lock.ok))
      setInterval(() => 0, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [text] = await once(child.stdout, 'data')
    expect(String(text)).toBe('true')
    expect(await openJournal({ dir, log: () => undefined })).toEqual({
      ok: false,
      fault: 'locked',
      detail: `process ${child.pid}`,
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await opened()).journal.close()
    expect(await readdir(dir)).toEqual(['journal-000001.bmj'])
  })

  it('is taken over from an id that another program runs under now, and from a half-written file', async () => {
    await nodeDisk.makeDir(dir)
    const path = join(dir, 'journal.lock')
    for (const stale of [
      JSON.stringify({ pid: process.pid, startedAs: 'another boot/1', token: 'x' }),
      '{"pid":',
      '',
    ]) {
      await writeFile(path, stale)
      const lock = await nodeDisk.lock(path)
      if (!lock.ok) throw new Error(lock.holder)
      await lock.release()
    }
    expect(await readdir(dir)).toEqual([])
  })

  it("does not remove somebody else's lock on release", async () => {
    await nodeDisk.makeDir(dir)
    const path = join(dir, 'journal.lock')
    const lock = await nodeDisk.lock(path)
    if (!lock.ok) throw new Error(lock.holder)
    const theirs = JSON.stringify({ pid: 1, startedAs: '', token: 'theirs' })
    await writeFile(path, theirs)
    await lock.release()
    expect(await readFile(path, 'utf8')).toBe(theirs)
  })
})

describe('the command line', () => {
  it('verifies, counts and lists without an envelope', async () => {
    const { journal } = await opened()
    for (const frame of [accepted(1, 'SEALED-TEXT'), accepted(2), accepted(3), received(1), quarantined(2)]) {
      await journal.append(frame)
    }
    // While the terminal runs: the lock is held.
    const { exitCode, lines } = await run('verify', '--dir', dir, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      ok: true,
      journalId: journal.journalId,
      frames: 5,
      tornBytes: 0,
      submissions: 3,
      waiting: 1,
      received: 1,
      quarantined: 1,
    })
    const list = await run('list', '--dir', dir)
    expect(list.lines.map((line) => line.split('  ').slice(5))).toEqual([
      ['received'],
      ['quarantined', 'key-unknown'],
      ['queued'],
    ])
    const json = await run('list', '--dir', dir, '--json')
    expect(json.lines.map((line) => JSON.parse(line)).at(-1)).toEqual({ ok: true, listed: 3 })
    expect([...list.lines, ...json.lines].join('\n')).not.toContain('SEALED-TEXT')
    await journal.close()
  })

  it('exits with 1 and the place when there is damage that nobody was told of, and changes nothing', async () => {
    const { journal } = await opened()
    await journal.append(accepted(1))
    await journal.append(accepted(2))
    await journal.close()
    const file = join(dir, 'journal-000001.bmj')
    const content = await readFile(file)
    content.writeUInt8(content.readUInt8(100) ^ 1, 100)
    await writeFile(file, content)
    const { exitCode, lines } = await run('verify', '--dir', dir, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      ok: false,
      readable: true,
      damageNotJournalled: 1,
      damage: [{ segment: 'journal-000001.bmj', offset: 0, fromSequence: 0, throughSequence: 0 }],
    })
    expect((await run('verify', '--dir', dir)).lines[0]).toContain('DAMAGED')
    expect(await readFile(file)).toEqual(content)
    // Once the terminal has journalled it, nothing is hidden any more.
    await (await opened()).journal.close()
    expect((await run('verify', '--dir', dir, '--json')).exitCode).toBe(0)
  })

  it('says what is wrong with a call', async () => {
    expect((await run('verify', '--dir', join(dir, 'none'), '--json')).exitCode).toBe(1)
    for (const args of [[], ['verify'], ['erase', '--dir', dir], ['verify', '--what']]) {
      const { exitCode, lines } = await run(...args)
      expect([exitCode, lines.join('\n').includes('--help')]).toEqual([2, true])
    }
    expect((await run('--help')).exitCode).toBe(0)
  })
})
