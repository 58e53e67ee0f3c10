import { realClock } from '../transport/clock.ts'
import { createDocumentPrinter, type DocumentPrinter } from './driver.ts'
import { samplePdf } from './sample-pdf.ts'

/** For benchmarks: how long a PDF page takes from print() to the settled answer, on a driver that is up and looking. */
export interface PrintStopwatch {
  /** Milliseconds from the call to its answer. Throws when the page was not printed: a failed print has no time. */
  printOne(): Promise<number>
  close(): Promise<void>
}

/** `pdf`: default one page. Waits until the printer is ready; throws with its state when it is not within `timeoutMs`. */
export async function openPrintStopwatch(
  url: string,
  pdf: Uint8Array = samplePdf(1),
  timeoutMs = 10_000,
): Promise<PrintStopwatch> {
  let printer: DocumentPrinter | undefined
  await new Promise<void>((resolve, reject) => {
    const cancel = realClock.after(timeoutMs, () =>
      reject(new Error(`not ready within ${timeoutMs} ms: ${JSON.stringify(printer?.state())}`)),
    )
    printer = createDocumentPrinter({
      url,
      clock: realClock,
      log: () => undefined,
      onEvent(event) {
        if (event.event !== 'state' || event.state.state !== 'ready') return
        cancel()
        resolve()
      },
    })
    printer.start()
  })
  const ready = printer
  let count = 0
  return {
    async printOne() {
      count += 1
      const startMs = performance.now()
      const result = await ready?.print({ jobId: `measured-${count}`, pdf })
      const tookMs = performance.now() - startMs
      if (result?.ok !== true) throw new Error(`not printed: ${JSON.stringify(result)}`)
      return tookMs
    },
    close: async () => ready?.stop(),
  }
}
