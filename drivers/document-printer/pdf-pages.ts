/**
 * Counts the pages of a PDF as the simulator's paper needs it: page objects that stand in the clear. A file that keeps its
 * page objects in compressed streams counts as one page.
 */
export function countPdfPages(pdf: Uint8Array): number {
  const text = new TextDecoder('latin1').decode(pdf)
  return Math.max(1, text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0)
}
