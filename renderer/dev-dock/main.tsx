import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { type BenchState, dockContract, PRINTER_SWITCHES } from '../../electron/bridge/dock.contract.ts'
import { words } from './strings.ts'

/** The dev dock: a page of its own beside the kiosk, so that no production page holds any of it. */
const link = new RPCLink({
  url: `${window.location.origin}/rpc`,
  plugins: [new ResponseValidationPlugin(dockContract)],
})
const bench: ContractRouterClient<typeof dockContract> = createORPCClient(link)

const RECONNECT_MS = 1000
const PAPERS_SHOWN = 5

type Papers = Awaited<ReturnType<typeof bench.papers>>

function useBench(): { state: BenchState | undefined; lost: boolean } {
  const [state, setState] = useState<BenchState>()
  const [lost, setLost] = useState(false)
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    async function follow(): Promise<void> {
      try {
        for await (const next of await bench.watch(undefined, { signal: abort.signal })) {
          setLost(false)
          setState(next)
        }
      } catch (error) {
        if (abort.signal.aborted) return
        console.warn('dock: the workbench went away', error)
      }
      setLost(true)
      timer = setTimeout(() => void follow(), RECONNECT_MS)
    }
    void follow()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [])
  return { state, lost }
}

function Reader({ state }: { state: BenchState }) {
  const { reader, persons } = state
  const holder = persons.find((person) => person.id === reader.card)
  const says = reader.plugged
    ? holder === undefined
      ? words.readerEmpty
      : words.readerHolds(holder.name, reader.alreadyRead)
    : words.readerUnplugged
  return (
    <section>
      <h2>{words.reader}</h2>
      <p className={reader.plugged ? 'state' : 'state trouble'}>{says}</p>
      <div className="row">
        {persons.map((person) => (
          <button
            key={person.id}
            type="button"
            data-testid={`card-${person.id}`}
            aria-pressed={reader.card === person.id}
            onClick={() => void bench.putCard({ person: person.id })}
          >
            {person.name}
            <small>{person.note}</small>
          </button>
        ))}
        <button type="button" data-testid="take-card" onClick={() => void bench.takeCard()}>
          {words.take}
        </button>
        <button
          type="button"
          data-testid="plug-reader"
          onClick={() => void bench.plugReader({ plugged: !reader.plugged })}
        >
          {reader.plugged ? words.unplug : words.plug}
        </button>
      </div>
    </section>
  )
}

function Printer({ printer }: Pick<BenchState, 'printer'>) {
  const troubles = [
    printer.paperEnd ? words.paperEnd : undefined,
    printer.coverOpen ? words.coverOpen : undefined,
    printer.paperNearEnd && !printer.paperEnd ? words.paperLow : undefined,
  ].filter((each) => each !== undefined)
  return (
    <section>
      <h2>{words.printer}</h2>
      <p className={troubles.length > 0 ? 'state trouble' : 'state'}>{troubles.join(' ') || words.printerFine}</p>
      <div className="row">
        {PRINTER_SWITCHES.map((to) => (
          <button key={to} type="button" data-testid={`printer-${to}`} onClick={() => void bench.setPrinter({ to })}>
            {words.switches[to]}
          </button>
        ))}
      </div>
    </section>
  )
}

function Network({ network, hubUrl }: Pick<BenchState, 'network' | 'hubUrl'>) {
  return (
    <section>
      <h2>{words.network}</h2>
      <p className={network.up ? 'state' : 'state trouble'}>{network.up ? words.networkUp : words.networkDown}</p>
      <div className="row">
        <button type="button" data-testid="network" onClick={() => void bench.setNetwork({ up: !network.up })}>
          {network.up ? words.cut : words.restore}
        </button>
        <a className="button" href={hubUrl} target="_blank" rel="noreferrer">
          {words.hub}
        </a>
      </div>
    </section>
  )
}

function PapersOut({ count }: { count: number }) {
  const [papers, setPapers] = useState<Papers>([])
  useEffect(() => {
    if (count === 0) return
    void bench.papers({ limit: PAPERS_SHOWN }).then(setPapers)
  }, [count])
  return (
    <section>
      <h2>{words.papers}</h2>
      {papers.length === 0 ? <p className="state">{words.noPaper}</p> : null}
      {papers.map((paper) => (
        <figure key={paper.number} className="paper">
          <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(paper.svg)}`} alt="" />
          <figcaption>{words.paper(paper.number, paper.end === 'torn')}</figcaption>
        </figure>
      ))}
    </section>
  )
}

function Dock() {
  const { state, lost } = useBench()
  return (
    <main>
      <h1>{words.title}</h1>
      <p className="state">{words.lead}</p>
      {lost ? <p className="state trouble">{words.lost}</p> : null}
      {state === undefined ? null : (
        <>
          <Reader state={state} />
          <Printer printer={state.printer} />
          <Network network={state.network} hubUrl={state.hubUrl} />
          <PapersOut count={state.printer.papers} />
        </>
      )}
    </main>
  )
}

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(<Dock />)
