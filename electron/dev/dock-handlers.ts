import { implement } from '@orpc/server'
import type { ReceiptPrinterSimulator } from '../../drivers/receipt-printer/simulator.ts'
import { type BenchState, dockContract } from '../bridge/dock.contract.ts'
import { type Cell, follow } from '../cell.ts'
import type { CardBench } from './card-bench.ts'
import type { MoreBench } from './more-bench.ts'
import type { NetworkSwitch } from './network-switch.ts'

export interface DockParts {
  readonly cards: CardBench
  readonly printer: ReceiptPrinterSimulator
  readonly network: NetworkSwitch
  readonly more: MoreBench | undefined
  readonly state: Cell<BenchState>
  readonly look: () => BenchState
  /** Tells the dock's pages what has just been done. */
  readonly refresh: () => void
}

/** The dock's hands at the workbench. */
export function dockHandlers({ cards, printer, network, more, state, look, refresh }: DockParts) {
  const os = implement(dockContract)
  const done = (ok: boolean) => {
    refresh()
    return { ok }
  }
  /** Does it to the devices that may not be there. */
  const at = async (act: (more: MoreBench) => unknown) => {
    if (more === undefined) return done(false)
    return done((await act(more)) !== false)
  }
  return os.router({
    watch: os.watch.handler(({ signal }) => follow(state, signal)),
    state: os.state.handler(() => look()),
    putCard: os.putCard.handler(({ input }) => done(cards.put(input.person))),
    takeCard: os.takeCard.handler(() => {
      cards.reader.takeCard()
      return done(true)
    }),
    plugReader: os.plugReader.handler(async ({ input }) => {
      await (input.plugged ? cards.reader.plug() : cards.reader.unplug())
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
    printedPapers: os.printedPapers.handler(({ input }) => {
      const all = printer.papers()
      return all
        .map(({ paper }, index) => ({ number: index + 1, svg: printer.svg(paper), end: paper.end }))
        .slice(-input.limit)
        .reverse()
    }),
    more: {
      insertCard: os.more.insertCard.handler(({ input }) => at((bench) => bench.insertCard(input.person))),
      liftCard: os.more.liftCard.handler(() => at((bench) => bench.liftCard())),
      setDocumentPrinter: os.more.setDocumentPrinter.handler(({ input }) =>
        at(({ sheets }) => sheets.setPrinter(input.to)),
      ),
      printedPdf: os.more.printedPdf.handler(({ input }) => {
        const pdf = more?.sheets.document(input.number)
        return pdf === undefined ? null : { pdfBase64: Buffer.from(pdf).toString('base64') }
      }),
      loadFeeder: os.more.loadFeeder.handler(({ input }) =>
        at(({ sheets }) => sheets.scanner.loadFeeder(input.sheets)),
      ),
      setScanner: os.more.setScanner.handler(({ input }) => at(({ sheets }) => sheets.setScanner(input.to))),
      showCode: os.more.showCode.handler(({ input }) => at((bench) => bench.showCode(input.text))),
      plugCodeScanner: os.more.plugCodeScanner.handler(({ input }) =>
        at((bench) => bench.plugCodeScanner(input.plugged)),
      ),
      setBoard: os.more.setBoard.handler(({ input }) => at((bench) => bench.setBoard(input.to))),
    },
  })
}
