import { describe, expect, it } from 'vitest'
import { samplePdf } from './sample-pdf.ts'
import { expectRecovered, ready } from './testing/harness.ts'

describe('an answer that is lost', () => {
  it('to Create-Job: the job is found by its name, and there is one', async () => {
    const bench = await ready()
    bench.simulator.loseAnswerTo('createJob')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().createJob).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('or a Create-Job that never arrived: a former job of the name is not taken for it', async () => {
    const bench = await ready()
    expect(await bench.print('job')).toMatchObject({ ok: true })
    bench.simulator.dropRequest('createJob')
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
    expect(bench.simulator.requests()).toMatchObject({ sendDocument: 1, cancelJob: 0 })
  })

  it('to Send-Document: the job is followed, and the document is not sent again', async () => {
    const bench = await ready()
    bench.simulator.loseAnswerTo('sendDocument')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().sendDocument).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('to Print-Job: the same', async () => {
    const bench = await ready({ knowsCreateJob: false })
    bench.simulator.loseAnswerTo('printJob')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().printJob).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('to Print-Job, and the printer does not list the job: nobody knows', async () => {
    const bench = await ready({ knowsCreateJob: false })
    bench.simulator.hang()
    bench.simulator.loseAnswerTo('printJob')
    const printing = bench.print('job')
    await bench.simulator.until(() => bench.simulator.requests().printJob === 1)
    bench.simulator.jobVanishes()
    expect(await printing).toMatchObject({ ok: false, fault: 'unplugged', paper: 'unknown' })
    expect(bench.simulator.requests().printJob).toBe(1)
    bench.simulator.hang(false)
    await expectRecovered(bench)
  })

  it('to Print-Job of a document that was printed before under the same name: the former one tells nothing', async () => {
    const bench = await ready({ knowsCreateJob: false })
    expect(await bench.print('job')).toMatchObject({ ok: true })
    bench.simulator.pullPlugAfterBytes(20_000)
    expect(await bench.print('job', { pdf: samplePdf(200) })).toMatchObject({ ok: false, paper: 'unknown' })
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('because the connection broke in the middle of the document: no paper, and the empty job is gone', async () => {
    const bench = await ready()
    bench.simulator.pullPlugAfterBytes(20_000)
    const pdf = samplePdf(200)
    expect(pdf.length).toBeGreaterThan(40_000)
    expect(await bench.print('job', { pdf, pages: 200 })).toMatchObject({
      ok: false,
      fault: 'unplugged',
      paper: 'nothing',
    })
    expect(bench.simulator.jobStates()).toEqual(['canceled'])
    await expectRecovered(bench)
  })
})
