/** The counter: a card, a sheet with glasses on it, the seal, a cup (picture 01). Units of a box of 1000 × 520. */
export function IdleScene({ seal }: { readonly seal: string }) {
  return (
    <svg className="scene" viewBox="-14 20 1014 490" aria-hidden="true" preserveAspectRatio="xMidYMax meet">
      <path className="scene-edge" d="M-3000 122H700M892 122h3000" />
      <path className="scene-counter" d="M-3000 124h7000v3000h-7000z" />
      <g className="scene-ink">
        <ellipse className="scene-shade" cx="793" cy="382" rx="112" ry="15" />
        <path
          className="scene-paper"
          d="M704 128h178v216q0 36-36 36H740q-36 0-36-36zM696 128q0-66 97-66t97 66zM882 184q58-8 58 62t-58 62v-16q42 0 42-46t-42-46z"
        />
        <circle className="scene-paper" cx="793" cy="46" r="15" />
        <path
          className="scene-leaf"
          d="M776 336q8-74 42-120M786 292q-30-8-36-40 32 6 40 34zM792 272q8-26 48-28-14 28-44 34zM800 252q-12-24 2-48 18 22 8 44zM812 232q12-24 48-24-12 26-44 30z"
        />
      </g>
      <path className="scene-shade" d="M118 452h560l-4 10H126z" />
      <g className="scene-ink">
        <path className="scene-paper" d="M62 322h142l-28 90H26z" />
        <circle className="scene-leaf-fill" cx="82" cy="356" r="14" />
        <path className="scene-leaf-fill" d="M50 396q4-24 26-24t20 24z" />
      </g>
      <path className="scene-line-act" d="M120 350h68M114 370h36M106 390h34" />
      <g className="scene-ink">
        <path className="scene-paper" d="M208 240h368l122 206H132z" />
      </g>
      <path className="scene-line" d="M254 278h246M240 316h120M230 354h246M218 394h198" />
      <path className="scene-seal" d="M528 352h70l34 60h-70z" />
      <text className="scene-seal-word" x="0" y="0" transform="matrix(1 0 .567 1 589 397)">
        {seal}
      </text>
      <path
        className="scene-glasses"
        d="M300 306q44-8 96 0 6 0 4 12l-8 38q-4 12-16 12h-52q-12 0-14-12l-10-38q-2-12 0-12zm132 0q44-8 96 0 6 0 4 12l-8 38q-4 12-16 12h-52q-12 0-14-12l-10-38q-2-12 0-12zM398 316q18-12 34 0M300 310q-6-30 18-46 16-8 40-10M528 310q6-30-18-46-14-8-42-10"
      />
    </svg>
  )
}
