import { createCodeScannerSimulator } from '../../drivers/code-scanner/simulator.ts'
import { openLineBoardSimulator } from '../../drivers/line-board/simulator.ts'
import { SAMPLE_CARDS, sampleCard } from '../../drivers/smart-card/sample-cards.ts'
import { openSmartCardSimulator } from '../../drivers/smart-card/simulator.ts'
import type { BOARD_SWITCHES, MoreDevices } from '../bridge/dock.contract.ts'
import type { Settings } from '../settings.ts'
import { openSheetBench, type SheetBench } from './sheet-bench.ts'

/**
 * The devices of the workbench beyond card reader and receipt printer, each on a wire of its own. The smart-card reader
 * stands at a service of its own that speaks as pcscd does, so no pcscd is needed and none disturbed. No signature pad:
 * it is a HID device, and no program outside the kernel can be one.
 */
export interface MoreBench {
  readonly sheets: SheetBench
  /** For the terminal's settings. */
  readonly devices: Settings['devices']
  look(receiptCode: string | null): MoreDevices
  insertCard(personId: string): boolean
  liftCard(): void
  showCode(text: string): Promise<void>
  plugCodeScanner(plugged: boolean): Promise<void>
  setBoard(to: (typeof BOARD_SWITCHES)[number]): void
  close(): Promise<void>
}

export async function openMoreBench(): Promise<MoreBench> {
  const codes = createCodeScannerSimulator({ aimIdentifiers: true })
  const [sheets, smartCards, board, codesUrl] = await Promise.all([
    openSheetBench(),
    openSmartCardSimulator(),
    openLineBoardSimulator(),
    codes.listen(),
  ])
  let lastShown: string | null = null
  const switches = {
    'lose-mains': () => board.loseMains(),
    'restore-mains': () => board.restoreMains(),
    'open-door': () => board.setDoor('open'),
    'close-door': () => board.setDoor('closed'),
    'somebody-comes': () => board.setPresence(true),
    'nobody-there': () => board.setPresence(false),
  }
  return {
    sheets,
    devices: {
      'smart-card': smartCards.url,
      'code-scanner': codesUrl,

      'document-printer': sheets.printer.url,
      'document-scanner': sheets.scanner.url,
      'line-board': board.url,
    },
    look(receiptCode) {
      const { card } = smartCards.view()
      const { inputs, lamps, beeps } = board.view()
      return {
        ...sheets.look(),
        smartCard: { card: card ?? null, holders: SAMPLE_CARDS.map(({ id }) => id) },
        codeScanner: { plugged: codes.isPlugged(), heard: codes.listeners() > 0, lastShown, receiptCode },
        lineBoard: { inputs, lamps, beeps: beeps.length },
      }
    },
    insertCard(personId) {
      if (sampleCard(personId) === undefined) return false
      smartCards.insertCard(personId)
      return true
    },
    liftCard: () => smartCards.liftCard(),
    async showCode(text) {
      lastShown = text
      await codes.scan(text)
    },
    plugCodeScanner: (plugged) => (plugged ? codes.plug() : codes.unplug()),
    setBoard: (to) => switches[to](),
    close: async () => void (await Promise.all([sheets.close(), smartCards.close(), board.close(), codes.close()])),
  }
}
