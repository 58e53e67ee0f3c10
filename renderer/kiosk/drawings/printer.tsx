/** The receipt printer without paper where paper should be (picture 09). Box of 220 × 220. */
export function PrinterDrawing() {
  return (
    <svg className="printer-drawing" viewBox="0 0 220 220" aria-hidden="true">
      <g className="drawn">
        <path className="ground" d="M32 84q0-72 78-72t78 72z" />
        <path className="paper" d="M10 84h200v126H10z" />
        <circle className="paper" cx="110" cy="70" r="10" />
        <path d="M42 146h136" className="slot-ink" />
      </g>
      <g className="missing">
        <circle cx="110" cy="70" r="28" />
        <path d="M72 150v58M148 150v58" />
      </g>
      <circle className="missing-dot" cx="186" cy="106" r="7" />
    </svg>
  )
}
