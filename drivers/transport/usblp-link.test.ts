import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import type { ByteLink, LinkFault } from './byte-link.ts'
import type { Clock } from './clock.ts'
import { openLink } from './open-link.ts'
import { openPtyPair } from './pty-pair.ts'
import { openUsbLpLink, WRITE_STALL_MS } from './usblp-link.ts'

/** A PTY is a character device that takes and gives bytes without blocking too: it stands in for /dev/usb/lp0. */
async function setUp(ctx: TestContext) {
  const pair = await openPtyPair()
  if (!pair.ok) return ctx.skip(pair.detail)
  onTestFinished(() => pair.close())
  const printer = await openLink(`serial://${pair.ends[1]}`, 3_000)
  if (!printer.ok) throw new Error(printer.detail)
  onTestFinished(() => printer.link.close())
  return { pair, path: pair.ends[0], printer: printer.link }
}

const ended = (link: ByteLink) => new Promise<LinkFault>((resolve) => link.onClose(resolve))

function received(link: ByteLink, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0)
    link.onData((bytes) => {
      all = Buffer.concat([all, bytes])
      if (all.length >= length) resolve(all)
    })
  })
}

async function opened(path: string): Promise<ByteLink> {
  const result = await openLink(`usblp://${path}`, 3_000)
  if (!result.ok) throw new Error(result.detail)
  onTestFinished(() => result.link.close())
  return result.link
}

describe('usblp links', () => {
  it('carry bytes both ways over a character device, also more than it takes at once', async (ctx) => {
    const { path, printer } = await setUp(ctx)
    const link = await opened(path)
    const job = Buffer.alloc(200_000, 0x55)
    const atPrinter = received(printer, job.length)
    const answer = received(link, 1)
    await link.write(job)
    expect((await atPrinter).equals(job)).toBe(true)
    await printer.write(Uint8Array.of(0x12))
    expect([...(await answer)]).toEqual([0x12])
  })

  it('keep the order of writes that were not waited for', async (ctx) => {
    const { path, printer } = await setUp(ctx)
    const link = await opened(path)
    const atPrinter = received(printer, 60_006)
    void link.write(Buffer.alloc(60_000, 0x01))
    void link.write(Buffer.from('second'))
    expect((await atPrinter).subarray(60_000).toString()).toBe('second')
  })

  it('end when the printer is pulled', async (ctx) => {
    const { path, pair } = await setUp(ctx)
    const link = await opened(path)
    const gone = ended(link)
    await pair.close()
    expect((await gone).fault).toBe('lost')
    await link.write(Buffer.from('into the void'))
  })

  it('tell our own closing as such and free the device', async (ctx) => {
    const { path } = await setUp(ctx)
    const link = await opened(path)
    const gone = ended(link)
    await link.close()
    expect((await gone).fault).toBe('closed')
    await (await opened(path)).close()
  })

  it('end when a printer takes no bytes', async (ctx) => {
    const pair = await openPtyPair()
    if (!pair.ok) return ctx.skip(pair.detail)
    onTestFinished(() => pair.close())
    // Nobody reads at the other end; time goes by only while the device refuses bytes.
    let nowMs = 0
    const clock: Clock = {
      nowMs: () => nowMs,
      after(delayMs, run) {
        const timer = setImmediate(() => {
          nowMs += delayMs
          run()
        })
        return () => clearImmediate(timer)
      },
    }
    const result = await openUsbLpLink('usblp:', { scheme: 'usblp', path: pair.ends[0] }, clock)
    if (!result.ok) throw new Error(result.detail)
    onTestFinished(() => result.link.close())
    const gone = ended(result.link)
    await result.link.write(Buffer.alloc(4_000_000))
    expect(await gone).toEqual({ fault: 'timed-out', detail: `${pair.ends[0]} took no byte for ${WRITE_STALL_MS} ms` })
  })

  it('are not opened over what is not there or is no device', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usblp-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(await openLink('usblp:///dev/usb/lp99', 3_000)).toMatchObject({ ok: false, fault: 'not-found' })
    expect(await openLink(`usblp://${file}`, 3_000)).toMatchObject({ ok: false, fault: 'not-found' })
    expect(await openLink(`usblp://${folder}`, 3_000)).toMatchObject({ ok: false, fault: 'not-found' })
  })
})
