/**
 * A social-security card is a bank card too. The kiosk does not read bank data at all (reference/devices.md 2.1), and so
 * that no caller does it by mistake, commands that lead there do not leave this driver.
 */

const INS_SELECT = 0xa4
const INS_GET_DATA = 0xca
const INS_GET_PROCESSING_OPTIONS = 0xa8
const SELECT_BY_NAME = 0x04
const LC_AT = 4

/** Payment system environments (1PAY.SYS.DDF01 by contact, 2PAY.SYS.DDF01 without) and the payment schemes' RIDs. */
const BANK_NAMES: readonly Uint8Array[] = [
  Buffer.from('1PAY', 'latin1'),
  Buffer.from('2PAY', 'latin1'),
  // UnionPay, Visa, Mastercard, American Express, JCB.
  ...['A000000333', 'A000000003', 'A000000004', 'A000000025', 'A000000065'].map((hex) => Buffer.from(hex, 'hex')),
]

/** True for a command that selects or reads a bank application. */
export function isBankCommand(command: Uint8Array): boolean {
  const [cla = 0, ins, p1] = command
  if (ins === INS_SELECT && p1 === SELECT_BY_NAME) {
    const name = command.subarray(LC_AT + 1, LC_AT + 1 + (command[LC_AT] ?? 0))
    // A short name selects what begins with it: a part of a bank's name is enough.
    return BANK_NAMES.some((bank) => sharesStart(bank, name))
  }
  // EMV's own class: what the card tells only inside a payment application.
  return (cla & 0x80) !== 0 && (ins === INS_GET_DATA || ins === INS_GET_PROCESSING_OPTIONS)
}

function sharesStart(bank: Uint8Array, name: Uint8Array): boolean {
  const length = Math.min(bank.length, name.length)
  return Buffer.compare(bank.subarray(0, length), name.subarray(0, length)) === 0
}
