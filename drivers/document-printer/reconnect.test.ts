import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createDocumentPrinter } from './driver.ts'
import type { IppPost, PostInput, PostResult } from './http-post.ts'
import { samplePdf } from './sample-pdf.ts'
import { createSimulatedAnswerer } from './simulated-answers.ts'
import { createSimulatedMachine } from './simulated-printer.ts'
import { createManualClock } from './testing/manual-clock.ts'

/** The driver on a clock that only the test moves, and a wire without a network. */
function setUp(respond: (input: PostInput) => PostResult) {
  const clock = createManualClock()
  const createPost = (): IppPost => ({ post: async (input) => respond(input), close: () => undefined })
  const ignore = (): void => undefined
  const printer = createDocumentPrinter({
    url: 'ipp://192.0.2.7/ipp/print',
    clock,
    createPost,
    onEvent: ignore,
    log: ignore,
  })
  onTestFinished(() => printer.stop())
  /** The driver is through with all that it does without time. */
  const settled = async (): Promise<void> => {
    const set = clock.waiting()
    await turn()
    if (set !== clock.waiting() || set === 0) await settled()
  }
  return { clock, printer, settled }
}

const REFUSED: PostResult = { ok: false, fault: 'refused', detail: 'nobody there', left: false }

it('a printer that is not there is looked for after 250 ms, twice as long, and so on to 10 s', async () => {
  const { clock, printer, settled } = setUp(() => REFUSED)
  printer.start()
  const delaysMs: number[] = []
  for (let attempt = 0; attempt < 9; attempt += 1) {
    await settled()
    delaysMs.push(clock.next())
  }
  expect(delaysMs).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
  expect(printer.state()).toEqual({ state: 'unplugged', cause: 'refused', at: 'device' })
})

it('an idle printer is asked every two seconds', async () => {
  const { answer } = simulated()
  const idle = setUp((input) => ({ ok: true, bytes: answer(input) }))
  idle.printer.start()
  await idle.settled()
  expect(idle.printer.state()).toEqual({ state: 'ready', warnings: [] })
  expect(idle.clock.next()).toBe(2000)
  await idle.settled()
  expect(idle.clock.next()).toBe(2000)
})

it('questions about a job come further and further apart, up to half a second', async () => {
  const { answer, machine } = simulated()
  machine.set({ hung: true })
  const { clock, printer, settled } = setUp((input) => ({ ok: true, bytes: answer(input) }))
  printer.start()
  await settled()
  const printing = printer.print({ jobId: 'job', pdf: samplePdf(1), timeoutMs: 60_000 })
  const delaysMs: number[] = []
  let result: unknown
  void printing.then((r) => {
    result = r
  })
  while (result === undefined) {
    await settled()
    if (result === undefined) delaysMs.push(Math.round(clock.next()))
  }
  // The look at the idle printer that was due stands among them.
  const follow = delaysMs.filter((ms) => ms !== 2000)
  expect(follow.slice(0, 6)).toEqual([20, 26, 34, 44, 57, 74])
  expect(Math.max(...follow.slice(0, 40))).toBe(500)
  expect(result).toMatchObject({ ok: false, fault: 'timed-out', paper: 'unknown' })
})

function simulated() {
  const clock = createManualClock()
  const machine = createSimulatedMachine({ clock, msPerPage: 1, lies: () => false, onActivity: () => undefined })
  const answerer = createSimulatedAnswerer(
    {
      uri: () => 'ipp://192.0.2.7/ipp/print',
      formats: ['application/pdf'],
      sides: ['one-sided'],
      media: [],
      maxCopies: 1,
      knowsCreateJob: true,
      keepsHistory: true,
      countsImpressions: true,
      suffix: '',
      stopsForTroubles: true,
      errorPolicy: undefined,
      oneJobAtATime: true,
    },
    {
      refuseJobs: undefined,
      busy: false,
      notAccepting: false,
      saysNone: false,
      moreReasons: [],
      deviceUri: undefined,
      forgetsCounts: false,
    },
    machine,
  )
  const answer = ({ parts }: PostInput): Uint8Array => answerer(Uint8Array.from(Buffer.concat(parts)))
  return { machine, answer }
}
