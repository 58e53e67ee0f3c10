import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { samplePhoto } from './simulated-module.ts'
import { createProgramDecoder, NO_DECODER, PHOTO_BMP_BYTES } from './wlt-decoder.ts'

/** A program in a line of JavaScript; `input` holds what it was given. */
const program = (script: string, timeoutMs = 10_000) =>
  createProgramDecoder({
    command: process.execPath,
    args: ['-e', `const input = require('node:fs').readFileSync(0); ${script}`],
    timeoutMs,
  })

/** A picture as vendors' decoders make it; its first pixel repeats the first byte of the photo. */
const PICTURE = `
  const bmp = Buffer.alloc(${PHOTO_BMP_BYTES})
  bmp.write('BM'); bmp.writeInt32LE(102, 18); bmp.writeInt32LE(126, 22); bmp.writeUInt16LE(24, 28)
  bmp[54] = input[0]; bmp[55] = input.length & 0xff; bmp[56] = input.length >> 8;`

describe('photo decoders', () => {
  it('say that there is none', async () => {
    expect(await NO_DECODER.decode(samplePhoto())).toMatchObject({ ok: false, fault: 'no-decoder' })
  })

  it('get the photo and give a picture', async () => {
    const result = await program(`${PICTURE} process.stdout.write(bmp)`).decode(samplePhoto())
    expect(result.ok && [...result.bmp.subarray(54, 57)]).toEqual([samplePhoto()[0], 0, 4])
  })

  it.each([
    ['ends with an error', 'process.exit(3)', 'crashed', 'it ended with 3'],
    ['is killed', "process.kill(process.pid, 'SIGSEGV')", 'crashed', 'SIGSEGV'],
    ['says nothing', '', 'bad-picture', '0 bytes'],
    [
      'gives another picture',
      `${PICTURE} bmp.writeInt32LE(126, 18); process.stdout.write(bmp)`,
      'bad-picture',
      '126 × 126',
    ],
    ['gives no BMP', `${PICTURE} bmp.write('PM'); process.stdout.write(bmp)`, 'bad-picture', 'no BMP'],
    [
      'never stops giving',
      'setInterval(() => process.stdout.write(Buffer.alloc(9000)), 1)',
      'bad-picture',
      'more than',
    ],
  ])('a program that %s', async (_, script, fault, detail) => {
    const result = await program(script).decode(samplePhoto())
    expect(result).toMatchObject({ ok: false, fault })
    expect(result.ok ? '' : result.detail).toContain(detail)
  })

  it('a program that never ends is ended, with what it started', async () => {
    // The grandchild holds the output open, so that the end is only told when it is gone too.
    const hang =
      "require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' }); setInterval(() => 0, 1000)"
    expect(await program(hang, 300).decode(samplePhoto())).toMatchObject({ ok: false, fault: 'timed-out' })
    const orphan = "require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' }).unref(); process.exit()"
    expect(await program(orphan, 300).decode(samplePhoto())).toMatchObject({ ok: false, fault: 'timed-out' })
  })

  it('a program that is not there, or does not want its input', async () => {
    const missing = createProgramDecoder({ command: '/no/such/decoder' })
    expect(await missing.decode(samplePhoto())).toMatchObject({ ok: false, fault: 'crashed' })
    const deaf = createProgramDecoder({ command: 'true' })
    expect(await deaf.decode(samplePhoto())).toMatchObject({ ok: false, fault: 'bad-picture' })
  })

  it('no photo at all is not handed to it', async () => {
    expect(await program('process.exit(3)').decode(new Uint8Array(0))).toMatchObject({ ok: false, fault: 'no-photo' })
  })

  it('one photo after the other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wlt-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    // Making the folder fails while another one is at work, which takes a while.
    const alone = `const fs = require('node:fs'); fs.mkdirSync('${folder}/alone');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);`
    const decoder = program(`${alone} ${PICTURE} process.stdout.write(bmp, () => fs.rmdirSync('${folder}/alone'))`)
    const photos = [1, 2].map((first) => Uint8Array.from(samplePhoto(), (byte, at) => (at === 0 ? first : byte)))
    const results = await Promise.all(photos.map((photo) => decoder.decode(photo)))
    expect(results.map((result) => result.ok && result.bmp[54])).toEqual([1, 2])
  })
})
