import { implement } from '@orpc/server'
import { type Cell, follow } from '../cell.ts'
import { type Devices, devices } from './devices.contract.ts'

export function devicesHandlers(state: Cell<Devices>) {
  const os = implement(devices)
  return os.router({
    watchDevices: os.watchDevices.handler(({ signal }) => follow(state, signal)),
  })
}
