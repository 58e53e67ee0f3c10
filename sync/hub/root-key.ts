import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from '../envelope/signing-key.ts'

/** What stands in the file beside the key, for whoever finds it. */
const NOTE =
  'Offline root key of this hub. It signs key sets and nothing else. A hub in real use keeps this file on a stick in a ' +
  'safe, not on the server; the running hub does not need it. Whoever has it can pose as this hub.'

const RootFileSchema = z.object({ note: z.string(), privateJwk: z.record(z.string(), z.unknown()) })

export function rootKeyPath(dataDir: string): string {
  return join(dataDir, 'root-key.json')
}

/** The root key of a data folder, or undefined when it is not there (as it should be in real use). */
export async function readRootKey(path: string): Promise<SigningKey | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return signingKeyFromJwk({ ...RootFileSchema.parse(JSON.parse(text)).privateJwk })
}

/** Makes a root key and its file (mode 0600, on disk before this returns); refuses to write over one. */
export async function createRootKey(path: string): Promise<SigningKey> {
  const { key, privateJwk } = await generateSigningKey()
  await writeNewFile(path, `${JSON.stringify({ note: NOTE, privateJwk }, null, 2)}\n`)
  return key
}

/** Writes a private file that must not exist yet: mode 0600, file and folder synced. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
