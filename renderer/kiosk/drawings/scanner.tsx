/** A scanner with its lid up, and a sheet that goes onto the glass: its back is seen, the words lie below. Box of 400 × 290. */
export function ScannerDrawing() {
  return (
    <svg className="scanner-drawing" viewBox="0 0 400 290" aria-hidden="true">
      <g className="drawn">
        <path className="paper" d="M70 14h260l24 126H46z" />
        <path className="paper" d="M46 140h308l28 110v28H18v-28z" />
        <path className="act" d="M72 158h256l22 80H50z" />
        <path className="tinted" d="M138 44h124l14 92H124z" />
      </g>
      <path className="arrow" d="M200 150v60M172 184l28 28 28-28" />
    </svg>
  )
}
