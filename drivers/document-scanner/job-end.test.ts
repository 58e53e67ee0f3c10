import { describe, expect, it } from 'vitest'
import { endOf, pathOf, type Refusal } from './job-end.ts'
import type { EsclStatus } from './status.ts'

const JOB = '/eSCL/ScanJobs/1'
const job = (state: NonNullable<EsclStatus['jobs']>[number]['state']) => [{ uri: JOB, state, imagesCompleted: 1 }]
const others = [{ uri: '/eSCL/ScanJobs/0', state: 'Completed' as const, imagesCompleted: 1 }]

type Case = Partial<Omit<Refusal, 'status'>> & Partial<EsclStatus>

function end({ device = 'idle', feeder = 'empty', jobs, ...rest }: Case) {
  const refusal = { source: 'feeder', detectsPaper: true, jobPath: JOB, pages: 2, httpStatus: 404, ...rest } as const
  const ended = endOf({ ...refusal, status: { device, feeder, jobs } })
  return ended === undefined ? 'ask again' : ended.ok ? 'through' : ended.fault
}

describe('the end of a job', () => {
  it.each<[string, Case, string]>([
    ['no more pages', { jobs: job('Completed') }, 'through'],
    ['no more pages, and no list of jobs', {}, 'through'],
    ['no more pages, the list is empty', { jobs: [] }, 'through'],
    ['a new stack was put in meanwhile', { jobs: job('Completed'), feeder: 'loaded' }, 'through'],
    ['a feeder without sensor always says loaded', { detectsPaper: false, feeder: 'loaded', jobs: others }, 'through'],
    ['sheets are left and the job is forgotten', { feeder: 'loaded', jobs: others }, 'job-vanished'],
    ['cancelled at the panel', { jobs: job('Canceled') }, 'job-vanished'],
    ['aborted by itself', { jobs: job('Aborted') }, 'job-vanished'],
    ['gone, and completed', { httpStatus: 410, jobs: job('Completed') }, 'through'],
    ['gone, and not listed', { httpStatus: 410, jobs: others }, 'job-vanished'],
    ['gone, and nothing is listed ever', { httpStatus: 410 }, 'through'],
    ['nothing to begin with', { pages: 0 }, 'feeder-empty'],
    ['nothing came though paper lies there', { pages: 0, feeder: 'loaded' }, 'job-vanished'],
    ['nothing came, and who knows', { pages: 0, feeder: 'unknown' }, 'feeder-empty'],
    ['a flatbed that has no page', { source: 'flatbed', pages: 0 }, 'job-vanished'],
    ['not yet', { httpStatus: 503, feeder: 'loaded' }, 'ask again'],
    ['not yet, the last sheet is inside', { httpStatus: 503, feeder: 'empty', device: 'processing' }, 'ask again'],
    ['not yet, and jammed', { httpStatus: 503, feeder: 'jam' }, 'jam'],
    ['"conflict" for the end of the stack', { httpStatus: 409 }, 'through'],
    ['"conflict" for an empty feeder', { httpStatus: 409, pages: 0 }, 'feeder-empty'],
    ['"conflict" with paper there', { httpStatus: 409, feeder: 'loaded' }, 'device-error'],
    ['"conflict" and aborted', { httpStatus: 409, jobs: job('Aborted') }, 'device-error'],
    ['a jam', { httpStatus: 409, feeder: 'jam' }, 'jam'],
    ['a jam that says "no more"', { feeder: 'jam' }, 'jam'],
    ['a hatch', { httpStatus: 500, feeder: 'open' }, 'cover-open'],
    ['two sheets', { feeder: 'misfed' }, 'misfeed'],
    ['too many sheets', { httpStatus: 409, feeder: 'overloaded' }, 'overloaded'],
    ['a fault of the tray', { feeder: 'tray-failed' }, 'device-error'],
    ['a jam does not touch the flatbed', { source: 'flatbed', httpStatus: 503, feeder: 'jam', pages: 0 }, 'ask again'],
    ['the device has stopped', { source: 'flatbed', httpStatus: 503, device: 'stopped', pages: 0 }, 'device-error'],
    ['a server error', { httpStatus: 500 }, 'device-error'],
    ['an answer that makes no sense', { httpStatus: 302 }, 'device-error'],
  ])('%s', (_, given, expected) => {
    expect(end(given)).toBe(expected)
  })
})

describe('the place of a job', () => {
  it.each([
    ['/eSCL/ScanJobs/1', JOB],
    ['http://192.0.2.7:80/eSCL/ScanJobs/1', JOB],
    ['https://somewhere-else.example/eSCL/ScanJobs/1', JOB],
    // Xerox B205: an address that is cut short (sane-airscan knows it too).
    ['http://[fe80/eSCL/ScanJobs/1', JOB],
    [undefined, undefined],
    ['', undefined],
    ['/', undefined],
    ['http://192.0.2.7', undefined],
    ['eSCL/ScanJobs/1', undefined],
    ['/a b', undefined],
    ['/a\r\nX: 1', undefined],
    [`/${'x'.repeat(2000)}`, undefined],
  ])('%j is %j', (location, path) => {
    expect(pathOf(location)).toBe(path)
  })
})
