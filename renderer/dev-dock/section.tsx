import type { ReactNode } from 'react'
import { words } from './strings.ts'

/** A device: its name, how it is, what can be done to it. */
export function Section(props: {
  readonly name: string
  /** What is wrong with it; nothing when it is well. */
  readonly troubles?: readonly (string | false)[]
  /** How it is when nothing is wrong. */
  readonly fine: string
  readonly children: ReactNode
}) {
  const troubles = (props.troubles ?? []).filter((each) => each !== false)
  return (
    <section>
      <h2>{props.name}</h2>
      <p className={troubles.length > 0 ? 'state trouble' : 'state'}>
        {troubles.length > 0 ? troubles.join(words.and) : props.fine}
      </p>
      {props.children}
    </section>
  )
}

/** A pair of switches as one button, that says what it will do. */
export function Toggle<T extends string>(props: {
  readonly isOn: boolean
  readonly on: T
  readonly off: T
  readonly labels: Readonly<Record<T, string>>
  readonly onPress: (to: T) => void
}) {
  const next = props.isOn ? props.off : props.on
  return (
    <button type="button" data-testid={next} aria-pressed={props.isOn} onClick={() => props.onPress(next)}>
      {props.labels[next]}
    </button>
  )
}
