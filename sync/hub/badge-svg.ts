import { generate } from 'lean-qr'

/** Light modules around the code that readers need, in modules (ISO/IEC 18004). */
const QUIET = 4
/** 34 mm a side: read at arm's length by every scanner of drivers/code-scanner. */
const SIDE_MM = 34
/** A card of ISO/IEC 7810 ID-1, upright. */
const CARD = { widthMm: 54, heightMm: 85.6 } as const

/** A badge to be printed and cut out: name, number, QR code. The code is the badge: whoever copies it has it. */
export function badgeSvg({
  name,
  number,
  text,
}: {
  readonly name: string
  readonly number: string
  readonly text: string
}): string {
  const code = generate(text)
  let path = ''
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`
  }
  const side = code.size + 2 * QUIET
  const middle = CARD.widthMm / 2
  const words = `font-family="Noto Sans CJK SC, Noto Sans SC, sans-serif" text-anchor="middle" fill="#16201D"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD.widthMm}mm" height="${CARD.heightMm}mm" viewBox="0 0 ${CARD.widthMm} ${CARD.heightMm}">
<rect width="${CARD.widthMm}" height="${CARD.heightMm}" fill="#FFFFFF"/>
<text x="${middle}" y="16" font-size="8" font-weight="700" ${words}>${escaped(name)}</text>
<text x="${middle}" y="25" font-size="5" ${words}>帮办员 ${escaped(number)}</text>
<svg x="${middle - SIDE_MM / 2}" y="32" width="${SIDE_MM}" height="${SIDE_MM}" viewBox="${-QUIET} ${-QUIET} ${side} ${side}" shape-rendering="crispEdges"><path d="${path}" fill="#000000"/></svg>
<text x="${middle}" y="76" font-size="3.5" ${words}>工牌要和密码一起用，丢了请马上报</text>
</svg>
`
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.codePointAt(0)};`)
}
