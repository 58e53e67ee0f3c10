import { createRoot } from 'react-dom/client'
import type { BenchState } from '../../electron/bridge/dock.contract.ts'
import { bench, useBench } from './bench.ts'
import { Reader, SmartCard } from './cards.tsx'
import { CodeScanner, LineBoard } from './codes-and-board.tsx'
import { PapersOut, Printer } from './receipts.tsx'
import { Section } from './section.tsx'
import { DocumentPrinter, DocumentScanner } from './sheets.tsx'
import { words } from './strings.ts'

/** The dev dock: a page of its own beside the kiosk, so that no production page holds any of it. */
function Network({ network, hubUrl }: Pick<BenchState, 'network' | 'hubUrl'>) {
  return (
    <Section name={words.network} troubles={[!network.up && words.networkDown]} fine={words.networkUp}>
      <div className="row">
        <button type="button" data-testid="network" onClick={() => void bench.setNetwork({ up: !network.up })}>
          {network.up ? words.cut : words.restore}
        </button>
        <a className="button" href={hubUrl} target="_blank" rel="noreferrer">
          {words.hub}
        </a>
      </div>
    </Section>
  )
}

function Devices({ state }: { readonly state: BenchState }) {
  const { more } = state
  return (
    <div className="devices">
      <div>
        <Reader state={state} />
        {more === null ? null : <SmartCard persons={state.persons} smartCard={more.smartCard} />}
        {more === null ? null : <CodeScanner codeScanner={more.codeScanner} />}
        <Network network={state.network} hubUrl={state.hubUrl} />
      </div>
      <div>
        <Printer printer={state.printer} />
        {more === null ? null : (
          <>
            <DocumentPrinter documentPrinter={more.documentPrinter} />
            <DocumentScanner documentScanner={more.documentScanner} />
            <LineBoard lineBoard={more.lineBoard} />
          </>
        )}
        <PapersOut count={state.printer.papers} />
      </div>
    </div>
  )
}

function Dock() {
  const { state, lost } = useBench()
  return (
    <main>
      <h1>{words.title}</h1>
      <p className="state">{words.lead}</p>
      {lost ? <p className="state trouble">{words.lost}</p> : null}
      {state === undefined ? null : <Devices state={state} />}
    </main>
  )
}

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(<Dock />)
