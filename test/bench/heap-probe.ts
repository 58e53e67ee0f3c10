import { renameSync, writeFileSync } from 'node:fs'

/**
 * Loaded into a terminal by `node --import`: writes twice a second what its JavaScript engine uses, for whoever watches
 * it from outside. Does nothing in the processes that the terminal starts.
 */
const file = process.env.BENCH_HEAP_FILE
const EVERY_MS = 500

if (file !== undefined && process.argv[1]?.endsWith('browser-shell.ts')) {
  setInterval(() => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    writeFileSync(`${file}.next`, JSON.stringify({ heapUsed, external, arrayBuffers }))
    renameSync(`${file}.next`, file)
  }, EVERY_MS).unref()
}
