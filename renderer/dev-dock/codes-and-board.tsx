import { type FormEvent, useState } from 'react'
import { type BOARD_SWITCHES, LAMPS, type MoreDevices } from '../../electron/bridge/dock.contract.ts'
import { bench } from './bench.ts'
import { Section, Toggle } from './section.tsx'
import { words } from './strings.ts'

const show = (text: string) => void bench.more.showCode({ text })

export function CodeScanner({ codeScanner: scanner }: Pick<MoreDevices, 'codeScanner'>) {
  const [text, setText] = useState('')
  const { receiptCode } = scanner
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text !== '') show(text)
  }
  return (
    <Section
      name={words.codeScanner}
      troubles={[!scanner.plugged && words.unplugged, scanner.plugged && !scanner.heard && words.unheard]}
      fine={scanner.lastShown === null ? words.nothingShown : words.shown(scanner.lastShown)}
    >
      <form className="row" onSubmit={submit}>
        <input
          value={text}
          maxLength={1000}
          placeholder={words.codeHint}
          aria-label={words.codeHint}
          data-testid="code-text"
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" data-testid="code-show">
          {words.showCode}
        </button>
      </form>
      <div className="row">
        <button
          type="button"
          data-testid="code-receipt"
          disabled={receiptCode === null}
          onClick={() => receiptCode !== null && show(receiptCode)}
        >
          {words.receiptCode}
        </button>
        {words.sampleCodes.map(({ name, code }) => (
          <button key={name} type="button" onClick={() => show(code)}>
            {name}
          </button>
        ))}
        <button
          type="button"
          data-testid="plug-codes"
          onClick={() => void bench.more.plugCodeScanner({ plugged: !scanner.plugged })}
        >
          {scanner.plugged ? words.unplugCodes : words.plugCodes}
        </button>
      </div>
    </Section>
  )
}

export function LineBoard({ lineBoard: board }: Pick<MoreDevices, 'lineBoard'>) {
  const { inputs, lamps, beeps } = board
  const set = (to: (typeof BOARD_SWITCHES)[number]) => void bench.more.setBoard({ to })
  const labels = words.boardSwitches
  return (
    <Section
      name={words.lineBoard}
      troubles={[inputs.mains === 'lost' && words.mainsLost, inputs.door === 'open' && words.doorOpen]}
      fine={words.boardFine(inputs.batteryPercent ?? 0, beeps)}
    >
      <ul className="lamps">
        {LAMPS.map((lamp) => (
          <li key={lamp} data-testid={`lamp-${lamp}`} data-mode={lamps[lamp]}>
            <i />
            {words.lamps[lamp]}
          </li>
        ))}
      </ul>
      <div className="row">
        <Toggle isOn={inputs.mains === 'lost'} on="lose-mains" off="restore-mains" labels={labels} onPress={set} />
        <Toggle isOn={inputs.door === 'open'} on="open-door" off="close-door" labels={labels} onPress={set} />
        <Toggle isOn={inputs.presence === true} on="somebody-comes" off="nobody-there" labels={labels} onPress={set} />
      </div>
    </Section>
  )
}
