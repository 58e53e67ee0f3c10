import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createReceiptPrinterSimulator } from './simulator.ts'

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))
const simulator = createReceiptPrinterSimulator({ speedMmPerS: 0 })
const url = await simulator.start()
afterAll(() => simulator.stop())

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

/** Each run starts a Node of its own, which a busy machine may be slow at. */
describe('command line', { timeout: 60_000 }, () => {
  it('tells the state as JSON and as advice', async () => {
    expect(await run('status', '--url', url, '--json')).toMatchObject({
      code: 0,
      out: '{"state":"ready","paperNearEnd":false}\n',
    })
    simulator.openCover()
    const open = await run('status', '--url', url)
    simulator.closeCover()
    expect(open).toMatchObject({ code: 1, out: 'cover-open\nClose the cover until it clicks.\n' })
  })

  it('prints a test receipt', async () => {
    const result = await run('print-test', '--url', url, '--json')
    expect(result.code, result.err).toBe(0)
    expect(JSON.parse(result.out)).toMatchObject({ ok: true })
    expect(simulator.papers()).toHaveLength(1)
  })

  it('explains itself when the arguments are wrong, and when there is no such printer', async () => {
    expect(await run('status')).toMatchObject({ code: 2, err: expect.stringContaining('--url') })
    expect(await run('status', '--urll', url)).toMatchObject({ code: 2, err: expect.stringContaining('--urll') })
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('print-test') })
    expect(await run('status', '--url', 'tpc://x', '--json')).toMatchObject({
      code: 1,
      out: '{"state":"unplugged","cause":"bad-url"}\n',
    })
  })
})
