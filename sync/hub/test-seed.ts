import { openAsBlob } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import { isThere, pgliteFolder } from './pglite-copy.ts'

/**
 * For tests and campaigns: an empty PGlite database, made once for a checkout. Making one takes two seconds of processor
 * time, and a whole run of everything begins some four hundred. It holds no table of ours: migrations, keys and
 * catalogue are each hub's own as ever. The demo and `npm start` make theirs like a user.
 */

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const TARBALL = 'empty.tar'

/** A folder with the database itself (as pgliteFolder names it below it) and a tarball of it. Never written to. */
async function seedFolder(): Promise<string> {
  const text = await readFile(join(MODULES, '@electric-sql/pglite/package.json'), 'utf8')
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text))
  const folder = join(MODULES, '.cache/bianmin', `pglite-${version}`)
  if (!(await isThere(folder))) await makeSeed(folder)
  return folder
}

/** Several processes may do so at once; the first to finish wins. */
async function makeSeed(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const made = await mkdtemp(`${folder}-`)
  const db = await PGlite.create(pgliteFolder(made))
  const tarball = await db.dumpDataDir('none')
  await db.close()
  await writeFile(join(made, TARBALL), Buffer.from(await tarball.arrayBuffer()))
  try {
    await rename(made, folder)
  } catch (error) {
    if (!(await isThere(folder))) throw error
    await rm(made, { recursive: true })
  }
}

/** Lays an empty database into a hub's data folder, unless it has one. */
export async function seedHubFolder(dataDir: string): Promise<void> {
  if (await isThere(pgliteFolder(dataDir))) return
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await cp(pgliteFolder(await seedFolder()), pgliteFolder(dataDir), { recursive: true })
}

/** An empty database in memory. */
export async function openSeededPGlite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: await openAsBlob(join(await seedFolder(), TARBALL)) })
}
