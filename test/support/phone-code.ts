import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { ROOT } from '../../electron/dev/stack.ts'

const MadeSchema = z.object({ event: z.literal('code-made'), code: z.string() })
const run = promisify(execFile)

/** What a made-up person's phone shows, made as the hub's keeper makes it: by `npm run hub -- code`. */
export async function phoneCode(dataDir: string, name: string, idNumber: string): Promise<string> {
  const args = ['code', name, idNumber, '--data', join(dataDir, 'hub'), '--json']
  const { stdout } = await run(process.execPath, [join(ROOT, 'sync/hub/main.ts'), ...args])
  return MadeSchema.parse(JSON.parse(stdout)).code
}
