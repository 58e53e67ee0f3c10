import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What the first screen costs in script, and whether the queue's database is on its way. */
export interface FirstScripts {
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly gzipBytes: number }[]
  readonly gzipBytes: number
  /** Files on the path that hold RxDB or Dexie; none is right. */
  readonly withDatabase: readonly string[]
  /** Words that no file of the whole build holds: gone stale, so that their absence says nothing. */
  readonly staleWords: readonly string[]
}

const GZIP_LEVEL = 9
/** Words that the libraries carry as text, so that no minifier removes them: internal names and error names. */
const DATABASE_WORDS = ['_rxdb_internal', 'rxdb-dexie-', 'DexieError']

/** @param urlPaths of the scripts that the page had asked for before it could be used. */
export async function weighScripts(pageDir: string, urlPaths: readonly string[]): Promise<FirstScripts> {
  const files = []
  const withDatabase: string[] = []
  for (const path of [...new Set(urlPaths)].sort()) {
    const body = await readFile(join(pageDir, path))
    files.push({ name: basename(path), bytes: body.length, gzipBytes: gzipSync(body, { level: GZIP_LEVEL }).length })
    if (holdsDatabase(body)) withDatabase.push(basename(path))
  }
  const stale = new Set(DATABASE_WORDS)
  for (const name of await readdir(pageDir, { recursive: true })) {
    if (!name.endsWith('.js')) continue
    const body = await readFile(join(pageDir, name))
    for (const word of DATABASE_WORDS) if (body.includes(word)) stale.delete(word)
  }
  const gzipBytes = files.reduce((sum, file) => sum + file.gzipBytes, 0)
  return { files, gzipBytes, withDatabase, staleWords: [...stale] }
}

function holdsDatabase(body: Buffer): boolean {
  return DATABASE_WORDS.some((word) => body.includes(word))
}
