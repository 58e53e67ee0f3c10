/** One line of log is one event. Presence is not logged: when somebody stands there is nobody's business. */
export type LineBoardLogEntry = { readonly event: `line-board.${string}` } & Readonly<
  Record<string, string | number | boolean>
>
export type LineBoardLog = (entry: LineBoardLogEntry) => void
