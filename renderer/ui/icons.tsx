import type { ReactNode } from 'react'

/** Line signs on a grid of 24, stroke 2, square ends (look.md section 2.3). Drawn for this project. */
const SIGNS = {
  back: <path d="M15 4 7 12l8 8" />,
  forward: <path d="m9 4 8 8-8 8" />,
  home: <path d="M3 11.5 12 4l9 7.5M5.5 10v10h13V10M10 20v-6h4v6" />,
  staff: (
    <>
      <circle cx="10" cy="8" r="4" />
      <path d="M3 21v-2a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v2M19 4v8M22.500 5.500v5" />
    </>
  ),
  check: <path d="m4 12.500 5 5L20 6.500" />,
  tray: <path d="M12 3v10m-4-3.500 4 4 4-4M3.500 14v6h17v-6" />,
  door: <path d="M13 4H4v16h9M13 3v18M17 12h5m-2.500-3 3 3-3 3M9.500 11.500v1.500" />,
  leave: <path d="M14 4H4v16h10M9 12h12m-4-4 4 4-4 4" />,
  card: (
    <>
      <path d="M2.500 5h19v14h-19z" />
      <circle cx="8" cy="10.500" r="2" />
      <path d="M5 16v-.5a2.500 2.500 0 0 1 2.500-2h1a2.500 2.500 0 0 1 2.500 2v.5M14 10h5M14 14h5" />
    </>
  ),
  paper: <path d="M5 3h14v18H5zM8.500 8h7M8.500 12h7M8.500 16h4.500" />,
  printer: <path d="M7 9V3h10v6M7 17H3V9h18v8h-4M7 14h10v7H7z" />,
  send: <path d="M3 4h18v12H10l-4 4v-4H3zM7.500 8.500h9M7.500 12h6" />,
  eye: (
    <>
      <path d="M2 12c3-5 6.500-7 10-7s7 2 10 7c-3 5-6.500 7-10 7s-7-2-10-7z" />
      <circle cx="12" cy="12" r="3" />
    </>
  ),
  pencil: <path d="m4 20 1-5L16 4l4 4L9 19zM13.500 6.500l4 4" />,
  alert: <path d="M12 3.500 22 20.500H2zM12 10v5M12 17v1.500" />,
  backspace: <path d="M8 5h14v14H8l-6-7zM12 9l6 6M18 9l-6 6" />,
  letters: <path d="M2 19 8 5l6 14M4 14.500h8M15 19l3.500-8.500L22 19M16 16.500h5" />,
  search: (
    <>
      <circle cx="10.500" cy="10.500" r="6.500" />
      <path d="m15.500 15.500 5.500 5.500" />
    </>
  ),
  language: (
    <path d="M2 5h11M7.500 2.500V5M10.500 5c-1 4-4 7-8 8.500M4.500 7c1.500 3 4 5 6.500 6M11 21.500 16 10l5 11.500M12.800 17.500h6.400" />
  ),
  voice: <path d="M3 9.500h4l5-4.500v14l-5-4.500H3zM15.500 9a4 4 0 0 1 0 6M18.500 6a8.500 8.500 0 0 1 0 12" />,
  again: <path d="M20 12a8 8 0 1 1-2.500-5.800M20 3v5h-5" />,
} satisfies Record<string, ReactNode>

export type SignName = keyof typeof SIGNS

/** They point along the line: turned where lines run from right to left. */
const TURNS: ReadonlySet<SignName> = new Set(['back', 'forward', 'leave', 'door', 'send', 'voice', 'backspace'])

/** A sign never stands without a word, so it is always hidden from readers. */
export function Sign({ name }: { readonly name: SignName }) {
  return (
    <svg
      className={TURNS.has(name) ? 'sign sign-turns' : 'sign'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      {SIGNS[name]}
    </svg>
  )
}
