import { join } from 'node:path'
import { type Disk, type DiskFile, diskErrorCode, readWhole } from './disk.ts'
import { hiddenIn, ticketsIn } from './evidence.ts'
import type { Damage } from './journal-api.ts'
import type { Log } from './log.ts'
import { type Segment, segmentName } from './segment.ts'

const KEPT = /^torn-(\d{6})-(\d+)(?:-\d+)?\.bin$/

/**
 * Cuts an unfinished write off the last segment. Its bytes are kept in `torn-….bin` beside the journal, so that nothing
 * vanishes unseen; when there is no room for that the cut is made all the same, or the terminal could not start. Returns
 * what was cut when it is not kept.
 */
export async function cutTornTail(
  disk: Disk,
  dir: string,
  segment: Segment,
  tornBytes: number,
  damageSeen: readonly Damage[],
  log: Log,
): Promise<Buffer | undefined> {
  const file = await disk.open(join(dir, segment.name), { write: true, create: false })
  try {
    const bytes = await file.read(segment.bytes, tornBytes)
    const { name: keptAs, isKept } = await nameFor(disk, dir, segment, bytes, damageSeen)
    const notKept = isKept ? undefined : await keepAside(disk, dir, keptAs, bytes)
    await file.truncate(segment.bytes)
    await file.sync()
    const place = { segment: segment.name, offset: segment.bytes, tornBytes }
    log('warn', 'journal-tail-cut', notKept === undefined ? { ...place, keptAs } : { ...place, notKept })
    return notKept === undefined ? undefined : bytes
  } finally {
    await file.close()
  }
}

/** Tails that were cut and kept aside but never journalled: a power cut came between. `next` is their first sequence. */
export async function unnotedTails(
  disk: Disk,
  dir: string,
  damageSeen: readonly Damage[],
  next: number,
): Promise<readonly Damage[]> {
  const noted = new Map<string, number>()
  for (const { kind, segment, offset } of damageSeen) {
    const key = `${segment}:${offset}`
    if (kind === 'torn-tail') noted.set(key, (noted.get(key) ?? 0) + 1)
  }
  const tails: Damage[] = []
  const names = [...(await disk.list(dir))].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  for (const name of names) {
    const [, number, offset] = KEPT.exec(name) ?? []
    if (number === undefined || offset === undefined) continue
    const key = `${segmentName(Number(number))}:${offset}`
    const left = noted.get(key) ?? 0
    noted.set(key, left - 1)
    if (left > 0) continue
    const bytes = (await readWhole(disk, join(dir, name))) ?? Buffer.alloc(0)
    tails.push(tornDamage(segmentName(Number(number)), Number(offset), bytes, next))
  }
  return tails
}

export function tornDamage(segment: string, offset: number, bytes: Buffer, next: number): Damage {
  return {
    kind: 'torn-tail',
    segment,
    offset,
    bytes: bytes.length,
    fromSequence: next,
    throughSequence: null,
    mayHoldAccepted: hiddenIn(bytes).accepted,
    tickets: [...ticketsIn(bytes)],
  }
}

/** Drafts of files that a power cut left half written. */
export async function removeDrafts(disk: Disk, dir: string): Promise<void> {
  const drafts = (await disk.list(dir)).filter((name) => name.endsWith('.tmp'))
  for (const name of drafts) await disk.remove(join(dir, name))
  if (drafts.length > 0) await disk.syncDir(dir)
}

/** A free name; or the last one's, when a power cut came after these bytes were kept and before they were cut off. */
async function nameFor(
  disk: Disk,
  dir: string,
  { number, name: segment, bytes: offset }: Segment,
  bytes: Buffer,
  damageSeen: readonly Damage[],
): Promise<{ readonly name: string; readonly isKept: boolean }> {
  const names = new Set(await disk.list(dir))
  const nameOf = (copy: number) =>
    `torn-${String(number).padStart(6, '0')}-${offset}${copy === 1 ? '' : `-${copy}`}.bin`
  let kept = 0
  while (names.has(nameOf(kept + 1))) kept += 1
  const noted = damageSeen.filter(
    (seen) => seen.kind === 'torn-tail' && seen.segment === segment && seen.offset === offset,
  )
  const last = kept > noted.length ? await readWhole(disk, join(dir, nameOf(kept))) : undefined
  return last?.equals(bytes) ? { name: nameOf(kept), isKept: true } : { name: nameOf(kept + 1), isKept: false }
}

/** Returns the disk's error code when the bytes could not be kept. */
async function keepAside(disk: Disk, dir: string, name: string, bytes: Buffer): Promise<string | undefined> {
  let file: DiskFile | undefined
  try {
    file = await disk.open(join(dir, `${name}.tmp`), { write: true, create: true })
    await file.truncate(0)
    await file.write(bytes, 0)
    await file.sync()
    await disk.rename(join(dir, `${name}.tmp`), join(dir, name))
    await disk.syncDir(dir)
    return undefined
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    await disk.remove(join(dir, `${name}.tmp`))
    return code
  } finally {
    await file?.close()
  }
}
