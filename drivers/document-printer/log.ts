/** One event of the log; no text of a document and no name of a person ever goes in. */
export type DocumentPrinterLogEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean>>
