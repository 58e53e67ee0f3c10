import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from './atomic-file.ts'

/**
 * A folder of small files, each replaced as a whole: trust, packages, case states. Injected, so that the simulation can
 * lose what was not made durable.
 */
export interface SmallFiles {
  /** For messages: where a maintainer finds a file. */
  place(name: string): string
  /** Undefined when there is no such file. Throws what the file system throws. */
  read(name: string): Promise<string | undefined>
  /** Replaces the file so that a power cut leaves the old or the new one whole; durable once it resolved. */
  write(name: string, text: string): Promise<void>
}

/** The files of a folder, which is made when it is not there. */
export async function folderFiles(dir: string): Promise<SmallFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return filesOf(dir)
}

/** The files of a folder that is there, or is only looked into. */
export function filesOf(dir: string): SmallFiles {
  const place = (name: string) => join(dir, name)
  return {
    place,
    async read(name) {
      try {
        return await readFile(place(name), 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    write: (name, text) => writeAtomically(place(name), text),
  }
}

/** For files that may be damaged: what is no JSON is nothing. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
