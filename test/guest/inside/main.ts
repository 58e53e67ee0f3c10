import { checkCardReader } from './card-reader.ts'
import { type Check, createChecks } from './checks.ts'
import { checkCodeScanner, checkSignaturePad } from './scanner-and-pad.ts'
import { createUhidSystem } from './uhid-system.ts'

/**
 * Runs inside the guest: plays three HID devices to its kernel and lets the drivers talk to them through node-hid. Each check
 * is a line on the console as it is made; the last line says that all were.
 */
const say = (line: object) => console.log(`GUEST ${JSON.stringify(line)}`)

/** A process whose threads wait for the kernel does not end by itself. */
const end = () => void process.kill(process.pid, 'SIGKILL')
process.on('uncaughtException', (error) => {
  console.log(`GUEST-TROUBLE ${JSON.stringify(error.stack)}`)
  end()
})

const checks = createChecks((check: Check) => say(check))
const system = createUhidSystem()
for (const run of [checkCardReader, checkCodeScanner, checkSignaturePad]) await run(system, checks)
say({ done: checks.done.length, failed: checks.done.filter(({ ok }) => !ok).length, node: process.version })
end()
