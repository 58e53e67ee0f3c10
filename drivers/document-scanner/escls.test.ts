import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { expectWorking, openBench, openReadyBench, watchScanner } from './testing/scanner-bench.ts'

/** A key and a certificate that nobody vouches for, as every scanner has. */
async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'escls-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')] as const
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', [...args, '-subj', '/CN=scanner', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const read = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  await rm(directory, { recursive: true, force: true })
  return read
}

it('takes the certificate that the settings name, and no other', async (ctx) => {
  if (spawnSync('openssl', ['version']).error !== undefined) ctx.skip('openssl is not installed')
  const tls = await selfSigned()
  const bench = await openBench({ tls, sheets: 2 })
  const { fingerprint256 } = new X509Certificate(tls.cert)
  try {
    const named = watchScanner(`${bench.simulator.url}?certificate=${fingerprint256}`)
    named.scanner.start()
    await named.untilState({ state: 'ready' })
    await expectWorking({ ...named, simulator: bench.simulator, close: async () => undefined })
    await named.scanner.stop()

    const other = watchScanner(`${bench.simulator.url}?certificate=${'00'.repeat(32)}`)
    other.scanner.start()
    await other.untilState({ state: 'unplugged', cause: 'no-permission' })
    expect(other.condition()).toBe('not-reachable')
    // What a maintainer needs to write it down.
    const sha256 = fingerprint256.replaceAll(':', '').toLowerCase()
    expect(JSON.stringify(other.log)).toContain(sha256)
    await other.scanner.stop()

    // Without a name, somebody whom the system trusts must vouch for it.
    const asked = bench.simulator.requests().length
    bench.scanner.start()
    await bench.untilState({ state: 'unplugged', cause: 'no-permission' })
    expect(bench.simulator.requests()).toHaveLength(asked)
  } finally {
    await bench.close()
  }
})

it('is not spoken to an address without TLS', async () => {
  const bench = await openReadyBench()
  const watched = watchScanner(bench.simulator.url.replace('escl:', 'escls:'))
  watched.scanner.start()
  await watched.untilState({ state: 'unplugged' })
  await watched.scanner.stop()
  await bench.close()
})
