import { parentPort } from 'node:worker_threads'
import type { WorldTask } from './pool.ts'
import { runWorld } from './world.ts'

/** A thread that runs one world after another. */
const port = parentPort
if (port === null) throw new Error('this file is a thread of main.ts')
port.on('message', ({ options, run }: WorldTask) => {
  void runWorld(options, run).then((result) => port.postMessage(result))
})
