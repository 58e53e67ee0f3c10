import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readings } from '../../renderer/sync-worker/search/readings.ts'
import { createSearch, type Searchable } from '../../renderer/sync-worker/search/search.ts'
import { findChromium } from '../support/chromium.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report } from './report.ts'
import { openSearchBrowser, type SearchBrowser } from './search-browser.ts'
import { makeItems, makeQuestions, QUESTION_KINDS, type Question } from './search-items.ts'
import { createPeer } from './search-peer.ts'
import { round, type Summary, summarize } from './stats.ts'

/** Issue 5. */
const LIMIT_MS = 20
const DEFAULT_ITEMS = 50_000
const DEFAULT_QUESTIONS = 1_200
/** As many as the search page asks for. */
const LIMIT = 24
const ITEMS_SEED = 1
const QUESTIONS_SEED = 2
/** Before these the engine has not compiled what it runs; a citizen's first letters meet it so, and `first` tells. */
const WARM_UP = 60

export const search: Bench = {
  about: 'items found for what is typed, in the worker of a real Chromium, beside MiniSearch over the same strings',
  run,
}

const ENGINES = ['ours', 'peer'] as const
type Engine = (typeof ENGINES)[number]
interface Asked {
  readonly question: Question
  readonly tookMs: number
  readonly askedMs: number
  readonly ids: readonly string[]
}

const spell = (character: string) => readings.of(character)[0] ?? character

async function run({ samples, items: count = DEFAULT_ITEMS, dir, tell }: BenchOptions): Promise<Report> {
  if (findChromium() === undefined) return { rows: [], figures: {}, problems: ['no Chromium: nothing was measured'] }
  const items = makeItems(count, ITEMS_SEED)
  const questions = makeQuestions(items, WARM_UP + (samples ?? DEFAULT_QUESTIONS), QUESTIONS_SEED, spell)
  const memory = { ours: heapOf(() => createSearch(items)), peer: heapOf(() => createPeer(items, spell)) }
  tell(`${count} items, ${questions.length} questions`)
  const browser = await openSearchBrowser(dir)
  const asked: Record<Engine, Asked[]> = { ours: [], peer: [] }
  const buildMs: Record<Engine, number> = { ours: 0, peer: 0 }
  try {
    for (const engine of ENGINES) buildMs[engine] = (await browser.build(engine, count, ITEMS_SEED)).tookMs
    await ask(browser, questions, asked)
  } catch (error) {
    return { rows: [], figures: {}, problems: [firstLine(error)] }
  } finally {
    await browser.close()
  }
  return report(items, asked, buildMs, memory)
}

/** Each question to both, the one first and then the other, so that a busy moment hits both alike. */
async function ask(
  browser: SearchBrowser,
  questions: readonly Question[],
  asked: Record<Engine, Asked[]>,
): Promise<void> {
  for (const [turn, question] of questions.entries()) {
    for (const engine of turn % 2 === 0 ? ENGINES : [...ENGINES].reverse()) {
      asked[engine].push({ question, ...(await browser.find(engine, question.text, LIMIT)) })
    }
  }
}

/** What an index holds after a collection, in this process: heap and flat arrays, bytes. */
function heapOf(make: () => unknown): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = held()
  const made = make()
  const after = held()
  if (made === undefined) throw new Error('nothing was made')
  return after - before
}

function report(
  items: readonly Searchable[],
  asked: Readonly<Record<Engine, readonly Asked[]>>,
  buildMs: Readonly<Record<Engine, number>>,
  memory: Readonly<Record<Engine, number>>,
): Report {
  const byId = new Map(items.map((item) => [item.id, item]))
  const of = (engine: Engine, kind?: string) =>
    asked[engine].slice(WARM_UP).filter(({ question }) => kind === undefined || question.kind === kind)
  const engines = Object.fromEntries(
    ENGINES.map((engine) => [
      engine,
      {
        buildMs: round(buildMs[engine], 0),
        heapMB: round(memory[engine] / 1e6, 1),
        first: round(Math.max(...asked[engine].slice(0, WARM_UP).map(({ tookMs }) => tookMs)), 2),
        findMs: summarize(of(engine).map(({ tookMs }) => tookMs)),
        askedMs: summarize(of(engine).map(({ askedMs }) => askedMs)),
        rightFirst: rightFirst(of(engine), byId),
      },
    ]),
  ) as Record<Engine, Engined>
  const { ours, peer } = engines
  const within = ours.findMs.p99 <= LIMIT_MS
  const kinds = QUESTION_KINDS.map((kind) => ({
    kind,
    oursP99Ms: p99(of('ours', kind)),
    peerP99Ms: p99(of('peer', kind)),
    oursRightFirst: rightFirst(of('ours', kind), byId),
    peerRightFirst: rightFirst(of('peer', kind), byId),
  }))
  return {
    problems: [],
    rows: [
      { what: 'find in the worker, p99', value: ms(ours.findMs.p99), beside: limitNote(ms(LIMIT_MS, 0), within) },
      { what: '… p50', value: ms(ours.findMs.p50), beside: `MiniSearch ${ms(peer.findMs.p50)}` },
      { what: '… MiniSearch, p99', value: ms(peer.findMs.p99), beside: times(peer.findMs.p99 / ours.findMs.p99) },
      {
        what: 'asked and answered on the page, p99',
        value: ms(ours.askedMs.p99),
        beside: `MiniSearch ${ms(peer.askedMs.p99)}`,
      },
      { what: 'slowest of the first questions', value: ms(ours.first), beside: `MiniSearch ${ms(peer.first)}` },
      { what: 'index built in', value: ms(ours.buildMs, 0), beside: `MiniSearch ${ms(peer.buildMs, 0)}` },
      { what: 'index holds (in Node)', value: `${ours.heapMB} MB`, beside: `MiniSearch ${peer.heapMB} MB` },
      {
        what: 'the first answer is right',
        value: share(ours.rightFirst),
        beside: `MiniSearch ${share(peer.rightFirst)}`,
      },
      ...kinds.map(({ kind, oursP99Ms, peerP99Ms, oursRightFirst, peerRightFirst }) => ({
        what: `  ${kind}, p99`,
        value: ms(oursP99Ms),
        beside: `MiniSearch ${ms(peerP99Ms)}; right first ${share(oursRightFirst)}, MiniSearch ${share(peerRightFirst)}`,
      })),
    ],
    figures: {
      items: items.length,
      questions: of('ours').length,
      where: 'chromium-worker',
      memoryWhere: 'node',
      limitMs: LIMIT_MS,
      withinLimit: within,
      p99Ms: ours.findMs.p99,
      peer: 'minisearch',
      p99Ratio: round(peer.findMs.p99 / ours.findMs.p99),
      p50Ratio: round(peer.findMs.p50 / ours.findMs.p50),
      buildRatio: round(peer.buildMs / ours.buildMs),
      heapRatio: round(peer.heapMB / ours.heapMB),
      engines,
      kinds,
    },
  }
}

interface Engined {
  readonly buildMs: number
  readonly heapMB: number
  readonly first: number
  readonly findMs: Summary
  readonly askedMs: Summary
  readonly rightFirst: number | null
}

const p99 = (asked: readonly Asked[]): number => summarize(asked.map(({ tookMs }) => tookMs)).p99
const share = (value: number | null): string => (value === null ? '-' : `${Math.round(100 * value)} %`)

/** Of the questions that have right answers, the share whose first answer is one; null when none has. */
function rightFirst(asked: readonly Asked[], byId: ReadonlyMap<string, Searchable>): number | null {
  const judged = asked.filter(({ question }) => question.wanted !== null)
  if (judged.length === 0) return null
  const right = judged.filter(({ question, ids }) => {
    const item = byId.get(ids[0] ?? '')
    if (item === undefined) return false
    return [item.name, item.code, ...(item.words ?? [])].some((text) => holds(text, question.wanted ?? ''))
  })
  return round(right.length / judged.length)
}

/** Brackets do not count: whoever types leaves them out. */
function holds(text: string, wanted: string): boolean {
  const bare = (each: string) => each.replace(/[（）]/g, '')
  return bare(text).includes(bare(wanted))
}
