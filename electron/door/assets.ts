import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The built page as a fixed list of files: what is not on it does not exist, so no path can climb out. */
export interface Assets {
  /** The file of a URL path ("/" is index.html), or undefined. */
  get(urlPath: string): Promise<{ readonly body: Uint8Array; readonly type: string } | undefined>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

/** The page may load itself and nothing else (design.md section 1, idea 2). */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Nothing of a visit may lie in a cache, and a new version must be taken at once.
  'cache-control': 'no-store',
}

/** Lists a built folder. Files of unknown kinds are left out. Throws when there is no index.html: not built. */
export async function openAssets(dir: string): Promise<Assets> {
  const files = new Map<string, string>()
  // Folder by folder: readdir's own recursion is younger than the oldest Node that we run on.
  const list = async (folder: string, urlPath: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const file = join(folder, entry.name)
      if (entry.isDirectory()) await list(file, `${urlPath}${entry.name}/`)
      else if (entry.isFile() && TYPES[extname(entry.name)] !== undefined) files.set(`${urlPath}${entry.name}`, file)
    }
  }
  await list(dir, '/')
  if (!files.has('/index.html')) throw new Error(`no index.html in ${dir}: run "npm run build" first`)

  return {
    async get(urlPath) {
      const file = files.get(urlPath === '/' ? '/index.html' : urlPath)
      if (file === undefined) return undefined
      return { body: await readFile(file), type: TYPES[extname(file)] ?? 'application/octet-stream' }
    },
  }
}
