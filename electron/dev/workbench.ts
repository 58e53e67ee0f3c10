import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import {
  SAMPLE_BAD_CARDS,
  SAMPLE_OTHER_CARDS,
  SAMPLE_PERSONS,
  samplePerson,
} from '../../drivers/id-card-reader/sample-persons.ts'
import { type CardReaderSimulator, createCardReaderSimulator } from '../../drivers/id-card-reader/simulator.ts'
import { createReceiptPrinterSimulator, type ReceiptPrinterSimulator } from '../../drivers/receipt-printer/simulator.ts'
import { type BenchState, dockContract } from '../bridge/dock.contract.ts'
import { createCell, follow } from '../cell.ts'
import { type Assets, openAssets } from '../door/assets.ts'
import { type NetworkSwitch, openNetworkSwitch } from './network-switch.ts'

/**
 * The workbench beside a terminal in development: simulators that speak the devices' own bytes on real wires, a cable
 * to the hub that can be cut, and the dev dock's page. A process of its own; the terminal knows only its addresses.
 */
export interface Workbench {
  readonly reader: CardReaderSimulator
  readonly printer: ReceiptPrinterSimulator
  readonly network: NetworkSwitch
  /** Device URLs for the terminal's settings. */
  readonly readerUrl: string
  readonly printerUrl: string
  /** The dock's page; undefined when it was not asked for. */
  readonly dockUrl: string | undefined
  close(): Promise<void>
}

export interface WorkbenchOptions {
  readonly hub: { readonly host: string; readonly port: number }
  /** A serial path for the reader's far end (a PTY); without it the reader listens on TCP. */
  readonly readerPath?: string
  /** The near end that the terminal opens, when `readerPath` is given. */
  readonly readerUrl?: string
  /** The built dock page; without it no dock is served. */
  readonly dockDir?: string
  readonly dockPort?: number
}

/** How often the dock's view is refreshed: simulators tell some of their changes only when asked. */
const REFRESH_MS = 250

const NOTES: Readonly<Record<string, string>> = {
  citizen: '居民身份证',
  'foreigner-2017': '外国人永久居留证（2017）',
  'foreigner-2023': '外国人永久居留证（2023）',
  'hk-mo-tw': '港澳台居民居住证',
}

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const reader = createCardReaderSimulator()
  const printer = createReceiptPrinterSimulator()
  const network = await openNetworkSwitch(options.hub)
  const printerUrl = await printer.start()
  let readerUrl: string
  if (options.readerPath !== undefined) {
    const attached = await reader.attach(`serial://${options.readerPath}`)
    if (!attached.ok) throw new Error(`reader simulator: ${attached.fault} ${attached.detail}`)
    readerUrl = options.readerUrl ?? ''
  } else {
    readerUrl = await reader.listen()
  }

  const cards = [...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS, ...SAMPLE_BAD_CARDS]
  const persons = cards.map((person) => ({
    id: person.id,
    name: person.fields.name ?? person.fields.chineseName ?? person.id,
    note: SAMPLE_BAD_CARDS.includes(person) ? '坏卡' : (NOTES[person.cardType] ?? person.cardType),
  }))
  const look = (): BenchState => {
    const { plugged, card, cardAlreadyRead } = reader.view()
    const { paperEnd, paperNearEnd, coverOpen } = printer.sensors()
    return {
      persons,
      reader: { plugged, card: card ?? null, alreadyRead: cardAlreadyRead },
      printer: { paperEnd, paperNearEnd, coverOpen, papers: printer.papers().length },
      network: { up: network.isUp() },
      hubUrl: `http://${options.hub.host}:${options.hub.port}/`,
    }
  }
  const state = createCell(look())
  const refresh = () => {
    const now = look()
    if (JSON.stringify(now) !== JSON.stringify(state.get())) state.set(now)
  }
  const timer = setInterval(refresh, REFRESH_MS)

  const dock =
    options.dockDir === undefined
      ? undefined
      : await serveDock(await openAssets(options.dockDir), options.dockPort ?? 0, router())

  function router() {
    const os = implement(dockContract)
    const done = (ok: boolean) => {
      refresh()
      return { ok }
    }
    return os.router({
      watch: os.watch.handler(({ signal }) => follow(state, signal)),
      state: os.state.handler(() => look()),
      putCard: os.putCard.handler(({ input }) => {
        const person = samplePerson(input.person)
        if (person === undefined) return done(false)
        reader.takeCard()
        reader.putCard(person)
        return done(true)
      }),
      takeCard: os.takeCard.handler(() => {
        reader.takeCard()
        return done(true)
      }),
      plugReader: os.plugReader.handler(async ({ input }) => {
        await (input.plugged ? reader.plug() : reader.unplug())
        return done(true)
      }),
      setPrinter: os.setPrinter.handler(({ input }) => {
        const switches = {
          'paper-out': () => printer.paperOut(),
          'load-paper': () => printer.loadPaper(),
          'paper-near-end': () => printer.paperNearEnd(),
          'open-cover': () => printer.openCover(),
          'close-cover': () => printer.closeCover(),
        }
        switches[input.to]()
        return done(true)
      }),
      setNetwork: os.setNetwork.handler(async ({ input }) => {
        await (input.up ? network.restore() : network.cut())
        return done(true)
      }),
      papers: os.papers.handler(({ input }) => {
        const all = printer.papers()
        return all
          .map(({ paper }, index) => ({ number: index + 1, svg: printer.svg(paper), end: paper.end }))
          .slice(-input.limit)
          .reverse()
      }),
    })
  }

  return {
    reader,
    printer,
    network,
    readerUrl,
    printerUrl,
    dockUrl: dock?.url,
    async close() {
      clearInterval(timer)
      await Promise.all([dock?.close(), network.close(), reader.close(), printer.stop()])
    },
  }
}

/** The dock's page and its calls on loopback; exact Host, so that no other site can drive it by a borrowed name. */
async function serveDock(
  assets: Assets,
  port: number,
  router: ConstructorParameters<typeof RPCHandler>[0],
): Promise<{ url: string; close: () => Promise<void> }> {
  const handler = new RPCHandler(router)
  let host = ''
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (request.headers.host !== host) {
        response.writeHead(421).end()
        return
      }
      const { matched } = await handler.handle(request, response, { prefix: '/rpc', context: {} })
      if (matched) return
      const asset = await assets.get(new URL(request.url ?? '/', `http://${host}`).pathname)
      if (asset === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'content-type': asset.type }).end(asset.body)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
