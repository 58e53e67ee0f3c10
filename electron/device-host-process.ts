import { type ChildProcess, fork } from 'node:child_process'
import type { HostProcess } from '../drivers/host/host-client.ts'

/** The device host as a child of plain Node (browser shell, tests). `modulePath` is drivers/host/main. */
export function forkDeviceHost(modulePath: string): HostProcess {
  return hostProcessOf(fork(modulePath, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
}

/** A child with an open channel, as its parent speaks to it. */
export function hostProcessOf(child: ChildProcess): HostProcess {
  let exited = false
  const onExit: ((code: number | null) => void)[] = []
  const gone = (code: number | null) => {
    if (exited) return
    exited = true
    for (const listener of onExit) listener(code)
  }
  child.on('exit', gone)
  // A child that could not be started at all only says "error".
  child.on('error', () => gone(null))
  return {
    send: (message) => {
      // A message to a child that is just dying: its exit is what counts.
      child.send(message, () => undefined)
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => onExit.push(listener),
    kill: () => child.kill('SIGKILL'),
  }
}
