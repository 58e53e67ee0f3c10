import { openDocumentScannerSimulator } from '../../drivers/document-scanner/simulator.ts'

/** A simulated scanner in a process of its own, so that it takes no time from whoever is measured. Tells its address once. */
const simulator = await openDocumentScannerSimulator({ hasGrain: true, formats: ['image/jpeg'] })
process.once('disconnect', () => void simulator.close())
process.send?.({ url: simulator.url })
