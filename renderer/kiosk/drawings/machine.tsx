interface MachineProps {
  readonly readerWord: string
  readonly printerWord: string
  readonly isReading: boolean
  /** What is on its way to the lit place; a resident card when not given. */
  readonly thing?: 'id-card' | 'chip-card' | 'phone'
}

/** This machine as a standing person sees it: the lit place, and what belongs there on its way (picture 04). Box of 860 × 760. */
export function MachineDrawing({ readerWord, printerWord, isReading, thing = 'id-card' }: MachineProps) {
  const Thing = THINGS[thing]
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
        <Thing />
      </g>
      {isReading ? null : <path className="arrow" d="M582 356v104M534 420l48 48 48-48" />}
    </svg>
  )
}

const THINGS = { 'id-card': IdCard, 'chip-card': ChipCard, phone: Phone }

function IdCard() {
  return (
    <>
      <g className="drawn">
        <path className="paper" d="M430 160h272l38 188H414z" />
        <ellipse className="tinted" cx="630" cy="230" rx="33" ry="30" />
        <path className="tinted" d="M572 322q4-52 60-52t70 52z" />
      </g>
      <path className="card-lines" d="M462 204h80M456 238h100M450 272h76M446 308h98" />
    </>
  )
}

/** The chip goes in first. */
function ChipCard() {
  return (
    <>
      <g className="drawn">
        <path className="paper" d="M430 160h272l38 188H414z" />
        <path className="tinted" d="M520 268h110l8 54H514z" />
        <path d="M575 268v54M517 295h118" />
      </g>
      <path className="card-lines" d="M462 200h150M458 232h92" />
    </>
  )
}

function Phone() {
  return (
    <>
      <g className="drawn">
        <path className="paper" d="M490 60h176q14 0 15 14l14 260q1 14-14 14H476q-14 0-13-14l12-260q1-14 15-14z" />
        <path className="tinted" d="M510 130h44v44h-44zM606 130h44v44h-44zM506 226h44v44h-44z" />
      </g>
      <path className="card-lines" d="M576 200h76M580 232h30M628 232h26M580 262h74M520 306h120" />
    </>
  )
}
