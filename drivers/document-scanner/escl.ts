import type { Asked, BackendOptions, Look, OpenedScanner, ScannerBackend } from './backend.ts'
import { type EsclCapabilities, readCapabilities } from './capabilities.ts'
import { runEsclJob } from './escl-job.ts'
import { createHttpPort, type HttpAnswer } from './http.ts'
import { createJobDeletion, type JobNote } from './job-deletion.ts'
import type { EsclAddress } from './scanner-url.ts'
import type { DocumentScannerState } from './states.ts'
import { type EsclStatus, readStatus, stateOf } from './status.ts'
import { MAX_XML_BYTES } from './xml.ts'

/** A scanner that speaks eSCL: HTTP with XML, driverless, over the network or over USB through ipp-usb. */

export interface EsclOptions extends BackendOptions {
  readonly address: EsclAddress
  /** Names jobs that must be deleted even after this process has died. */
  readonly jobNote?: JobNote
}

export function createEsclBackend(options: EsclOptions): ScannerBackend {
  const { address, clock, timing, limits, log } = options
  const http = createHttpPort(address, clock)
  const deletion = createJobDeletion(http, options, options.jobNote)
  let capabilities: EsclCapabilities | undefined
  let lastStatus: { readonly status: EsclStatus; readonly atMs: number } | undefined

  async function ask<T>(name: string, read: (body: Uint8Array) => Asked<T>): Promise<Asked<T>> {
    const path = `${address.path}/${name}`
    const { answerTimeoutMs: timeoutMs } = timing
    const answer = await http.send({ method: 'GET', path, maxBytes: MAX_XML_BYTES, timeoutMs })
    if (!answer.ok) return { ok: false, state: stateOfFault(answer), detail: answer.detail }
    if (answer.status === 200) return read(answer.body)
    const detail = `${name} answered with status ${answer.status}${answer.location ? ` to ${answer.location}` : ''}`
    if (answer.status === 503) return { ok: false, state: { state: 'busy', cause: 'warming-up' }, detail }
    return { ok: false, state: { state: 'bad-answer', why: 'http-status' }, detail }
  }

  async function askStatus(): Promise<Asked<EsclStatus>> {
    const asked = await ask('ScannerStatus', (body): Asked<EsclStatus> => {
      const read = readStatus(body)
      return read.ok ? { ok: true, value: read.status } : notUnderstood(read)
    })
    lastStatus = asked.ok ? { status: asked.value, atMs: clock.nowMs() } : undefined
    return asked
  }

  function freshStatus(): EsclStatus | undefined {
    if (lastStatus === undefined || clock.nowMs() - lastStatus.atMs > timing.freshMs) return undefined
    return lastStatus.status
  }

  const askCapabilities = (): Promise<Asked<EsclCapabilities>> =>
    ask('ScannerCapabilities', (body) => {
      const read = readCapabilities(body)
      return read.ok ? { ok: true, value: read.capabilities } : notUnderstood(read)
    })

  async function look(): Promise<Look> {
    await deletion.catchUp()
    const status = await askStatus()
    if (!status.ok) return status
    const has = {
      feeder: capabilities?.feeder !== undefined,
      detectsPaper: capabilities?.detectsPaper === true,
    }
    return { ok: true, state: stateOf(status.value, has) }
  }

  return {
    pollMs: timing.idlePollMs,
    async open(): Promise<OpenedScanner> {
      const asked = await askCapabilities()
      if (!asked.ok) return asked
      capabilities = asked.value
      const looked = await look()
      return looked.ok ? { ...looked, ability: asked.value.ability } : looked
    },
    look,
    scan(job) {
      if (capabilities === undefined) throw new Error('scan before a good open()')
      return runEsclJob({
        job,
        capabilities,
        rootPath: address.path,
        http,
        deletion,
        askStatus,
        freshStatus,
        clock,
        timing,
        limits,
        log,
      })
    },
    interrupt: () => http.interrupt(),
    async close() {
      // The last chance to leave nothing behind.
      await deletion.catchUp()
      http.close()
    },
  }
}

function notUnderstood(read: {
  fault: 'not-understood' | 'too-long'
  detail: string
}): Extract<Asked<unknown>, { ok: false }> {
  return { ok: false, state: { state: 'bad-answer', why: read.fault }, detail: read.detail }
}

/** What a failed exchange says about the device. */
export function stateOfFault(answer: Extract<HttpAnswer, { ok: false }>): DocumentScannerState {
  switch (answer.fault) {
    case 'unplugged':
      return { state: 'unplugged', cause: answer.cause }
    case 'cut-off':
    case 'aborted':
      return { state: 'unplugged', cause: 'lost' }
    case 'no-answer':
    case 'stalled':
      return { state: 'no-answer' }
    case 'too-long':
    case 'not-understood':
      return { state: 'bad-answer', why: answer.fault }
    case 'unwanted':
      return { state: 'bad-answer', why: 'not-understood' }
  }
}
