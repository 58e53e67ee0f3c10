import { cpSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig } from 'vite'

/**
 * Builds what runs: the kiosk page (dist/kiosk), Electron's main, preload and device host as CommonJS for the oldest
 * runtime that we test on (dist/electron), and the dev dock's page (dist/dev-dock), which no production package holds.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const NODE_TARGET = 'node18'
const PAGE_TARGET = 'chrome114'
/** Native modules and what Electron itself provides: never bundled. */
const EXTERNAL = ['electron', 'serialport', '@serialport/bindings-cpp', 'node-hid', '@napi-rs/canvas']
/** For characters that a receipt printer's own font lacks (drivers/receipt-printer/glyphs.ts). */
const FONTS = join(root, 'node_modules/@fontsource-variable/noto-sans-sc/files')

function page(name: string, folder: string): InlineConfig {
  return {
    root: join(root, folder),
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: join(root, 'dist', name),
      emptyOutDir: true,
      target: PAGE_TARGET,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
    },
    worker: { format: 'es' },
  }
}

function nodeBundle(name: string, entry: string): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(root, entry),
      outDir: join(root, 'dist', 'electron'),
      emptyOutDir: false,
      target: NODE_TARGET,
      minify: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false } },
    },
    ssr: { noExternal: true, external: EXTERNAL, target: 'node' },
  }
}

const PARTS: Readonly<Record<string, () => InlineConfig>> = {
  kiosk: () => page('kiosk', 'renderer/kiosk'),
  'dev-dock': () => page('dev-dock', 'renderer/dev-dock'),
  main: () => nodeBundle('main', 'electron/main.ts'),
  preload: () => nodeBundle('preload', 'electron/preload.ts'),
  'device-host': () => nodeBundle('device-host', 'drivers/host/main.ts'),
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, help: { type: 'boolean' } } })
if (values.help) {
  console.log(`node electron/build.ts [--only ${Object.keys(PARTS).join('|')}]...`)
} else {
  const wanted = values.only ?? Object.keys(PARTS)
  for (const name of wanted) {
    const part = PARTS[name]
    if (part === undefined) throw new Error(`--only ${name}: no such part; there are ${Object.keys(PARTS).join(', ')}`)
    await build(part())
    if (name === 'device-host') {
      const filter = (path: string) => path === FONTS || path.endsWith('wght-normal.woff2')
      cpSync(FONTS, join(root, 'dist/fonts'), { recursive: true, filter })
    }
    if (!existsSync(join(root, 'dist'))) throw new Error(`nothing was built for ${name}`)
    console.error(`built ${name}`)
  }
}
