import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Looks for planted strings in every file below some folders, in all the spellings in which a program may have left them:
 * UTF-8, UTF-16 (Chromium's own stores), base64 and base64url at any of the three places in a group, and hexadecimal.
 * What was compressed or encrypted is not found: that is what encryption is for.
 */
export interface Finding {
  readonly file: string
  readonly planted: string
  readonly spelling: string
}

/** Shorter needles would be found by chance. */
const LEAST_BYTES = 6

export async function searchPlain(folders: readonly string[], planted: readonly string[]): Promise<SearchResult> {
  const needles = planted.flatMap((text) => spellings(text).map((spelling) => ({ text, ...spelling })))
  const findings: Finding[] = []
  let files = 0
  let bytes = 0
  for (const folder of folders) {
    for (const file of await filesBelow(folder)) {
      const content = await readOrGone(file)
      if (content === undefined) continue
      files++
      bytes += content.length
      for (const { text, name, needle } of needles) {
        if (content.includes(needle)) findings.push({ file, planted: text, spelling: name })
      }
    }
  }
  return { findings, files, bytes }
}

export interface SearchResult {
  readonly findings: readonly Finding[]
  /** Read, so that a search of nothing is seen. */
  readonly files: number
  readonly bytes: number
}

function spellings(text: string): readonly { readonly name: string; readonly needle: Buffer }[] {
  const utf8 = Buffer.from(text, 'utf8')
  if (utf8.length < LEAST_BYTES) throw new Error(`"${text}" is too short to be looked for`)
  const based = [0, 1, 2].map((shift) => {
    // Only the characters that depend on the text alone.
    const whole = Buffer.concat([Buffer.alloc(shift), utf8])
      .toString('base64')
      .replace(/=+$/, '')
    return whole.slice(Math.ceil((shift * 4) / 3) + (shift === 0 ? 0 : 1), -2)
  })
  return [
    { name: 'utf-8', needle: utf8 },
    { name: 'utf-16', needle: Buffer.from(text, 'utf16le') },
    { name: 'hexadecimal', needle: Buffer.from(utf8.toString('hex')) },
    ...based.flatMap((needle) => [
      { name: 'base64', needle: Buffer.from(needle) },
      { name: 'base64url', needle: Buffer.from(needle.replaceAll('+', '-').replaceAll('/', '_')) },
    ]),
  ]
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** A running browser removes files while we read. */
async function readOrGone(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
