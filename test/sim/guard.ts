import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { joseSuite } from '../../sync/envelope/jose-suite.ts'
import type { Suite } from '../../sync/envelope/suite.ts'
import { LightRequest, LightResponse } from './light-fetch.ts'
import type { SeededRandom } from './random.ts'

/**
 * Keeps the real world out while a simulated one runs: the real clock, real timers, the thread pool and real randomness
 * would make two runs of one seed differ. Production code gets all of these injected; what reaches for the real ones
 * all the same is answered from the seed where that is possible, and counted, so that it shows.
 */
export interface Guard {
  /** Uses of the real world by name, e.g. {"crypto.randomUUID": 3}; empty when all is injected. */
  readonly leaks: Readonly<Record<string, number>>
  remove(): void
}

/** What the scheduler needs of Node's own loop. */
export interface RealLoop {
  /** Runs it in the next turn, with no promise's continuation around it. */
  nextTurn(task: () => void): void
  /** Runs all promises to rest, here and now. Only in what `nextTurn` started. */
  runPromises(): void
  /** True when Node has nothing in its next turn. */
  isQuiet(): boolean
}

const realSetImmediate = globalThis.setImmediate
/** What Node itself calls when a callback ends: ticks, then microtasks, until there are none, then unhandled rejections. */
const { _tickCallback: runTicks } = process as NodeJS.Process & { readonly _tickCallback: () => void }

export const realLoop: RealLoop = {
  nextTurn: (task) => void realSetImmediate(task),
  runPromises: runTicks,
  isQuiet: () => !process.getActiveResourcesInfo().includes('Immediate'),
}

export function installGuard(random: SeededRandom, unixMs: () => number, suite: Suite): Guard {
  const leaks: Record<string, number> = {}
  const undo: (() => void)[] = []
  const leak = (name: string) => {
    leaks[name] = (leaks[name] ?? 0) + 1
  }
  function replace<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
    const before = target[key]
    target[key] = value
    undo.push(() => {
      target[key] = before
    })
  }
  const forbidden = (name: string) => () => {
    leak(name)
    throw new Error(`simulation: the code under test reached for the real ${name}`)
  }

  const RealDate = Date
  class SimDate extends RealDate {
    constructor(...parameters: unknown[]) {
      if (parameters.length === 0) {
        leak('new Date()')
        super(unixMs())
      } else {
        super(...(parameters as [number]))
      }
    }
    static override now(): number {
      leak('Date.now')
      return unixMs()
    }
  }
  replace(globalThis, 'Date', SimDate as DateConstructor)
  replace(globalThis, 'Request', LightRequest)
  replace(globalThis, 'Response', LightResponse)
  replace(globalThis, 'setTimeout', forbidden('setTimeout') as unknown as typeof setTimeout)
  replace(globalThis, 'setInterval', forbidden('setInterval') as unknown as typeof setInterval)
  replace(globalThis, 'setImmediate', ((task: () => void) => {
    leak('setImmediate')
    queueMicrotask(task)
  }) as unknown as typeof setImmediate)
  replace(Math, 'random', () => {
    leak('Math.random')
    return random.next()
  })
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => random.int(0, 255)))
  replace(crypto, 'randomBytes', ((count: number) => {
    leak('crypto.randomBytes')
    return bytes(count)
  }) as typeof crypto.randomBytes)
  replace(crypto, 'randomInt', ((...range: number[]) => {
    leak('crypto.randomInt')
    const [from, to] = range.length === 1 ? [0, range[0] ?? 1] : [range[0] ?? 0, range[1] ?? 1]
    return random.int(from, to - 1)
  }) as typeof crypto.randomInt)
  replace(crypto, 'randomUUID', () => {
    leak('crypto.randomUUID')
    return uuidOf(bytes(16))
  })
  const subtle = globalThis.crypto.subtle
  for (const name of ['encrypt', 'decrypt', 'sign', 'verify', 'digest', 'generateKey', 'importKey'] as const) {
    const before = Object.getOwnPropertyDescriptor(subtle, name)
    Object.defineProperty(subtle, name, { configurable: true, value: forbidden(`crypto.subtle.${name}`) })
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(subtle, name)
      else Object.defineProperty(subtle, name, before)
    })
  }
  syncBuiltinESMExports()
  // Whoever was not given a suite takes the real one by default.
  for (const name of Object.keys(joseSuite) as (keyof Suite)[]) {
    const seeded = suite[name]
    if (typeof seeded !== 'function' || name === 'sha256Hex') continue
    replace(joseSuite as Record<keyof Suite, unknown>, name, (...parameters: unknown[]) => {
      leak(`joseSuite.${name}`)
      return Reflect.apply(seeded, suite, parameters) as unknown
    })
  }

  return {
    leaks,
    remove() {
      for (const step of undo.reverse()) step()
      syncBuiltinESMExports()
    },
  }
}

/** RFC 9562, version 4. */
export function uuidOf(bytes: Buffer): `${string}-${string}-${string}-${string}-${string}` {
  const raw = Buffer.from(bytes)
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
  const hex = raw.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
