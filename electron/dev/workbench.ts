import type { CardReaderSimulator } from '../../drivers/id-card-reader/simulator.ts'
import { createReceiptPrinterSimulator, type ReceiptPrinterSimulator } from '../../drivers/receipt-printer/simulator.ts'
import type { BenchState } from '../bridge/dock.contract.ts'
import { createCell } from '../cell.ts'
import { openAssets } from '../door/assets.ts'
import type { Settings } from '../settings.ts'
import { type CardBenchOptions, openCardBench } from './card-bench.ts'
import { dockHandlers } from './dock-handlers.ts'
import { serveDock } from './dock-server.ts'
import type { MoreBench } from './more-bench.ts'
import { type NetworkSwitch, openNetworkSwitch } from './network-switch.ts'

/**
 * The workbench beside a terminal in development: simulators that speak the devices' own bytes on real wires, a cable
 * to the hub that can be cut, and the dev dock's page. A process of its own; the terminal knows only its addresses.
 */
export interface Workbench {
  readonly reader: CardReaderSimulator
  readonly printer: ReceiptPrinterSimulator
  readonly network: NetworkSwitch
  /** Undefined when only card reader and receipt printer were asked for. */
  readonly more: MoreBench | undefined
  /** Device URLs for the terminal's settings. */
  readonly readerUrl: string
  readonly printerUrl: string
  readonly devices: Settings['devices']
  /** The dock's page; undefined when it was not asked for. */
  readonly dockUrl: string | undefined
  close(): Promise<void>
}

export interface WorkbenchOptions extends CardBenchOptions {
  readonly hub: { readonly host: string; readonly port: number }
  /** Every device that has a simulator on a wire; else card reader and receipt printer, which every journey needs. */
  readonly allDevices?: boolean
  /** The built dock page; without it no dock is served. */
  readonly dockDir?: string
  readonly dockPort?: number
}

/** How often the dock's view is refreshed: simulators tell some of their changes only when asked. */
const REFRESH_MS = 250

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const printer = createReceiptPrinterSimulator()
  const [cards, more, network, printerUrl] = await Promise.all([
    openCardBench(options),
    // Loaded only when asked for: a demo or a measurement has no use for them.
    options.allDevices === true ? import('./more-bench.ts').then(({ openMoreBench }) => openMoreBench()) : undefined,
    openNetworkSwitch(options.hub),
    printer.start(),
  ])
  const { reader, readerUrl } = cards

  const look = (): BenchState => {
    const { paperEnd, paperNearEnd, coverOpen } = printer.sensors()
    return {
      ...cards.look(),
      printer: { paperEnd, paperNearEnd, coverOpen, papers: printer.papers().length },
      network: { up: network.isUp() },
      more: more?.look(newestCode(printer)) ?? null,
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
      : await serveDock(
          await openAssets(options.dockDir),
          options.dockPort ?? 0,
          dockHandlers({ cards, printer, network, more, state, look, refresh }),
        )

  return {
    reader,
    printer,
    network,
    more,
    readerUrl,
    printerUrl,
    devices: { 'id-card-reader': readerUrl, 'receipt-printer': printerUrl, ...more?.devices },
    dockUrl: dock?.url,
    async close() {
      clearInterval(timer)
      await Promise.all([dock?.close(), network.close(), reader.close(), printer.stop(), more?.close()])
    },
  }
}

/** The QR code on the newest receipt. */
function newestCode(printer: ReceiptPrinterSimulator): string | null {
  const elements = printer.papers().at(-1)?.paper.elements ?? []
  return elements.flatMap((element) => (element.type === 'qr' ? [element.payload] : []))[0] ?? null
}
