import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePage } from '../synthetic-page.ts'
import { FLATBED } from './scanner-bench.ts'

/**
 * A program in the place of scanimage that hangs where it is told to, for real: a process of the system that does not end.
 * `ok`: lists options, and scans one page. `hang`: does nothing, for ever. `hang-mid-page`: half a page first. `hang-after`:
 * says that it is through, and stays (devices.md 6.1). `stubborn`: hangs and ignores SIGTERM. `broken`: half a page, and
 * ends as if all were well. `jam-after-page`: a page that looks whole, and the word that it jammed. `endless`: a listing without end. `lost`: the device is not there.
 */
export type FakeMode =
  | 'ok'
  | 'hang'
  | 'hang-mid-page'
  | 'hang-after'
  | 'stubborn'
  | 'broken'
  | 'endless'
  | 'lost'
  | 'crash'
  | 'jam-after-page'

export interface FakeScanimage {
  readonly program: string
  set(mode: FakeMode): Promise<void>
  /** Pids of all that was started so far. */
  started(): readonly string[]
  close(): Promise<void>
}

const LISTING = `
All options specific to device \`fake':
  Scan Mode:
    --mode Gray|Color [Gray]
        Selects the scan mode.
    --resolution 75..600dpi (in steps of 1) [75]
    --source Flatbed|ADF [Flatbed]
  Geometry:
    -x 0..215mm [215]
    -y 0..297mm [297]
`

function script(directory: string): string {
  return `#!/bin/sh
here='${directory}'
mode=$(cat "$here/mode")
[ "$mode" != stubborn ] || trap '' TERM
echo $$ >>"$here/started"
case "$*" in *' -A'*) listing=yes ;; *) listing= ;; esac
page() { cat "$here/page.png" >"1.png.part"; }
half() { head -c 1000 "$here/page.png" >"1.png.part"; }
case $mode in
  hang) exec sleep 1000 ;;
  stubborn) while :; do sleep 1000; done ;;
  crash) kill -SEGV $$ ;;
  lost) echo 'scanimage: open of device fake failed: Invalid argument' >&2; exit 1 ;;
  endless) exec yes '    --mode Gray [Gray]' ;;
esac
if [ -n "$listing" ]; then cat "$here/listing"; exit 0; fi
echo 'Scanning page 1' >&2
case $mode in
  ok) page; printf 'Progress: 50.0%%\\rProgress: 100.0%%\\r' >&2 ;;
  hang-mid-page) half; exec sleep 1000 ;;
  broken) half ;;
  jam-after-page) page; printf 'scanimage: sane_read: Document feeder jammed\\nScanned page 1. (scanner status = 6)\\n' >&2; exit 6 ;;
  hang-after) page; printf 'Scanned page 1. (scanner status = 5)\\nBatch terminated, 1 page scanned\\n' >&2; exec sleep 1000 ;;
esac
printf 'Scanned page 1. (scanner status = 5)\\nBatch terminated, 1 page scanned\\n' >&2
`
}

export async function openFakeScanimage(mode: FakeMode = 'ok'): Promise<FakeScanimage> {
  const directory = await mkdtemp(join(tmpdir(), 'fake-scanimage-'))
  const program = join(directory, 'scanimage')
  const { mode: colour, dpi } = FLATBED
  const order = { page: 1, widthPx: 200, heightPx: 300, mode: colour, dpi, hasGrain: false } as const
  await writeFile(join(directory, 'page.png'), makePage({ ...order, format: 'image/png' }))
  await writeFile(join(directory, 'listing'), LISTING)
  await writeFile(program, script(directory))
  await chmod(program, 0o755)
  const set = (next: FakeMode): Promise<void> => writeFile(join(directory, 'mode'), next)
  await set(mode)
  return {
    program,
    set,
    started() {
      const file = join(directory, 'started')
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}
