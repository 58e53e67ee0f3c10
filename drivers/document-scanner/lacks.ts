import type { Lack, ScannerAbility, ScanOptions } from './states.ts'

/** What the device lacks of what the options ask; undefined when it can do it all. Checked before anything moves. */
export function lackOf(options: ScanOptions, ability: ScannerAbility): Lack | undefined {
  const { source, duplex, mode, dpi, format } = options
  const plain = source === 'flatbed' ? ability.flatbed : ability.feeder
  if (plain === null) return 'source'
  const used = duplex === true ? ability.duplex : plain
  if (used === null) return 'duplex'
  if (!used.modes.includes(mode)) return 'mode'
  if (!used.dpi.includes(dpi)) return 'dpi'
  return used.formats.includes(format) ? undefined : 'format'
}
