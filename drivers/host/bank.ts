import { isFit } from '../condition/states.ts'
import { conditionIn, type HostedClass } from './classes.ts'
import type { Bank } from './messages.ts'
import type { DriverTools, Running } from './registry.ts'

/** The devices of one class, in the order in which they are preferred: all run, the first that is fit is used. */
export interface DeviceBank {
  /** Ends the devices that are not named any more, starts the new ones, keeps the others running. */
  plan(urls: readonly string[]): Promise<void>
  /** The one to use now; undefined when the class has none. */
  chosen(): Running | undefined
  stop(): Promise<void>
}

export interface BankOptions {
  readonly device: HostedClass
  readonly make: (tools: DriverTools) => Running
  readonly tools: Pick<DriverTools, 'openLink' | 'clock' | 'clockEpochMs' | 'log'>
  readonly onBank: (bank: Bank) => void
  readonly onEvent: (url: string, event: unknown) => void
}

export function createBank({ device, make, tools, onBank, onEvent }: BankOptions): DeviceBank {
  let members: { readonly url: string; readonly running: Running }[] = []
  let told = ''

  function bank(): Bank {
    const views = members.map(({ url, running }) => {
      const state = running.state()
      return { url, state, condition: conditionIn(device, state) }
    })
    return {
      members: views,
      chosen: Math.max(
        0,
        views.findIndex(({ condition }) => isFit(condition)),
      ),
    }
  }
  function tell(): void {
    const now = bank()
    const text = JSON.stringify(now)
    if (text === told) return
    told = text
    onBank(now)
  }

  function begin(url: string): { readonly url: string; readonly running: Running } {
    const running = make({
      ...tools,
      url,
      onState: tell,
      onEvent: (event) => onEvent(url, event),
    })
    return { url, running }
  }

  return {
    async plan(urls) {
      const before = new Map(members.map((member) => [member.url, member]))
      const fresh: Running[] = []
      members = [...new Set(urls)].map((url) => {
        const kept = before.get(url)
        before.delete(url)
        if (kept !== undefined) return kept
        const begun = begin(url)
        fresh.push(begun.running)
        return begun
      })
      // The old ones first: two drivers at one port would lock each other out.
      await Promise.all([...before.values()].map(({ running }) => running.stop()))
      for (const running of fresh) running.start()
      tell()
    },
    chosen() {
      return members[bank().chosen]?.running
    },
    async stop() {
      await Promise.all(members.map(({ running }) => running.stop()))
    },
  }
}
