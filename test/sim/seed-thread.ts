import { parentPort } from 'node:worker_threads'
import { optionsOf } from './options.ts'
import type { SeedTask } from './pool.ts'
import { runWorld } from './world.ts'

/** A thread that runs one seed after another. */
const port = parentPort
if (port === null) throw new Error('this file is a thread of main.ts')
port.on('message', ({ seed, broken }: SeedTask) => {
  void runWorld(optionsOf(seed), broken).then((result) => port.postMessage(result))
})
