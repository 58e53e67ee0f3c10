/** What a visit needs and the first screen does without: in one piece, fetched once the idle page stands. */

export { Journey } from './journey/journey.tsx'
export { Sheets } from './shell/sheets.tsx'
export { StaffPinPage } from './staff/staff-pin-page.tsx'
