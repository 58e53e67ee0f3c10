/** Answers that hold more than one thing, and how they are written as one text. */

/** Several choices: values in the order of the options, commas between. */
export function joinChoices(chosen: readonly string[], options: readonly { readonly value: string }[]): string {
  return options.flatMap(({ value }) => (chosen.includes(value) ? [value] : [])).join(',')
}

export function splitChoices(answer: string): readonly string[] {
  return answer === '' ? [] : answer.split(',')
}

/** An address: six digits of its division, one space, street and house. */
export interface Address {
  readonly division: string
  readonly detail: string
}

/** Empty while both parts are; either may still be missing while it is typed. */
export function joinAddress({ division, detail }: Address): string {
  return division === '' && detail === '' ? '' : `${division} ${detail}`
}

export function splitAddress(answer: string): Address {
  const at = answer.indexOf(' ')
  if (at < 0) return { division: answer, detail: '' }
  return { division: answer.slice(0, at), detail: answer.slice(at + 1) }
}
