/** The pages of a visit, in one piece that the first screen does without. */

export { CardPage } from './card-page.tsx'
export { ConfirmPage } from './confirm-page.tsx'
export { ElderHomePage } from './elder-home-page.tsx'
export { ElderItemPage } from './elder-item-page.tsx'
export { FormPage } from './form-page.tsx'
export { ItemPage } from './item-page.tsx'
export { LookupPage } from './lookup-page.tsx'
export { PreconditionPage } from './precondition-page.tsx'
export { RatingPage } from './rating-page.tsx'
export { ReceiptPage } from './receipt-page.tsx'
export { SearchPage } from './search-page.tsx'
