/** The bytes of eSCL, gathered: what is asked (ScanSettings), what is answered (ScannerCapabilities, ScannerStatus). */
export { COLOUR_WORDS, type EsclCapabilities, readCapabilities } from './capabilities.ts'
export { writeScanSettings } from './scan-settings.ts'
export { type EsclJobInfo, type EsclStatus, type FeederState, hindranceOf, readStatus, stateOf } from './status.ts'
