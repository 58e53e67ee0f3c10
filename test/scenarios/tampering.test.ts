import { expect, test } from 'vitest'
import { offsets } from '../../sync/journal/test-journal.ts'
import { HOUR_MS, MINUTE_MS, type Stage, setStage } from './stage.ts'

const delivered = (stage: Stage, count: number) =>
  stage.until('delivered', () => stage.terminal().ledger.received === count, 30 * MINUTE_MS)

/** What a contact tells the hub, signed by the device. */
function contacts(stage: Stage): readonly { readonly damage: number; readonly lastDeviceSequence: number }[] {
  return stage.calls
    .filter(({ path }) => path === '/v1/contacts')
    .map(({ body }) => {
      const { claim } = JSON.parse(body.toString('utf8')) as { claim: string }
      return JSON.parse(Buffer.from(claim.split('.')[1] ?? '', 'base64url').toString('utf8'))
    })
}

/** The numbers of a terminal that its hub does not hold, below the highest that the terminal told. */
function gapsSeenByHub(stage: Stage): readonly number[] {
  const held = new Set(stage.rows().map((row) => row.deviceSequence))
  const told = contacts(stage).at(-1)?.lastDeviceSequence ?? 0
  return Array.from({ length: told }, (_, at) => at + 1).filter((sequence) => !held.has(sequence))
}

/** Where the frame of a submission lies. */
function frameOf(stage: Stage, submissionId: string) {
  const { disk } = stage.host.machine
  const wanted = `"submissionId":"${submissionId}"`
  for (const path of disk.paths().filter((each) => each.endsWith('.bmj'))) {
    const content = disk.content(path) ?? Buffer.alloc(0)
    const starts = [...offsets(content), content.length]
    const at = starts.findIndex((start, index) => content.subarray(start, starts[index + 1]).includes(wanted))
    if (at >= 0) return { path, content, from: starts[at] ?? 0, to: starts[at + 1] ?? 0 }
  }
  throw new Error(`no frame of ${submissionId}`)
}

const TAMPERED = [
  ['edited', (stage: Stage, id: string) => edit(stage, id)],
  ['removed', (stage: Stage, id: string) => remove(stage, id)],
] as const

function edit(stage: Stage, submissionId: string): void {
  const { path, from, to } = frameOf(stage, submissionId)
  stage.host.machine.disk.flip(path, Math.floor((from + to) / 2), 1)
}
function remove(stage: Stage, submissionId: string): void {
  const { path, content, from, to } = frameOf(stage, submissionId)
  stage.host.machine.disk.put(path, Buffer.concat([content.subarray(0, from), content.subarray(to)]))
}

test.each(TAMPERED)(
  'scenario 23: a waiting submission is %s on disk: found, told with the next contact, and the hub sees the gap',
  async (how, tamper) => {
    const stage = await setStage({ worker: true })
    stage.host.link.state = 'unreachable'
    const accepted = [await stage.submit(1), await stage.submit(2), await stage.submit(3)]
    const victim = accepted[1]
    if (victim === undefined) throw new Error('not accepted')
    stage.host.crash('program')
    tamper(stage, victim.submissionId)
    await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
    const { ledger } = stage.terminal()
    expect(ledger.damage).toMatchObject([{ kind: 'broken', tickets: how === 'edited' ? [victim.ticket] : [] }])
    expect(ledger.bySubmission(victim.submissionId)).toBeUndefined()
    stage.host.link.state = 'up'
    await delivered(stage, 2)
    await stage.run(5 * MINUTE_MS)
    expect(contacts(stage).at(-1)).toMatchObject({ damage: 1, lastDeviceSequence: 3 })
    expect(gapsSeenByHub(stage)).toEqual([2])
    // The number is not given again: another under it would hide the gap.
    expect(await stage.submit(4)).toMatchObject({ sequence: 4 })
    await delivered(stage, 3)
    await stage.run(5 * MINUTE_MS)
    expect(gapsSeenByHub(stage)).toEqual([2])
  },
)

test('scenario 23: the last accepted submission is edited on disk: its number is not given to another', async () => {
  const stage = await setStage()
  stage.host.link.state = 'unreachable'
  await stage.submit(1)
  const last = await stage.submit(2)
  stage.host.crash('program')
  edit(stage, last.submissionId)
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  expect(stage.terminal().ledger.damage).toHaveLength(1)
  expect(await stage.submit(3)).toMatchObject({ sequence: 3 })
  stage.host.link.state = 'up'
  await delivered(stage, 2)
  await stage.run(5 * MINUTE_MS)
  expect(contacts(stage).at(-1)).toMatchObject({ damage: 1, lastDeviceSequence: 3 })
  expect(gapsSeenByHub(stage)).toEqual([2])
})

test.each(TAMPERED)(
  'scenario 23: a delivered submission is %s on disk: the comparison says that the hub has what the journal lost',
  async (_, tamper) => {
    const stage = await setStage()
    const accepted = [await stage.submit(1), await stage.submit(2), await stage.submit(3)]
    await delivered(stage, 3)
    stage.host.crash('program')
    tamper(stage, accepted[1]?.submissionId ?? '')
    await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
    expect(stage.terminal().ledger.damage).toHaveLength(1)
    await stage.run(2 * HOUR_MS)
    expect(contacts(stage).at(-1)).toMatchObject({ damage: 1, lastDeviceSequence: 3 })
    expect(stage.said('reconcile-unlisted')).toMatchObject([
      { detail: { submissions: 1, ids: [accepted[1]?.submissionId] } },
    ])
    expect(stage.hubSaid('reconcile.difference')).toMatchObject([
      { detail: { missing: 0, mismatched: 0, unlisted: 1 } },
    ])
    expect(stage.rows()).toHaveLength(3)
  },
)
