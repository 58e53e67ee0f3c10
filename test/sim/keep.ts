import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { WorldResult } from './world.ts'

const NOTE = `One folder for each seed. promised.jsonl: every submission that a citizen was told is safe. hub.jsonl: every row that
the hub held in the end. key-set.jws and root.txt: the hub's keys; their signatures are those of the seeded suite
(sync/envelope/testing/seeded-suite.ts), the hashes are real SHA-256. T…/journal: each terminal's journal as its disk
held it in the end. options.json: what shaped the world; "npm run sim -- --seeds 1 --from SEED" runs it again.
`

/** Leaves what a stranger needs to recount, one folder for each seed. */
export async function keep(dir: string, { options, kept, violations, hash }: WorldResult): Promise<void> {
  if (kept === undefined) throw new Error('this world was run without being kept')
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'README.txt'), NOTE)
  const folder = join(dir, `seed-${options.seed}`)
  await mkdir(folder, { recursive: true })
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  await writeFile(join(folder, 'promised.jsonl'), lines(kept.promised))
  await writeFile(join(folder, 'hub.jsonl'), lines(kept.hubRows))
  await writeFile(join(folder, 'key-set.jws'), kept.keySet)
  await writeFile(join(folder, 'root.txt'), `${kept.rootKeySha256}\n`)
  await writeFile(join(folder, 'options.json'), `${JSON.stringify({ options, violations, hash }, null, 2)}\n`)
  for (const { terminal, path, content } of kept.journals) {
    const file = join(folder, terminal, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}
