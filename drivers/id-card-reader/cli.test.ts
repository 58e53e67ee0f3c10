import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SAMPLE_PERSONS } from './sample-persons.ts'
import { createCardReaderSimulator } from './simulator.ts'

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url))

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString('utf8')
    })
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString('utf8')
    })
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

async function simulated() {
  const simulator = createCardReaderSimulator({ baud: 0 })
  onTestFinished(() => simulator.close())
  return { simulator, url: await simulator.listen() }
}

describe("the maintainer's tool", () => {
  it('explains itself, and says what is wrong with a command line', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('--show-fields')
    const wrong = await run('watch', '--url', 'tcp://127.0.0.1:1', '--count', 'many')
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('--count "many" is not a whole number')
  })

  it('asks the module, and exits 1 when it does not answer well', async () => {
    const { simulator, url } = await simulated()
    expect(await run('id', '--url', url, '--json')).toMatchObject({
      code: 0,
      out: '{"ok":true,"samId":"05.01-20120101-0000000001-0000000001"}\n',
    })
    simulator.setSamFault(0x66)
    expect(await run('status', '--url', url, '--json')).toMatchObject({
      code: 1,
      out: '{"ok":false,"fault":"refused","sw3":"66"}\n',
    })
    await simulator.unplug()
    expect(await run('status', '--url', url, '--json')).toMatchObject({ code: 1 })
  })

  it('shows personal data only when asked to', async () => {
    const { simulator, url } = await simulated()
    const [person] = SAMPLE_PERSONS
    if (person === undefined) throw new Error('no sample person')
    simulator.putCard(person)
    const discreet = await run('watch', '--url', url, '--count', '1', '--json')
    expect(discreet.code).toBe(0)
    expect(discreet.out).toContain('"card":{"cardType":"citizen"}')
    expect(discreet.out + discreet.err).not.toContain(person.fields.name)
    simulator.putCard(person)
    const open = await run('watch', '--url', url, '--count', '1', '--json', '--show-fields')
    expect(open.out).toContain(person.fields.number)
  })

  it('reads one card and tells how much came, the rest only when asked', async () => {
    const { simulator, url } = await simulated()
    const person = SAMPLE_PERSONS.find(({ fingerprintBytes }) => fingerprintBytes === 1024)
    if (person === undefined) throw new Error('no sample person with fingerprints')
    simulator.putCard(person)
    const all = ['--fingerprint', '--address', '--management']
    const read = await run('read', '--url', url, '--json', '--show-fields', ...all)
    expect(read).toMatchObject({ code: 0, err: '' })
    const { tookMs, ...told } = JSON.parse(read.out)
    expect(tookMs).toBeGreaterThan(0)
    const { cardType, fields, additionalAddress, managementNumber } = person
    expect(told).toEqual({
      ok: true,
      card: { cardType, fields, additionalAddress, managementNumber },
      wltBytes: 1024,
      fingerprintBytes: 1024,
      photo: 'no-decoder',
    })
    simulator.putCard(person)
    const discreet = await run('read', '--url', url)
    expect(discreet.out).not.toContain(fields.name)
    simulator.takeCard()
    expect(await run('read', '--url', url, '--json', '--wait', '0')).toMatchObject({ code: 1 })
  })
})
