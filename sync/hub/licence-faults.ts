import { checkLicenceId } from '../protocol/affair-codes.ts'
import { licenceUse } from '../protocol/licences.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import type { LicencesAdapter } from './person-adapters.ts'
import { chinaDate } from './sources.ts'
import type { CaseFault } from './verdict.ts'

/**
 * E-licences that stand for papers, looked up once more where they are registered: hers, and good on the day on which the
 * terminal took it in. @throws what the register threw: the case waits, and is opened another time.
 */
export async function licenceFaults(
  { applicant, materials = [], acceptedAt }: Pick<ApplicationPayload, 'applicant' | 'materials' | 'acceptedAt'>,
  licences: LicencesAdapter | undefined,
): Promise<readonly CaseFault[]> {
  const named = materials.flatMap(({ materialId, by, licenceId }) =>
    by === 'licence' && licenceId !== undefined ? [{ materialId, licenceId }] : [],
  )
  if (named.length === 0) return []
  const types = named.flatMap(({ licenceId }) => {
    const checked = checkLicenceId(licenceId)
    return checked.ok ? [checked.type] : []
  })
  const held = (await licences?.of({ idNumber: applicant.idNumber, name: applicant.name }, types)) ?? []
  return named.flatMap(({ materialId, licenceId }): CaseFault[] => {
    const found = held.find(({ id }) => id === licenceId)
    if (found === undefined) return [{ field: materialId, fault: 'licence-unknown' }]
    const use = licenceUse(found, chinaDate(acceptedAt))
    return use === 'usable' ? [] : [{ field: materialId, fault: `licence-${use}` }]
  })
}
