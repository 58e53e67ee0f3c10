import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium } from '../../support/chromium.ts'
import { type Cell, FACTS } from './cell.ts'
import { ourCell } from './our-facts.ts'
import { buildPeerPage } from './peer-browser.ts'
import { peerCell } from './peer-facts.ts'

/** The six known facts (queue-and-sync.md section 1), replayed against stock RxDB push, PouchDB and ours, side by side. */
export interface PeersReport {
  readonly rxdb: string
  readonly pouchdb: string
  readonly facts: readonly {
    readonly fact: number
    readonly title: string
    readonly how: string
    /** A sentence instead of a cell: why it could not be run here. */
    readonly rxdb: Cell | string
    readonly pouchdb: Cell | string
    readonly ours: Cell | string
  }[]
}

export async function runPeers(options: {
  readonly dir: string
  readonly say: (line: string) => void
}): Promise<PeersReport> {
  const { say } = options
  const dir = join(options.dir, 'peers')
  const pageDir = join(dir, 'page')
  await mkdir(dir, { recursive: true })
  const noBrowser = findChromium() === undefined ? 'no Chromium: npm run setup' : undefined
  if (noBrowser === undefined) await buildPeerPage(pageDir)
  const facts: PeersReport['facts'][number][] = []
  for (const { number, title, how } of FACTS) {
    say(`\nfact ${number}: ${title}\n        ${how}`)
    const cells = {
      rxdb: noBrowser ?? (await peerCell(number, { name: 'rxdb', dir, pageDir })),
      pouchdb: noBrowser ?? (await peerCell(number, { name: 'pouchdb', dir, pageDir })),
      ours: noBrowser ?? (await ourCell(number, dir)),
    }
    facts.push({ fact: number, title, how, ...cells })
    for (const [name, cell] of Object.entries(cells)) say(lineOf(name, cell))
  }
  return {
    rxdb: 'RxDB 17.6.0 push replication, Dexie, strict',
    pouchdb: 'PouchDB 9.0.0 idb → express-pouchdb 4.2.0',
    facts,
  }
}

function lineOf(name: string, cell: Cell | string): string {
  if (typeof cell === 'string') return `  ${name.padEnd(8)} not run: ${cell}`
  const { queued, arrived, lost, blocked, told, note } = cell
  const counts = `queued ${queued}, arrived ${arrived}, lost ${lost}, blocked ${blocked}`
  return `  ${name.padEnd(8)} ${counts}; told: ${told === '' ? 'nothing' : told}\n           ${note}`
}
