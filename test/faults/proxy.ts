import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type HandIn, handInOf, makeForger } from './forged.ts'
import type { NetworkFault, Struck, Target } from './kinds.ts'
import { type Answer, askHub, breakOff, bytesOf, flipped, refusal, sendAnswer } from './proxy-wire.ts'
import { type Chance, chanceFrom } from './random.ts'
import type { Weather } from './schedule.ts'

/**
 * What lies between a terminal and its hub: passes everything on, or does to it what networks, portals, proxies and
 * dying hubs do. One address for the terminal's whole life; the hub behind it may come and go.
 */
export interface FaultProxy {
  readonly url: string
  setWeather(weather: readonly Weather[], seed: number): void
  /** The next hand-in reaches the hub, its answer is dropped, and `crash` is called: commit, then death. */
  crashAfterCommit(crash: () => Promise<void>): void
  /** This submission is refused with 413 in the hub's words, whatever the weather; undefined: none any more. */
  refuse(submissionId: string | undefined): void
  /** Each hand-in goes to all hubs at once from now on. */
  race(on: boolean): void
  /** Connections torn down, new ones refused. */
  cut(): void
  restore(): Promise<void>
  close(): Promise<void>
}

export interface FaultProxyOptions {
  readonly hubPorts: readonly number[]
  readonly struck: Struck
}

/** Long enough that a terminal which reads until the end is seen to wait, short enough for a run of minutes. */
const HUNG_MS = 2_500
/** Less than the hub client's time-out for a hand-in (20 s), more than anything else that ends a connection here. */
const PATIENCE_MS = 15_000
const LATE_MS = { least: 300, most: 2_000 } as const
const LATENCY_MS = { least: 40, most: 250 } as const
/** Answers held back for a companion, to leave in reverse. */
const REORDER_MS = 400
const PORTAL = '<!doctype html><title>登录</title><p>请先登录上网。</p>'
const HTML = { 'content-type': 'text/html; charset=utf-8' }

/** A request as it came. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly target: Exclude<Target, 'everything'> | 'other'
}

export async function openFaultProxy({ hubPorts, struck }: FaultProxyOptions): Promise<FaultProxy> {
  const forger = await makeForger()
  let weather: readonly Weather[] = []
  let chance: Chance = chanceFrom(0)
  let onCommit: (() => Promise<void>) | undefined
  let racing = false
  let refused: string | undefined
  let turn = 0
  const sockets = new Set<Socket>()
  const held: { readonly answer: () => void; readonly timer: NodeJS.Timeout }[] = []
  /** Good answers to hand-ins, to be given again in the wrong place. */
  let lastAnswer: Answer | undefined

  const ask = (exchange: Exchange, body = exchange.body) =>
    askHub(hubPorts[turn++ % hubPorts.length] ?? 0, exchange.request, body)

  async function pass(exchange: Exchange): Promise<Answer> {
    if (racing && exchange.target === 'hand-ins' && hubPorts.length > 1) {
      const answers = await Promise.allSettled(hubPorts.map((port) => askHub(port, exchange.request, exchange.body)))
      struck.add('hub-race')
      const [first, second] = answers.map((each) => (each.status === 'fulfilled' ? each.value : undefined))
      const answer = chance.next() < 0.5 ? (first ?? second) : (second ?? first)
      if (answer === undefined) throw new Error('no hub answered')
      return answer
    }
    return ask(exchange)
  }

  async function serve(exchange: Exchange): Promise<void> {
    const { response, target } = exchange
    if (target === 'hand-ins' && onCommit !== undefined) {
      const crash = onCommit
      onCommit = undefined
      const { status } = await ask(exchange)
      exchange.request.socket.destroy()
      if (status === 200) struck.add('commit-then-crash')
      await crash()
      return
    }
    const handIn =
      refused === undefined
        ? undefined
        : handInOf(exchange.request.method ?? '', pathOf(exchange.request), exchange.body)
    if (handIn?.items.some(({ submissionId }) => submissionId === refused)) {
      sendAnswer(response, await refusedAmong(exchange, handIn, refused ?? ''))
      return
    }
    const fault = weather.find(
      (each) => (each.target === 'everything' || each.target === target) && chance.next() < each.share,
    )?.fault
    if (fault !== undefined) {
      const isDone = await spoil(fault, exchange)
      if (isDone) struck.add(fault)
      if (isDone || fault === 'time-out') return
    }
    const answer = await pass(exchange)
    learn(exchange, answer)
    sendAnswer(response, answer)
  }

  /** The hub takes the others of a batch, as it would if it refused one itself. */
  async function refusedAmong(exchange: Exchange, handIn: HandIn, submissionId: string): Promise<Answer> {
    const [one, others] = [true, false].map((isIt) => ({
      ...handIn,
      items: handIn.items.filter((item) => (item.submissionId === submissionId) === isIt),
    }))
    const no = refusal(413, one ?? handIn)
    if (handIn.kind === 'single' || others === undefined || others.items.length === 0) return no
    const answer = await ask(exchange, Buffer.from(JSON.stringify({ submissions: others.items })))
    if (answer.status !== 200) return answer
    const taken = JSON.parse(answer.body.toString('utf8')) as { results: unknown[] }
    const { results } = JSON.parse(no.body.toString('utf8')) as { results: unknown[] }
    return { ...answer, body: Buffer.from(JSON.stringify({ ...taken, results: [...results, ...taken.results] })) }
  }

  function learn(exchange: Exchange, answer: Answer): void {
    if (exchange.target !== 'hand-ins' || answer.status !== 200) return
    const { receipt } = JSON.parse(answer.body.toString('utf8')) as { receipt?: string | null }
    if (typeof receipt === 'string') forger.learn(receipt)
    lastAnswer = answer
  }

  /** False when this fault cannot be done to this exchange: nothing has happened then. */
  async function spoil(fault: NetworkFault, exchange: Exchange): Promise<boolean> {
    const { request, response, body, target } = exchange
    const reset = () => request.socket.resetAndDestroy()
    switch (fault) {
      case 'status-500':
        response.writeHead(500, HTML).end(PORTAL)
        return true
      case 'status-503-retry-after':
        response.writeHead(503, { ...HTML, 'retry-after': '1' }).end(PORTAL)
        return true
      case 'html-200':
        response.writeHead(200, HTML).end(PORTAL)
        return true
      case 'redirect':
        response.writeHead(302, { location: 'http://portal.example/login' }).end()
        return true
      case 'connection-reset':
        reset()
        return true
      case 'time-out': {
        const beganMs = performance.now()
        await new Promise<void>((resolve) => request.socket.once('close', () => resolve()))
        // One that ended earlier was a process that died, not a patience that ended.
        return performance.now() - beganMs > PATIENCE_MS
      }
      case 'hung-then-dropped':
        await wait(HUNG_MS)
        reset()
        return true
      case 'latency':
        await wait(between(LATENCY_MS))
        sendAnswer(response, await pass(exchange))
        return true
      case 'late-answer': {
        const answer = await pass(exchange)
        await wait(between(LATE_MS))
        sendAnswer(response, answer)
        return true
      }
      case 'half-answer':
        breakOff(response, await pass(exchange))
        return true
      case 'half-request':
        await askHub(hubPorts[0] ?? 0, request, body, { cutAt: Math.floor(body.length / 2) }).catch(() => undefined)
        reset()
        return true
      case 'corrupt-answer': {
        const answer = await pass(exchange)
        if (answer.body.length === 0) return false
        sendAnswer(response, { ...answer, body: flipped(answer.body, chance) })
        return true
      }
      case 'corrupt-request':
        if (body.length === 0) return false
        sendAnswer(response, await ask(exchange, flipped(body, chance)))
        return true
      case 'duplicate-request': {
        const [one, other] = await Promise.all([ask(exchange), ask(exchange)])
        sendAnswer(response, chance.next() < 0.5 ? one : other)
        return true
      }
      case 'reordered-answers': {
        const answer = await pass(exchange)
        hold(() => sendAnswer(response, answer))
        return true
      }
      case 'answer-of-another':
      case 'answer-replayed': {
        // Replayed: the hub never hears of it. Of another: it does, and its own answer is lost.
        const other = lastAnswer
        if (other === undefined || target !== 'hand-ins') return false
        if (fault === 'answer-of-another') {
          const answer = await pass(exchange)
          sendAnswer(response, other)
          learn(exchange, answer)
        } else sendAnswer(response, other)
        return true
      }
      case 'forged-receipt': {
        const handIn = handInOf(request.method ?? '', pathOf(request), body)
        const text = handIn === undefined ? undefined : await forger.answerTo(handIn)
        if (text === undefined) return false
        response.writeHead(200, { 'content-type': 'application/json' }).end(text)
        return true
      }
      case 'refused-409':
      case 'refused-413':
      case 'refused-426': {
        const handIn = handInOf(request.method ?? '', pathOf(request), body)
        if (handIn === undefined) return false
        sendAnswer(response, refusal(Number(fault.slice('refused-'.length)), handIn))
        return true
      }
    }
  }

  /** Leaves after the next one that is held, or when nobody else comes. */
  function hold(answer: () => void): void {
    const before = held.pop()
    if (before === undefined) {
      const entry = {
        answer,
        timer: setTimeout(() => {
          held.splice(held.indexOf(entry), 1)
          answer()
        }, REORDER_MS),
      }
      held.push(entry)
      return
    }
    clearTimeout(before.timer)
    answer()
    before.answer()
  }

  const between = ({ least, most }: { readonly least: number; readonly most: number }) =>
    least + chance.next() * (most - least)

  const makeServer = () =>
    createServer((request, response) => {
      void (async () => {
        const body = await bytesOf(request)
        await serve({ request, response, body, target: targetOf(request) })
      })().catch(() => request.socket.resetAndDestroy())
    }).on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })

  let server: Server | undefined
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const fresh = makeServer()
      server = fresh
      fresh.once('error', reject)
      fresh.listen(port, '127.0.0.1', () => resolve((fresh.address() as AddressInfo).port))
    })
  const port = await listen(0)
  function cut(): void {
    server?.close()
    server = undefined
    for (const socket of sockets) socket.resetAndDestroy()
  }

  return {
    url: `http://127.0.0.1:${port}`,
    setWeather(next, seed) {
      weather = next
      chance = chanceFrom(seed)
    },
    crashAfterCommit(crash) {
      onCommit = crash
    },
    refuse(submissionId) {
      refused = submissionId
    },
    race(on) {
      racing = on
    },
    cut,
    async restore() {
      if (server === undefined) await listen(port)
    },
    async close() {
      cut()
    },
  }
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://hub').pathname
}

function targetOf(request: IncomingMessage): Exchange['target'] {
  const path = pathOf(request)
  if (request.method === 'PUT' && path.startsWith('/v1/submissions/')) return 'hand-ins'
  if (request.method === 'POST' && path === '/v1/batches') return 'hand-ins'
  return path.startsWith('/v1/chunks/') && request.method === 'PUT' ? 'chunks' : 'other'
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
