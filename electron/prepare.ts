import { access, chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SpawnHost } from '../drivers/host/host-client.ts'
import type { Log } from './events.ts'
import type { ShellOptions } from './options.ts'
import { loadProvisioning, loadSettings } from './settings.ts'
import { watchSettings } from './settings-watch.ts'
import { startTerminal, type TerminalResult } from './terminal.ts'

/** What both shells do before they show anything: read the files, say what is wrong with them, start the Terminal. */
export async function prepareTerminal(
  options: ShellOptions,
  spawnHost: SpawnHost,
  version: string,
  log: Log,
): Promise<TerminalResult> {
  const [settings, provisioning] = await Promise.all([
    loadSettings(options.settingsFile),
    loadProvisioning(options.provisioningFile),
  ])
  for (const read of [settings, provisioning]) {
    if (!read.ok) log('settings-refused', { file: read.file, fault: read.fault, problems: read.problems })
  }
  if (!settings.ok) return { ok: false, fault: 'settings', detail: problemText(settings) }
  if (!provisioning.ok) return { ok: false, fault: 'provisioning', detail: problemText(provisioning) }
  const page = join(options.pageDir, 'index.html')
  // Before anything is begun: a terminal without its page would take the journal and the devices and show nothing.
  if (!options.dev && !(await canBeRead(page))) {
    const problems = ['cannot be read: the page was not built ("npm run build"), or --page names another folder']
    log('settings-refused', { file: page, fault: 'missing', problems })
    return { ok: false, fault: 'page', detail: problemText({ file: page, problems }) }
  }
  await mkdir(options.dataDir, { recursive: true })
  await chmod(options.dataDir, 0o700)
  const started = await startTerminal({
    dataDir: options.dataDir,
    settings: settings.value,
    provisioning: provisioning.value,
    version,
    spawnHost,
    log,
  })
  if (!started.ok) return started
  const { terminal } = started
  const endWatch = watchSettings({
    file: options.settingsFile,
    current: settings.value,
    onDevices: terminal.useDevices,
    log,
  })
  return {
    ok: true,
    terminal: {
      ...terminal,
      async stop() {
        endWatch()
        await terminal.stop()
      },
    },
  }
}

function canBeRead(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** For the person at the keyboard: the file, then a line for each problem. */
function problemText(read: { readonly file: string; readonly problems: readonly string[] }): string {
  return [read.file, ...read.problems.map((problem) => `  ${problem}`)].join('\n')
}
