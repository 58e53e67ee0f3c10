import type { Bench } from './report.ts'
export const start: Bench = { about: 'x', run: async () => ({ rows: [], figures: {}, problems: [] }) }
