import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCapabilities, writeScanSettings } from '../../drivers/document-scanner/protocol.ts'
import { type CurlPage, PAGE } from './escl-page.ts'
import { firstLine } from './report.ts'

/**
 * Curl doing what the driver does, in a process of its own: each message is answered with one CurlPage.
 * Usage: fork(escl-curl.ts, [CURL, http://host:port/eSCL, DIR])
 */
const [curl = '', url = '', dir = ''] = process.argv.slice(2)
const execFileAsync = promisify(execFile)
const settings = join(dir, 'scan-settings.xml')
const page = join(dir, 'page.jpg')
const WRITE = '%{time_total} %{time_connect} %{http_code} %header{location}'

async function request(to: string, ...args: string[]) {
  const { stdout } = await execFileAsync(curl, ['--silent', '--noproxy', '*', '--write-out', WRITE, ...args, to])
  const [total, connect, status = '', location = ''] = stdout.trim().split(' ')
  if (!status.startsWith('2')) throw new Error(`answered with ${status}`)
  const ms = Number(total) * 1000
  return { afterConnectMs: ms - Number(connect) * 1000, location }
}

async function writeSettings(): Promise<void> {
  await request(`${url}/ScannerCapabilities`, '--output', settings)
  const read = readCapabilities(await readFile(settings))
  if (!read.ok) throw new Error(read.detail)
  await writeFile(settings, writeScanSettings(PAGE, read.capabilities))
}

/** Posts a job, takes its page, deletes it. Only the first two count, as only they do for the driver. */
async function takePage(): Promise<CurlPage> {
  const body = ['--header', 'Content-Type: text/xml', '--data-binary', `@${settings}`]
  const job = await request(`${url}/ScanJobs`, '--output', '/dev/null', ...body)
  const got = await request(`${job.location}/NextDocument`, '--output', page)
  await request(job.location, '--output', '/dev/null', '--request', 'DELETE')
  const sha256 = createHash('sha256')
    .update(await readFile(page))
    .digest('hex')
  return { pageMs: got.afterConnectMs, orderMs: job.afterConnectMs + got.afterConnectMs, sha256 }
}

const ready = writeSettings()
process.on('message', () => {
  ready.then(takePage).then(
    (taken) => process.send?.(taken),
    (error: unknown) => process.send?.({ problem: firstLine(error) }),
  )
})
