import type { BenchState, MoreDevices } from '../../electron/bridge/dock.contract.ts'
import { bench } from './bench.ts'
import { Section } from './section.tsx'
import { words } from './strings.ts'

export function Reader({ state }: { readonly state: BenchState }) {
  const { reader, persons } = state
  const holder = persons.find((person) => person.id === reader.card)
  return (
    <Section
      name={words.reader}
      troubles={[!reader.plugged && words.unplugged]}
      fine={holder === undefined ? words.readerEmpty : words.readerHolds(holder.name, reader.alreadyRead)}
    >
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
    </Section>
  )
}

/** The same persons' social-security cards; only some of them have one. */
export function SmartCard(props: Pick<BenchState, 'persons'> & Pick<MoreDevices, 'smartCard'>) {
  const { card, holders: ids } = props.smartCard
  const holders = props.persons.filter(({ id }) => ids.includes(id))
  const holder = holders.find(({ id }) => id === card)
  return (
    <Section
      name={words.smartCard}
      fine={holder === undefined ? words.readerEmpty : words.readerHolds(holder.name, false)}
    >
      <div className="row">
        {holders.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            data-testid={`insert-${id}`}
            aria-pressed={card === id}
            onClick={() => void bench.more.insertCard({ person: id })}
          >
            {name}
          </button>
        ))}
        <button type="button" data-testid="lift-card" onClick={() => void bench.more.liftCard()}>
          {words.pullOut}
        </button>
      </div>
    </Section>
  )
}
