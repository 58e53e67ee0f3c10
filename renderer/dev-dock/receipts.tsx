import { useEffect, useState } from 'react'
import { type BenchState, PRINTER_SWITCHES } from '../../electron/bridge/dock.contract.ts'
import { bench } from './bench.ts'
import { Section } from './section.tsx'
import { words } from './strings.ts'

const PAPERS_SHOWN = 5

type Papers = Awaited<ReturnType<typeof bench.printedPapers>>

export function Printer({ printer }: Pick<BenchState, 'printer'>) {
  const troubles = [
    printer.paperEnd && words.paperEnd,
    printer.coverOpen && words.coverOpen,
    printer.paperNearEnd && !printer.paperEnd && words.paperLow,
  ]
  return (
    <Section name={words.printer} troubles={troubles} fine={words.fine}>
      <div className="row">
        {PRINTER_SWITCHES.map((to) => (
          <button key={to} type="button" data-testid={`printer-${to}`} onClick={() => void bench.setPrinter({ to })}>
            {words.switches[to]}
          </button>
        ))}
      </div>
    </Section>
  )
}

export function PapersOut({ count }: { readonly count: number }) {
  const [papers, setPapers] = useState<Papers>([])
  useEffect(() => {
    if (count === 0) return
    void bench.printedPapers({ limit: PAPERS_SHOWN }).then(setPapers)
  }, [count])
  return (
    <section className="papers">
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
