import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createORPCClient, safe } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeClaim } from '../envelope/enrolment.ts'
import { verifyKeySet } from '../envelope/key-set.ts'
import { verifyPackage } from '../envelope/package.ts'
import { generateSigningKey } from '../envelope/signing-key.ts'
import { hubContract } from '../protocol/hub-api.ts'
import { ProvisioningSchema } from '../protocol/keys.ts'
import { CatalogueSchema, type ServiceItem as Item } from '../protocol/service-item.ts'
import { s02Pension } from './sample/s02-pension.ts'
import { terminalOf } from './test-hub.ts'
import { seedHubFolder } from './test-seed.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
/** PGlite takes seconds to make a database on a busy machine, and this test starts it four times. */
const SLOW_MS = 120_000

let folder: string
const running = new Set<ChildProcess>()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-main-'))
})
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, '--data', join(folder, 'data'), '--port', '0', ...args], {
    env: withoutDatabase(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const ready = JSON.parse(line) as { event: string; url: string; dataDir: string }
  const client: ContractRouterClient<typeof hubContract> = createORPCClient(
    new OpenAPILink(hubContract, { url: ready.url }),
  )
  const stop = async () => {
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    running.delete(child)
    return code
  }
  return { ready, client, stop }
}

function run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: withoutDatabase() }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

function withoutDatabase(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...env } = process.env
  return { ...env, NODE_ENV: 'test' }
}

test('a hub starts, provisions, takes in, stops cleanly, and knows everything after a restart', {
  timeout: SLOW_MS,
}, async () => {
  const data = join(folder, 'data')
  const file = join(folder, 'terminal.json')
  const first = await start('--provision', `T-1=${file}`)
  expect(first.ready).toEqual({
    event: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    dataDir: data,
  })
  const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  expect(provisioning).toMatchObject({ hubUrl: first.ready.url, terminalId: 'T-1' })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(data, 'root-key.json'))).mode & 0o777).toBe(0o600)

  const { keySet: jws } = await first.client.getKeySet()
  const trusted = await verifyKeySet(jws, provisioning.rootKeySha256)
  if (!trusted.ok) throw new Error(trusted.fault)
  const { key: deviceKey } = await generateSigningKey()
  const claim = await makeClaim({ terminalId: 'T-1', code: provisioning.enrolmentCode, deviceKey })
  await first.client.enrol({ terminalId: 'T-1', claim })
  const terminal = terminalOf(trusted.keySet, 'T-1', deviceKey)
  const [sent, later] = [await terminal.seal(), await terminal.seal()]
  const { receipt } = await first.client.putSubmission(sent)

  const second = await run('--data', data, '--port', '0')
  expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('data-folder.in-use') })
  expect(await first.stop()).toBe(0)

  const out = join(folder, 'hub.jsonl')
  expect(await run('export', '--data', data, '--out', out, '--no-envelope')).toMatchObject({ code: 0 })
  const lines = (await readFile(out, 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ submission_id: sent.submissionId, sha256: sent.sha256, hub_sequence: 1, receipt }),
  ])
  expect(lines[0]).not.toContain('"envelope"')

  const again = await start('--provision', `T-1=${file}`)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(provisioning)
  expect(await again.client.getKeySet()).toEqual({ keySet: jws })
  expect(await again.client.getReceipt({ submissionId: sent.submissionId })).toMatchObject({ receipt })
  expect(await again.client.putSubmission(sent)).toMatchObject({ receipt })
  await again.client.putSubmission(later)
  const list = await (await fetch(again.ready.url)).text()
  for (const { sha256 } of [sent, later]) expect(list).toContain(sha256.slice(0, 12))
  expect(await again.stop()).toBe(0)
})

test('backup, confirm, restore into another folder under a new epoch; publish and new keys on the way', {
  timeout: SLOW_MS,
}, async () => {
  const data = join(folder, 'data')
  await seedHubFolder(data)
  const file = join(folder, 'terminal.json')
  const first = await start('--provision', `T-1=${file}`)
  const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const { keySet: jws } = await first.client.getKeySet()
  const trusted = await verifyKeySet(jws, provisioning.rootKeySha256)
  if (!trusted.ok) throw new Error(trusted.fault)
  const { key: deviceKey } = await generateSigningKey()
  const claim = await makeClaim({ terminalId: 'T-1', code: provisioning.enrolmentCode, deviceKey })
  await first.client.enrol({ terminalId: 'T-1', claim })
  const terminal = terminalOf(trusted.keySet, 'T-1', deviceKey)
  const sent = await terminal.seal()
  const { hub: before } = await first.client.putSubmission(sent)
  await first.stop()

  const line = async (...args: readonly string[]) => {
    const ended = await run(...args)
    const said = JSON.parse(ended.stdout) as { readonly event: string; readonly hubEpoch?: string }
    return { code: ended.code, ...said }
  }
  const copy = join(folder, 'copy.tar.gz')
  expect(await line('backup', '--data', data, copy)).toMatchObject({ code: 0, event: 'backup-written', through: 1 })
  expect((await stat(copy)).mode & 0o777).toBe(0o600)
  expect(await line('backup', '--data', data, copy)).toMatchObject({ code: 1, event: 'backup-refused' })
  expect(await line('backed-up', '--data', data, '--through', '2')).toMatchObject({ code: 1, fault: 'not-begun' })
  expect(await line('backed-up', '--data', data, '--through', '1')).toMatchObject({ code: 0, backedUpThrough: 1 })
  expect(await line('rotate-keys', '--data', data, '--use', 'seal')).toMatchObject({ code: 0, event: 'rotated' })
  const topics = join(folder, 'topics.json')
  await writeFile(topics, JSON.stringify({ topics: [{ id: 'old-age', title: { zh: '养老' }, itemIds: ['S02'] }] }))
  expect(await line('publish', '--data', data, 'topics', topics)).toMatchObject({ code: 0, version: 1 })
  expect(await line('publish', '--data', data, 'policies', topics)).toMatchObject({ code: 1, event: 'publish-refused' })
  expect(await line('restore', '--data', data, copy)).toMatchObject({ code: 1, event: 'restore-refused' })

  const other = join(folder, 'other')
  const restored = await line('restore', '--data', other, copy)
  expect(restored).toMatchObject({ code: 0, event: 'restored', hubSequence: 1, backedUpThrough: null })
  expect(restored.hubEpoch).not.toBe(before?.hubEpoch)
  const again = await start('--data', other)
  const held = await again.client.putSubmission(sent)
  expect(held.hub).toEqual({ hubEpoch: restored.hubEpoch, hubSequence: 1, backedUpThrough: null })
  expect(await again.client.getKeySet()).toEqual({ keySet: jws })
  expect((await safe(again.client.getPackage({ kind: 'topics' }))).error).toMatchObject({ code: 'NOT_PUBLISHED' })
  const catalogue = await again.client.getPackage({ kind: 'catalogue' })
  if (!catalogue.changed) throw new Error('unchanged')
  expect(await verifyPackage(catalogue, trusted.keySet)).toMatchObject({ manifest: { hubEpoch: restored.hubEpoch } })
  await again.stop()
})

test('service items are published to a hub that stands, and to one that runs; all of a file or nothing', {
  timeout: SLOW_MS,
}, async () => {
  const data = join(folder, 'data')
  await seedHubFolder(data)
  const first = await start()
  const file = join(folder, 'items.json')
  const seen: Item = structuredClone(s02Pension)
  const write = (...items: readonly Item[]) => writeFile(file, JSON.stringify({ kind: 'items', items }))
  const publish = async () => {
    const ended = await run('publish', '--data', data, file, '--json')
    return { code: ended.code, ...JSON.parse(ended.stdout) }
  }
  await write({ ...seen, id: 'L100' })
  expect(await publish()).toMatchObject({ code: 0, event: 'published', version: 2, added: ['L100'] })
  await write({ ...seen, id: 'L101' }, { ...seen, use: { zh: '别的话' } })
  expect(await publish()).toMatchObject({
    code: 1,
    event: 'publish-refused',
    complaints: [{ place: 'items[1] S02, version' }],
  })
  const ids = async (client: typeof first.client) => {
    const answer = await client.getPackage({ kind: 'catalogue' })
    if (!answer.changed) throw new Error('unchanged')
    return CatalogueSchema.parse(JSON.parse(answer.content)).items.map(({ id }) => id)
  }
  expect((await ids(first.client)).filter((id) => id.startsWith('L'))).toEqual(['L100'])
  await first.stop()

  await write({ ...seen, id: 'L101' })
  expect(await publish()).toMatchObject({ code: 0, version: 3, added: ['L101'] })
  // The sample of a new start does not take the place of what was published.
  const again = await start()
  expect((await ids(again.client)).filter((id) => id.startsWith('L'))).toEqual(['L100', 'L101'])
  await again.stop()
})

test('staff: a badge file and a PIN, at a hub that stands and at one that runs; neither is at the hub', {
  timeout: SLOW_MS,
}, async () => {
  const data = join(folder, 'data')
  await seedHubFolder(data)
  const first = await start()
  const staff = async (...args: readonly string[]) => {
    const ended = await run('staff', ...args, '--data', data, '--json')
    return { code: ended.code, ...(ended.stdout === '' ? {} : JSON.parse(ended.stdout)) }
  }
  const badge = join(folder, 'li.svg')
  const added = await staff('add', '李静', '--badge', badge)
  expect(added).toMatchObject({ code: 0, event: 'staff-added', number: '0001', name: '李静', terminals: 'all' })
  expect(added.pin).toMatch(/^\d{6}$/)
  expect((await stat(badge)).mode & 0o777).toBe(0o600)
  expect(await readFile(badge, 'utf8')).toContain('帮办员 0001')
  expect(await staff('add', '吴平', '--badge', badge)).toMatchObject({ code: 1, event: 'staff-refused' })
  await first.stop()

  const his = join(folder, 'wu.svg')
  const given = await staff('add', '吴平', '--badge', his, '--terminals', 'T-1,T-2', '--pin', '314159')
  expect(given).toMatchObject({ code: 0, number: '0002', terminals: ['T-1', 'T-2'] })
  expect(given).not.toHaveProperty('pin')
  expect(await staff('list')).toMatchObject({ code: 0, staff: [{ number: '0001' }, { number: '0002' }] })
  expect(await staff('remove', '0001')).toMatchObject({ code: 0, event: 'staff-removed' })
  expect(await staff('remove', '0001')).toMatchObject({ code: 1, event: 'staff-refused', why: 'not-staff' })
  expect(await staff('list')).toMatchObject({ staff: [{ number: '0002', terminals: ['T-1', 'T-2'] }] })
  expect(await staff('add', '李静')).toMatchObject({ code: 2 })
  expect(await staff('add', '李静', '--badge', 'x', '--pin', '12')).toMatchObject({ code: 2 })
})

test('a slip on the command line is told in a sentence, before anything is made', async () => {
  const data = join(folder, 'data')
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('--data DIR is missing') })
  expect(await run('--data', data, '--port', '99999')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--port'),
  })
  expect(await run('--data', data, '--provision', 'T-1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('TERMINAL-ID=FILE'),
  })
  expect(await run('--data', data, '--datta', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--datta'),
  })
  const broken = join(folder, 'catalogue.json')
  await writeFile(broken, '{"kind":"catalogue"}')
  const noCatalogue = await run('--data', data, '--catalogue', broken)
  expect(noCatalogue).toMatchObject({ code: 1, stderr: expect.stringContaining(broken) })
  await expect(stat(data)).rejects.toThrow('ENOENT')
  expect(await run('publish', '--data', data, 'topics')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('KIND FILE'),
  })
  expect(await run('export', 'x', '--data', data, '--out', 'y')).toMatchObject({ code: 2 })
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--provision') })
})
