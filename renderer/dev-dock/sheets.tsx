import type { MoreDevices } from '../../electron/bridge/dock.contract.ts'
import { bench } from './bench.ts'
import { Section, Toggle } from './section.tsx'
import { words } from './strings.ts'

/** Sheets that one press puts into the feeder. */
const LOADS = [1, 3, 20] as const
/** So many are drawn; the number says the rest. */
const MOST_DRAWN = 12
/** Long enough for the other tab to have read it. */
const URL_LIFE_MS = 60_000

async function openDocument(number: number): Promise<void> {
  const found = await bench.more.printedPdf({ number })
  if (found === null) return
  const bytes = Uint8Array.from(atob(found.pdfBase64), (character) => character.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
  window.open(url, '_blank', 'noreferrer')
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFE_MS)
}

export function DocumentPrinter({ documentPrinter: printer }: Pick<MoreDevices, 'documentPrinter'>) {
  const set = (to: Parameters<typeof bench.more.setDocumentPrinter>[0]['to']) =>
    void bench.more.setDocumentPrinter({ to })
  const labels = words.documentSwitches
  return (
    <Section
      name={words.documentPrinter}
      troubles={[
        printer.paperOut && words.paperEnd,
        printer.coverOpen && words.coverOpen,
        printer.jammed && words.jammed,
        printer.tonerLow && words.tonerLow,
      ]}
      fine={words.fine}
    >
      <div className="row">
        <Toggle isOn={printer.paperOut} on="paper-out" off="load-paper" labels={labels} onPress={set} />
        <Toggle isOn={printer.coverOpen} on="open-cover" off="close-cover" labels={labels} onPress={set} />
        <Toggle isOn={printer.jammed} on="jam" off="clear-jam" labels={labels} onPress={set} />
        <Toggle isOn={printer.tonerLow} on="toner-low" off="toner-full" labels={labels} onPress={set} />
      </div>
      <ul className="documents">
        {printer.documents.map((document) => (
          <li key={document.number}>
            <button type="button" className="sheet" onClick={() => void openDocument(document.number)}>
              <Sheet isWhole={document.whole} label={String(document.sides)} />
              <span>
                {words.document(document.number, document.copies, document.bothSides)}
                <small>{document.whole ? words.whole(document.sides) : words.unfinished(document.sides)}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {printer.documents.length === 0 ? <p className="note">{words.noDocument}</p> : null}
    </Section>
  )
}

/** A sheet of A4, with a number on it. */
function Sheet({ isWhole, label }: { readonly isWhole: boolean; readonly label: string }) {
  return (
    <svg className="a4" viewBox="0 0 42 59.4" aria-hidden="true">
      <path d="M1 1h40v57.4h-40z" className={isWhole ? 'a4-whole' : 'a4-part'} />
      <path d="M7 10h28M7 16h28M7 22h18" className="a4-lines" />
      <text x="21" y="46">
        {label}
      </text>
    </svg>
  )
}

export function DocumentScanner({ documentScanner: scanner }: Pick<MoreDevices, 'documentScanner'>) {
  const { sheets, ailment, pages } = scanner
  const toggle = (to: 'jam' | 'cover-open' | 'double-feed') => (
    <button
      type="button"
      data-testid={`scanner-${to}`}
      aria-pressed={ailment === to}
      onClick={() => void bench.more.setScanner({ to: ailment === to ? null : to })}
    >
      {ailment === to ? words.ailments[to].mend : words.ailments[to].strike}
    </button>
  )
  return (
    <Section
      name={words.documentScanner}
      troubles={[ailment !== null && words.ailments[ailment].is]}
      fine={sheets === 0 ? words.feederEmpty : words.feederHolds(sheets)}
    >
      <div className="feeder" aria-hidden="true">
        {Array.from({ length: Math.min(sheets, MOST_DRAWN) }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sheets are alike
          <i key={at} />
        ))}
      </div>
      <div className="row">
        {LOADS.map((count) => (
          <button
            key={count}
            type="button"
            data-testid={`load-${count}`}
            onClick={() => void bench.more.loadFeeder({ sheets: sheets + count })}
          >
            {words.load(count)}
          </button>
        ))}
        <button type="button" data-testid="load-0" onClick={() => void bench.more.loadFeeder({ sheets: 0 })}>
          {words.emptyFeeder}
        </button>
        {toggle('jam')}
        {toggle('cover-open')}
        {toggle('double-feed')}
      </div>
      <p className="note">{words.scanned(pages)}</p>
    </Section>
  )
}
