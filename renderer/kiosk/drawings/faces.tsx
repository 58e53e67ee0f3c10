import type { RatingLevel } from '../../../sync/protocol/feedback.ts'

/** Eyes and mouth of each level; the head is one for all, so that no face is larger or louder than another. */
const FEATURES: Readonly<Record<RatingLevel, { readonly eyes: string; readonly mouth: string }>> = {
  5: { eyes: 'M26 36c3-6 9-6 12 0M58 36c3-6 9-6 12 0', mouth: 'M25 54h46c-2 26-44 26-46 0z' },
  4: { eyes: 'M32 31v9M64 31v9', mouth: 'M27 57c9 16 33 16 42 0' },
  3: { eyes: 'M32 31v9M64 31v9', mouth: 'M28 63h40' },
  2: { eyes: 'M24 31l14-4M72 31l-14-4M32 36v7M64 36v7', mouth: 'M28 70c8-13 32-13 40 0' },
  1: { eyes: 'M23 25l15 8M73 25l-15 8M33 39v5M63 39v5', mouth: 'M26 73c7-21 37-21 44 0' },
}

/** Drawn for this project; in the colour of the text beside it, which says the same. */
export function Face({ level }: { readonly level: RatingLevel }) {
  const { eyes, mouth } = FEATURES[level]
  return (
    <svg className="face" viewBox="0 0 96 96" aria-hidden="true" focusable="false">
      <circle cx="48" cy="48" r="45" />
      <path d={eyes} />
      <path d={mouth} />
    </svg>
  )
}
