import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { access, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

/** Copies of a whole PGlite database as one tarball. For PostgreSQL there is pg_dump. */

export function pgliteFolder(dataDir: string): string {
  return join(dataDir, 'pglite')
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/**
 * Writes a consistent copy of the database, on disk before this returns. Nobody else may have the folder open.
 * @throws EEXIST rather than write over a file.
 */
export async function dumpPGlite(dataDir: string, file: string): Promise<{ bytes: number; sha256: string }> {
  const db = await PGlite.create(pgliteFolder(dataDir))
  let content: Buffer
  try {
    content = Buffer.from(await (await db.dumpDataDir('gzip')).arrayBuffer())
  } finally {
    await db.close()
  }
  const out = await open(file, 'wx', 0o600)
  try {
    await out.writeFile(content)
    await out.sync()
  } finally {
    await out.close()
  }
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return { bytes: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') }
}

/** Makes a database folder from such a copy. The folder must not exist yet. */
export async function loadPGlite(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const db = await PGlite.create({ dataDir: pgliteFolder(dataDir), loadDataDir: await openAsBlob(file) })
  await db.close()
}
