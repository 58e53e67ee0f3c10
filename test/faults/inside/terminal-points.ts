import { writeSync } from 'node:fs'
import fsPromises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { basename } from 'node:path'
import { framesIn } from '../journal-bytes.ts'

/** What the points need of the process that they stand in. */
export interface Points {
  /** Dies here when this point was chosen. */
  come(point: string): void
  /** True when this point was chosen: the caller does half of its work and dies. */
  isHalf(point: string): boolean
  die(): void
  ahead(submissionId: string): void
  /** True once, when the next read of the journal shall fail. */
  failsRead(): boolean
}

/** Accepted, and perhaps not durable yet: id → still waits for its sync. */
const unsynced = new Set<string>()

/** What a path is about, for the name of a point; undefined: of no interest. */
function topicOf(path: string): string | undefined {
  if (/\/journal\/journal-\d{6}\.bmj$/.test(path)) return 'journal'
  if (/\/trust\//.test(path)) return 'trust'
  // A chunk is named by its hash, also while it is written aside.
  if (/[0-9a-f]{64}/.test(basename(path))) return 'chunk'
  return undefined
}

/** Several kinds of frame may share one write; a batch's receipt counts as a receipt. */
function kindsIn(bytes: Buffer): { readonly kinds: readonly string[]; readonly accepted: readonly string[] } {
  const { frames } = framesIn(bytes)
  const kinds = new Set(frames.map(({ type }) => (type === 'batch-received' ? 'received' : type)))
  const accepted = frames.filter(({ type }) => type === 'accepted').map(({ submissionId }) => String(submissionId))
  return { kinds: [...kinds], accepted }
}

type Write = (buffer: Buffer, offset?: number, length?: number, position?: number) => Promise<unknown>
type Read = (buffer: Buffer, offset?: number, length?: number, position?: number) => Promise<unknown>
type WriteFile = (data: string | Uint8Array) => Promise<void>
/** As our disks use one. */
type Handle = Omit<FileHandle, 'read' | 'write' | 'writeFile'> & { read: Read; write: Write; writeFile: WriteFile }

/** Wraps what the terminal does with files. */
export function watchDisk(points: Points): void {
  const real = { ...fsPromises }

  function watched(handle: Handle, topic: string): Handle {
    const { read, write, writeFile, datasync, sync } = handle
    let written: readonly string[] = []
    let ids: readonly string[] = []
    const name = () => (topic === 'journal' ? written : [topic])

    handle.write = async (buffer, offset = 0, length = buffer.length - offset, position) => {
      const bytes = buffer.subarray(offset, offset + length)
      if (topic === 'journal') {
        const found = kindsIn(bytes)
        written = found.kinds
        ids = [...ids, ...found.accepted]
        for (const id of found.accepted) unsynced.add(id)
      }
      for (const kind of name()) points.come(`write:${kind}:before`)
      if (name().some((kind) => points.isHalf(`write:${kind}:half`))) {
        writeSync(handle.fd, bytes.subarray(0, Math.floor(bytes.length / 2)), 0, undefined, position)
        points.die()
      }
      const result = await write.call(handle, buffer, offset, length, position)
      for (const kind of name()) points.come(`write:${kind}:after`)
      return result
    }
    handle.read = async (...args) => {
      if (topic === 'journal' && points.failsRead())
        throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
      return read.call(handle, ...args)
    }
    handle.writeFile = async (data) => {
      if (points.isHalf(`write:${topic}:half`)) {
        const bytes = Buffer.from(data as Uint8Array)
        writeSync(handle.fd, bytes.subarray(0, Math.floor(bytes.length / 2)))
        points.die()
      }
      await writeFile.call(handle, data)
    }
    for (const [method, run] of [
      ['datasync', datasync],
      ['sync', sync],
    ] as const) {
      handle[method] = async () => {
        for (const kind of name()) points.come(`sync:${kind}:before`)
        await run.call(handle)
        for (const id of ids) unsynced.delete(id)
        ids = []
        for (const kind of name()) points.come(`sync:${kind}:after`)
      }
    }
    return handle
  }

  Object.assign(fsPromises, {
    async open(path: string, ...rest: unknown[]) {
      const handle = await (real.open as (...args: unknown[]) => Promise<Handle>)(path, ...rest)
      const topic = topicOf(String(path))
      return topic === undefined ? handle : watched(handle, topic)
    },
    async rename(from: string, to: string) {
      const topic = topicOf(String(to))
      points.come(`rename:${topic}:before`)
      await real.rename(from, to)
      points.come(`rename:${topic}:after`)
    },
    async rm(path: string, ...rest: unknown[]) {
      const topic = topicOf(String(path))
      points.come(`unlink:${topic}:before`)
      await (real.rm as (...args: unknown[]) => Promise<void>)(path, ...rest)
      points.come(`unlink:${topic}:after`)
    },
    async unlink(path: string) {
      const topic = topicOf(String(path))
      points.come(`unlink:${topic}:before`)
      await real.unlink(path)
      points.come(`unlink:${topic}:after`)
    },
  })
  syncBuiltinESMExports()
}

const ID = /"submissionId":"([0-9a-f-]{36})"/g

/**
 * Sees every answer to a page on its way out: an unmasked text frame of the bridge's socket. A submission that is in it
 * with its ticket, and whose frame is not synced, was promised ahead of the journal.
 */
export function watchAnswers(points: Points): void {
  const write = Socket.prototype.write as (...args: unknown[]) => boolean
  Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
    const [chunk] = args
    const text =
      typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString('latin1') : ''
    const isAnswer = text.includes('"accepted":{') && text.includes('"ticket":"')
    if (isAnswer) {
      for (const [, id = ''] of text.matchAll(ID)) if (unsynced.has(id)) points.ahead(id)
      points.come('answer:accepted:before')
    }
    const result = write.apply(this, args)
    if (isAnswer) points.come('answer:accepted:after')
    return result
  } as Socket['write']
}

function requestKind(url: string): string {
  const path = new URL(url).pathname
  if (/^\/v1\/(submissions\/|batches)/.test(path)) return 'hand-in'
  if (/^\/v1\/chunks\//.test(path)) return 'chunk'
  if (/^\/v1\/(contacts|reconciliations|case-pulls)/.test(path)) return 'contact'
  return 'other'
}

/** Wraps the one way out. */
export function watchFetch(points: Points): void {
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const kind = requestKind(input instanceof Request ? input.url : String(input))
    points.come(`send:${kind}:before`)
    const response = await real(input, init)
    points.come(`send:${kind}:after`)
    return response
  }
}
