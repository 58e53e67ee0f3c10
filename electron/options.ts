import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What both shells are told at start. */
export interface ShellOptions {
  /** Journal, trust, packages and the browser's profile live below it. */
  readonly dataDir: string
  readonly settingsFile: string
  readonly provisioningFile: string
  /** The built page. */
  readonly pageDir: string
  /** Fills the screen and hides everything else. */
  readonly kiosk: boolean
  /** Browser shell: start no browser, print start addresses on demand. */
  readonly browser: boolean
  /** Browser shell: 0 takes any free port. */
  readonly port: number
  /** Browser shell: the page from its sources, with hot reload. */
  readonly dev: boolean
}

export type OptionsResult =
  | { readonly kind: 'options'; readonly options: ShellOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly text: string }

export const SHELL_HELP = `Starts the terminal.

  --data DIR            journal, trust, packages, browser profile (default .bianmin/terminal)
  --settings FILE       settings.json (default DIR/settings.json)
  --provisioning FILE   provisioning.json (default DIR/provisioning.json)
  --page DIR            the built page (default: the one built beside the program)
  --windowed            a window instead of the whole screen
  --no-browser          browser shell: starts no browser; type Enter for a start address, q to stop
  --port N              browser shell: port on 127.0.0.1 (default: any free one)
  --dev                 browser shell: the page from its sources, with hot reload
  --help                this text
`

/** Reads the command line; never throws. `builtPage` is where this shell finds the page unless told otherwise. */
export function readOptions(args: readonly string[], here: string, builtPage = 'dist/kiosk'): OptionsResult {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string', default: '.bianmin/terminal' },
        settings: { type: 'string' },
        provisioning: { type: 'string' },
        page: { type: 'string', default: builtPage },
        windowed: { type: 'boolean', default: false },
        'no-browser': { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        dev: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { kind: 'help', text: SHELL_HELP }
    const port = Number(values.port)
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535)
      return { kind: 'wrong', text: `--port ${values.port}: not a port` }
    const dataDir = resolve(here, values.data)
    return {
      kind: 'options',
      options: {
        dataDir,
        settingsFile: resolve(here, values.settings ?? `${dataDir}/settings.json`),
        provisioningFile: resolve(here, values.provisioning ?? `${dataDir}/provisioning.json`),
        pageDir: resolve(here, values.page),
        kiosk: !values.windowed,
        browser: !values['no-browser'],
        port,
        dev: values.dev,
      },
    }
  } catch (error) {
    return { kind: 'wrong', text: `${(error as Error).message}\n\n${SHELL_HELP}` }
  }
}
