/**
 * Who may import whom (design section 3): rooms, arrows and packages, default deny, a reason a line. To change a rule,
 * change a line here.
 */
import { builtinModules } from 'node:module'
import { type ImportReference, packageOf, resolveImport } from './import-graph.ts'

/** A file belongs to the first room that fits; a file that fits none may not exist. */
const ROOMS = [
  { room: 'electron/bridge/*.contract', files: /^electron\/bridge\/.+\.contract\.ts$/ },
  { room: 'electron', files: /^electron\// },
  { room: 'drivers/*/states', files: /^drivers\/.+\/states\.ts$/ },
  { room: 'drivers', files: /^drivers\// },
  { room: 'sync/protocol', files: /^sync\/protocol\// },
  { room: 'sync/journal', files: /^sync\/journal\// },
  { room: 'sync/envelope', files: /^sync\/envelope\// },
  { room: 'sync/hub-client', files: /^sync\/hub-client\// },
  { room: 'sync/queue', files: /^sync\/queue\// },
  { room: 'sync/hub', files: /^sync\/hub\// },
  { room: 'renderer/sync-worker door', files: /^renderer\/sync-worker\/(?:client|messages)\.ts$/ },
  { room: 'renderer/sync-worker', files: /^renderer\/sync-worker\// },
  { room: 'renderer', files: /^renderer\// },
  { room: 'test/support', files: /^test\/support\// },
  { room: 'test', files: /^test\// },
  { room: 'top level', files: /^vite\.config\.ts$/ },
] as const

export type Room = (typeof ROOMS)[number]['room']

/** The room of a repository-relative path; undefined when it lies in none. */
export const roomOf = (file: string): Room | undefined => ROOMS.find(({ files }) => files.test(file))?.room

const EVERY_ROOM: readonly Room[] = ROOMS.map(({ room }) => room)

/** What each room may import besides itself. `because` is what the one who broke the rule gets to read. */
const ARROWS: Record<Room, { may: readonly Room[]; because: string }> = {
  'electron/bridge/*.contract': {
    may: ['sync/protocol', 'drivers/*/states'],
    because: 'a contract is bundled into the page and into main, so it holds names and schemas only',
  },
  electron: {
    may: [
      'electron/bridge/*.contract',
      'drivers',
      'drivers/*/states',
      'sync/protocol',
      'sync/journal',
      'sync/envelope',
      'sync/hub-client',
      'sync/queue',
    ],
    because: 'main composes devices and the terminal side of sync; it starts the hub and serves the page by built path',
  },
  'drivers/*/states': { may: [], because: 'states are pure unions that travel through the contracts into the page' },
  drivers: {
    may: ['drivers/*/states'],
    because: 'drivers deliver raw fields and know nothing else of ours; main validates what they deliver',
  },
  'sync/protocol': { may: [], because: 'what crosses the wire is known by both ends and knows neither' },
  'sync/journal': { may: ['sync/protocol'], because: 'the journal is the truth and may rest on the schemas alone' },
  'sync/envelope': { may: ['sync/protocol'], because: 'sealing may rest on the schemas alone; both ends use it' },
  'sync/hub-client': {
    may: ['sync/protocol', 'sync/envelope'],
    because: 'the one way out carries envelopes; what to send and when is the drain, what is kept is the journal',
  },
  'sync/queue': {
    may: ['sync/protocol'],
    because: 'projection and drain run in a worker and in Node over the schemas',
  },
  'sync/hub': {
    may: ['sync/protocol', 'sync/envelope'],
    because: 'the hub is the other end of the wire and shares only what crosses it',
  },
  'renderer/sync-worker door': {
    may: ['sync/protocol', 'electron/bridge/*.contract'],
    because:
      'client.ts and messages.ts are on the page, which never loads RxDB; the worker behind them is only started',
  },
  'renderer/sync-worker': {
    may: ['renderer/sync-worker door', 'sync/queue', 'sync/protocol', 'electron/bridge/*.contract'],
    because: 'the worker owns the queue and has no screen',
  },
  renderer: {
    may: ['electron/bridge/*.contract', 'sync/protocol', 'renderer/sync-worker door'],
    because: 'the page reaches main by contracts, the worker by client.ts and messages.ts, and nothing else',
  },
  'test/support': { may: EVERY_ROOM, because: 'tests may import all' },
  test: { may: EVERY_ROOM, because: 'tests may import all' },
  'top level': { may: [], because: 'tool settings know packages only' },
}

/** Tests beside the code, and what only they use: *.test.ts(x), test-*.ts, fuzz-targets.ts, and folders named testing/. */
const isTest = (file: string): boolean => /\.test\.tsx?$|\/test-[^/]+$|\/fuzz-targets\.ts$|\/testing\//.test(file)
const isIn = (room: Room | undefined, ...rooms: Room[]): boolean => room !== undefined && rooms.includes(room)

/** Rooms that run in a browser, or in both: what Node alone has must not reach them. */
const PORTABLE: Room[] = [
  'renderer',
  'renderer/sync-worker',
  'renderer/sync-worker door',
  'sync/queue',
  'sync/protocol',
  'electron/bridge/*.contract',
  'drivers/*/states',
]

const NODE_PACKAGES =
  /^(?:fastify|@fastify\/.+|pg|ws|serialport|node-hid|pino|kysely|@electric-sql\/pglite|@types\/node)$/

/** Node's own modules, with or without `node:`, its types, and packages that cannot work without it. */
const needsNode = (name: string): boolean =>
  name === 'node' || name.startsWith('node:') || builtinModules.includes(name) || NODE_PACKAGES.test(name)

type PackageRule = {
  packages: (name: string) => boolean
  allowed: (file: string, room: Room | undefined) => boolean
  because: string
}

const PACKAGE_RULES: PackageRule[] = [
  {
    packages: needsNode,
    allowed: (file, room) => isTest(file) || !isIn(room, ...PORTABLE),
    because: 'what runs in a browser has no Node module',
  },
  {
    packages: (name) => name === 'electron',
    allowed: (_, room) => isIn(room, 'electron'),
    because: 'only electron/ knows that there is Electron; everything else must run under the browser shell too',
  },
  {
    packages: (name) => /^(?:react|react-dom|@xstate\/react|@types\/react(?:-dom)?)$/.test(name),
    allowed: (_, room) => isIn(room, 'renderer'),
    because: 'React draws the screens and nothing else; worker, main and hub have none',
  },
  {
    packages: (name) => /^(?:rxdb|dexie)$/.test(name),
    allowed: (file, room) => isIn(room, 'sync/queue', 'renderer/sync-worker') || /^test\/(?:faults|bench)\//.test(file),
    because:
      'the queue owns RxDB; the page never loads it and nothing shown or printed rests on it (campaign and benchmarks run the stock one as a peer)',
  },
  {
    packages: (name) => /^playwright(?:-core)?$/.test(name),
    allowed: (file, room) =>
      isIn(room, 'test', 'test/support') || /^drivers\/receipt-printer\/.*paper[^/]*\.ts$/.test(file),
    because:
      'a driven browser is for tests, and for drawing the receipt printer simulator’s paper (a file named paper)',
  },
  {
    packages: (name) => /^(?:vitest|fast-check|fake-indexeddb)$/.test(name),
    allowed: (file, room) => isTest(file) || isIn(room, 'test', 'test/support', 'top level'),
    because: 'test tools stay out of what is shipped',
  },
]

/** One broken rule, as data and as a sentence for whoever broke it. `to` is a room, a package or a path. */
export type Violation = { file: string; line: number; from: string; to: string; because: string; sentence: string }

export function violation(file: string, line: number, from: string, to: string, because: string): Violation {
  return { file, line, from, to, because, sentence: `${file}:${line}: ${from} -> ${to} is forbidden: ${because}` }
}

const CODE_NOT_LISTED = /\.(?:[cm]ts|[cm]?jsx?)$/

/** Judges one import of one file; undefined when it is allowed. `listed`: every TypeScript file of the repository. */
export function judge(file: string, found: ImportReference, listed: ReadonlySet<string>): Violation | undefined {
  const { specifier, kind, line } = found
  const room = roomOf(file)
  if (room === undefined) return undefined // reported once, by the file itself
  if (specifier === undefined) {
    if (isTest(file) || isIn(room, 'test', 'test/support')) return undefined
    return violation(file, line, room, 'a computed path', 'a path made at run time cannot be checked; write it out')
  }
  if (/^[/#~]|^@\/|^file:/.test(specifier)) {
    return violation(file, line, room, specifier, 'we import by relative path with its extension, or by package name')
  }
  const target = resolveImport(file, specifier, listed)
  if (target === undefined) {
    const name = packageOf(specifier)
    const rule = PACKAGE_RULES.find((each) => each.packages(name) && !each.allowed(file, room))
    return rule === undefined ? undefined : violation(file, line, room, specifier, rule.because)
  }
  const targetRoom = roomOf(target)
  if (targetRoom === undefined) {
    return violation(file, line, room, target, 'it lies outside every room of the design (section 3)')
  }
  if (CODE_NOT_LISTED.test(target) && !listed.has(target)) {
    return violation(file, line, room, target, 'code is .ts or .tsx, everything else escapes this check')
  }
  if (isTest(target) && !isTest(file) && !isIn(room, 'test', 'test/support')) {
    return violation(file, line, room, target, 'what is shipped must not need a test')
  }
  if (targetRoom === room || ARROWS[room].may.includes(targetRoom)) return undefined
  if (isTest(file) && targetRoom === 'test/support') return undefined
  const startsItsWorker = room === 'renderer/sync-worker door' && targetRoom === 'renderer/sync-worker'
  if (startsItsWorker && kind === 'start') return undefined
  return violation(file, line, room, targetRoom, `${ARROWS[room].because} (${kind} import of ${specifier})`)
}
