import type { Bridge } from './bridge.ts'
import { Codes } from './devices/codes.ts'
import { listenForWedgeCodes } from './devices/wedge-keys.ts'
import type { SessionActor } from './session-wiring.ts'

/**
 * Scanners of both kinds into one store. Comes after the session's own listeners: a burst counts as a touch like any
 * key, and a code from the device host is told as one.
 */
export function connectCodes(session: SessionActor, bridge: Bridge): Codes {
  const dropped = (detail: string) => {
    bridge
      .call((client) => client.maintenance.report({ event: 'code-dropped', detail }))
      .catch((cause: unknown) => console.warn('could not report a code that nobody wanted', cause))
  }
  const codes = new Codes((source) => dropped(`source=${source} why=no-use`))
  listenForWedgeCodes({
    target: window,
    onCode: (text) => codes.tell(text, 'keyboard'),
    onDropped: (keys) => dropped(`source=keyboard why=not-whole keys=${keys}`),
  })
  bridge.watch(
    (client, options) => client.codes.watchCodes(undefined, options),
    ({ text }) => {
      session.send({ type: 'TOUCH' })
      codes.tell(text, 'device-host')
    },
  )
  return codes
}
