import type { Catalogue } from '../../protocol/service-item.ts'
import { text } from './common.ts'
import { sampleDivisions } from './divisions.ts'
import { s01InsuredProof } from './s01-insured-proof.ts'
import { s02Pension } from './s02-pension.ts'
import { s03RemoteCare } from './s03-remote-care.ts'
import { s04ResidentInsurance } from './s04-resident-insurance.ts'
import { s05FundWithdrawal } from './s05-fund-withdrawal.ts'
import { s06FundTransfer } from './s06-fund-transfer.ts'
import { s07Unemployment } from './s07-unemployment.ts'
import { s08FlexibleWork } from './s08-flexible-work.ts'
import { s09OwnBusiness } from './s09-own-business.ts'
import { s10LicencePrint } from './s10-licence-print.ts'
import { s11RealEstate } from './s11-real-estate.ts'
import { s12NoRecord } from './s12-no-record.ts'
import { s13HouseholdProof } from './s13-household-proof.ts'
import { s14Newborn } from './s14-newborn.ts'
import { s15Retirement } from './s15-retirement.ts'
import { s16AfterADeath } from './s16-after-a-death.ts'
import { s17OldAgeAllowance } from './s17-old-age-allowance.ts'
import { s18DisabilityAllowance } from './s18-disability-allowance.ts'

/**
 * The catalogue that a hub publishes until a province gives it its own: the 18 items of domain.md section 5, those that
 * most people come for on the first page of a screen.
 */
export const sampleCatalogue: Catalogue = {
  kind: 'catalogue',
  region: text('云洲市南桥区', 'Nanqiao District, Yunzhou'),
  divisions: [...sampleDivisions],
  items: [
    s02Pension,
    s03RemoteCare,
    s07Unemployment,
    s17OldAgeAllowance,
    s01InsuredProof,
    s04ResidentInsurance,
    s14Newborn,
    s09OwnBusiness,
    s05FundWithdrawal,
    s06FundTransfer,
    s08FlexibleWork,
    s10LicencePrint,
    s11RealEstate,
    s12NoRecord,
    s13HouseholdProof,
    s15Retirement,
    s18DisabilityAllowance,
    s16AfterADeath,
  ],
}
