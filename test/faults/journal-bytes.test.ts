import { appendFileSync, mkdtempSync, readdirSync, readFileSync, truncateSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal } from '../../sync/journal/journal.ts'
import { appendForeignFrame, framesIn, JournalFollower } from './journal-bytes.ts'

const AT = '2026-03-01T08:00:00.000Z'

const epoch = (number: number) => `00000000-0000-4000-8000-00000000000${number}`

/** A journal that the production module wrote: a header and so many frames. */
async function journalWith(count: number): Promise<{ dir: string; file: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'bianmin-follow-'))
  const opened = await openJournal({ dir, log: () => undefined })
  if (!opened.ok) throw new Error(opened.fault)
  for (let number = 1; number <= count; number++) {
    await opened.journal.append({ type: 'epoch-seen', at: AT, hubEpoch: epoch(number) })
  }
  await opened.journal.close()
  const name = readdirSync(dir).find((each) => each.endsWith('.bmj'))
  return { dir, file: join(dir, name ?? '') }
}

const epochs = (follower: JournalFollower) => follower.frames().flatMap(({ hubEpoch }) => hubEpoch ?? [])

test('reads what the journal wrote, frame by frame', async () => {
  const { dir } = await journalWith(2)
  expect(new JournalFollower(dir).frames().map(({ type }) => type)).toEqual(['journal', 'epoch-seen', 'epoch-seen'])
})

test('does not believe half a frame, nor one with a changed byte', async () => {
  const { file } = await journalWith(2)
  const bytes = readFileSync(file)
  expect(framesIn(bytes.subarray(0, bytes.length - 1)).frames).toHaveLength(2)
  const last = bytes.length - 3
  bytes[last] = (bytes[last] ?? 0) ^ 1
  expect(framesIn(bytes).frames).toHaveLength(2)
})

test('sees a frame that was taken back, and remembers a segment that was purged', async () => {
  const { dir, file } = await journalWith(2)
  const follower = new JournalFollower(dir)
  expect(epochs(follower)).toEqual([epoch(1), epoch(2)])
  const whole = readFileSync(file)
  truncateSync(file, whole.length - 10)
  expect(epochs(follower)).toEqual([epoch(1)])
  appendFileSync(file, whole.subarray(whole.length - 10))
  expect(epochs(follower)).toEqual([epoch(1), epoch(2)])
  unlinkSync(file)
  expect(epochs(follower)).toEqual([epoch(1), epoch(2)])
})

test('a frame of a later program is kept and passed over by this one', async () => {
  const { dir } = await journalWith(1)
  appendForeignFrame(dir, 'of-a-later-version')
  const types: string[] = []
  const opened = await openJournal({
    dir,
    log: () => undefined,
    onEntry: (entry) => types.push(entry.known ? entry.frame.type : `unknown ${entry.type}`),
  })
  if (!opened.ok) throw new Error(opened.fault)
  expect(await opened.journal.append({ type: 'epoch-seen', at: AT, hubEpoch: epoch(9) })).toMatchObject({ ok: true })
  await opened.journal.close()
  expect(types).toEqual(['epoch-seen', 'unknown of-a-later-version', 'epoch-seen'])
})
