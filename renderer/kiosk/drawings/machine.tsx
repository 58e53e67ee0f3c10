interface MachineProps {
  readonly readerWord: string
  readonly printerWord: string
  readonly isReading: boolean
}

/** This machine as a standing person sees it: the reader lit, the card on its way (picture 04). Box of 860 × 760. */
export function MachineDrawing({ readerWord, printerWord, isReading }: MachineProps) {
  return (
    <svg className="machine" viewBox="0 0 860 760" aria-hidden="true">
      <g className="drawn">
        <path className="paper" d="M125 6h610v276H125z" />
        <path className="ground" d="M158 40h544v210H158z" />
        <path className="paper" d="M125 282h610l102 366H22z" />
        <path className="tinted" d="M22 648h815v86H22z" />
      </g>
      <path className="faint" d="M188 76h270M188 114h356M188 154h204" />
      <path className="act" d="M190 190h240v36H190z" />
      <g className="drawn-soft">
        <path className="ground" d="M160 358h194l-14 62H142z" />
        <path className="slot" d="M176 389h152" />
      </g>
      <text className="machine-word" x="256" y="342" textAnchor="middle">
        {printerWord}
      </text>
      <g className="drawn">
        <path className="act" d="M412 386h334l62 242H396z" />
      </g>
      <path className="lamp" d="M434 408h296l48 198H422z" />
      <text className="machine-reader" x="596" y="572" textAnchor="middle">
        {readerWord}
      </text>
      <g className={isReading ? 'card-lying' : 'card-coming'}>
        <g className="drawn">
          <path className="paper" d="M430 160h272l38 188H414z" />
          <ellipse className="tinted" cx="630" cy="230" rx="33" ry="30" />
          <path className="tinted" d="M572 322q4-52 60-52t70 52z" />
        </g>
        <path className="card-lines" d="M462 204h80M456 238h100M450 272h76M446 308h98" />
      </g>
      {isReading ? null : <path className="arrow" d="M582 356v104M534 420l48 48 48-48" />}
    </svg>
  )
}
