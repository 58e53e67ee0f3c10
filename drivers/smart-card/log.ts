/** One line of log is one event; never a card's fields, its ATR or its answers, only kinds, counts and status words. */
export type SmartCardLogEntry = { readonly event: `smart-card.${string}` } & Readonly<
  Record<string, string | number | boolean>
>
export type SmartCardLog = (entry: SmartCardLogEntry) => void
