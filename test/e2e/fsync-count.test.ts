import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCommand } from '../support/chromium.ts'
import { openPageClient, registration, submit } from '../support/page-client.ts'
import { putCard } from '../support/walk.ts'
import { openWorld, startAddress } from '../support/world.ts'

const SUBMISSIONS = 5

/** A kill test cannot show this: the page cache outlives the process. The kernel's calls are counted instead. */
test('each submission syncs the journal before it is answered', async (context) => {
  const strace = findCommand('strace')
  if (strace === undefined) return context.skip('no strace: npm run setup')
  const world = await openWorld()
  try {
    await world.startTerminal()
    const page = await openPageClient(await startAddress(world.shell()))
    const catalogue = await page.catalogue()
    await world.stack.bench.network.cut()
    await world.logged('connection-changed', (line) => line.connection === 'no-network')
    putCard(world.stack.bench, 'zhou-mingyuan')
    await page.card()

    const output = join(mkdtempSync(join(tmpdir(), 'bianmin-strace-')), 'calls')
    const pid = world.shell().process.pid
    const tracer = spawn(strace, ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', output, '-p', String(pid)])
    const attached = new Promise<void>((resolve, reject) => {
      tracer.stderr.on('data', (text: Buffer) => {
        if (text.includes('attached')) resolve()
        else if (/not permitted|denied/i.test(String(text))) reject(new Error(String(text)))
      })
    })
    const ended = new Promise<void>((resolve) => tracer.once('exit', () => resolve()))
    try {
      await attached
    } catch (error) {
      return context.skip(`strace may not attach here: ${String(error)}`)
    }
    for (let i = 0; i < SUBMISSIONS; i++) await submit(page, registration(catalogue))
    tracer.kill('SIGINT')
    await ended
    page.close()

    const calls = readFileSync(output, 'utf8').split('\n')
    const ofJournal = calls.filter((line) => /(fsync|fdatasync)\(\d+<[^>]*journal[^>]*>/.test(line))
    expect(ofJournal.length).toBeGreaterThanOrEqual(SUBMISSIONS)
  } finally {
    await world.close()
  }
})
