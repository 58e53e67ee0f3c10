/** Instruction bytes and whole status words of ISO 7816-4, as the simulated card gives them. */
export const INS = { select: 0xa4, readRecord: 0xb2, getResponse: 0xc0 } as const

export const SW = {
  ok: Uint8Array.of(0x90, 0x00),
  conditionsNotMet: Uint8Array.of(0x69, 0x85),
  noCurrentFile: Uint8Array.of(0x69, 0x86),
  notSupported: Uint8Array.of(0x6a, 0x81),
  fileNotFound: Uint8Array.of(0x6a, 0x82),
  recordNotFound: Uint8Array.of(0x6a, 0x83),
  unknownInstruction: Uint8Array.of(0x6d, 0x00),
} as const
