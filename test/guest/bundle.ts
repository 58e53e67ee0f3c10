import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { CHECKOUT } from './parts.ts'

/** In the guest there is no serial port and no room for one: what would open it says so. */
const NO_SERIAL_PORTS = `export class SerialPort { constructor() { throw new Error('no serial ports in the guest') } }`

const withoutSerialPorts: Plugin = {
  name: 'without-serial-ports',
  enforce: 'pre',
  resolveId: (source) => (source === 'serialport' ? '\0serialport' : undefined),
  load: (id) => (id === '\0serialport' ? NO_SERIAL_PORTS : undefined),
}

/** The program that runs inside the guest as one file, all but node-hid in it. */
export async function bundleInside(folder: string): Promise<Uint8Array> {
  await build({
    root: CHECKOUT,
    configFile: false,
    logLevel: 'warn',
    plugins: [withoutSerialPorts],
    build: {
      ssr: join(import.meta.dirname, 'inside/main.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'main.mjs', codeSplitting: false } },
    },
    ssr: { noExternal: true, external: ['node-hid'], target: 'node' },
  })
  return readFileSync(join(folder, 'main.mjs'))
}
