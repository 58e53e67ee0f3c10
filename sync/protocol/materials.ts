import { z } from 'zod'
import type { Answers } from './answers.ts'
import { answersMeet } from './item-conditions.ts'
import { type MaterialSource, MaterialSourceSchema } from './item-parts.ts'
import { isLicenceOf } from './licences.ts'
import type { Material, ServiceItem } from './service-item.ts'

/** How the citizen gives each material. One that is scanned need not stand here: its pages say so. */
export const MaterialsGivenSchema = z
  .array(
    z.object({
      materialId: z.string().min(1).max(60),
      by: MaterialSourceSchema,
      /** Of the e-licence that stands for the paper. */
      licenceId: z.string().max(120).optional(),
    }),
  )
  .max(20)
export type MaterialsGiven = z.infer<typeof MaterialsGivenSchema>

export type MaterialFault =
  | 'material-missing'
  | 'material-not-asked'
  | 'material-not-this-way'
  | 'too-many-pages'
  | 'page-too-large'
  | 'material-twice'
  | 'bad-licence-id'
export interface MaterialFaultAt {
  /** The material's id. */
  readonly field: string
  readonly fault: MaterialFault
}
/** A scanned page or file: for which material, and the size of its plain bytes. */
export interface ScannedPage {
  readonly materialId: string
  readonly bytes: number
}

/** The materials that are wanted with these answers. */
export function materialsWanted(item: Pick<ServiceItem, 'materials'>, answers: Answers): readonly Material[] {
  return (item.materials ?? []).filter((material) => material.when === undefined || answersMeet(material.when, answers))
}

/**
 * How one material is given: as said, or scanned when there are pages. A required one that is missing and may be
 * pledged counts as pledged: the pledge is part of what was signed.
 */
export function wayOf(
  { id, required, pledgeInstead }: Material,
  given: Readonly<MaterialsGiven>,
  pages: readonly Pick<ScannedPage, 'materialId'>[],
): MaterialSource | undefined {
  const said = given.find((each) => each.materialId === id)
  if (said !== undefined) return said.by
  if (pages.some((page) => page.materialId === id)) return 'scan'
  return required && pledgeInstead ? 'pledge' : undefined
}

/**
 * What is wrong with the materials of a submission. An item of level 1 names none, so none are judged.
 */
export function checkMaterials(
  item: Pick<ServiceItem, 'materials'>,
  answers: Answers,
  given: MaterialsGiven,
  pages: readonly ScannedPage[],
): readonly MaterialFaultAt[] {
  if (item.materials === undefined) return []
  const wanted = materialsWanted(item, answers)
  const faults = wanted.flatMap((material) => {
    const ways = given.filter((each) => each.materialId === material.id)
    const way = wayOf(material, given, pages)
    const scanned = pages.filter((page) => page.materialId === material.id)
    const fault = ways.length > 1 ? 'material-twice' : materialFault(material, way, scanned, ways[0]?.licenceId)
    return fault === undefined ? [] : [{ field: material.id, fault }]
  })
  const named = new Set([...given, ...pages].map((each) => each.materialId))
  for (const id of named) {
    if (!wanted.some((material) => material.id === id)) faults.push({ field: id, fault: 'material-not-asked' })
  }
  return faults
}

function materialFault(
  material: Material,
  way: MaterialSource | undefined,
  scanned: readonly ScannedPage[],
  licenceId: string | undefined,
): MaterialFault | undefined {
  if (way === undefined) return material.required ? 'material-missing' : undefined
  const isOpen = way === 'pledge' ? material.pledgeInstead : material.sources.includes(way)
  if (!isOpen || (way !== 'scan' && scanned.length > 0)) return 'material-not-this-way'
  if (way === 'licence') return isLicenceOf(licenceId ?? '', material.licenceType) ? undefined : 'bad-licence-id'
  if (way !== 'scan') return undefined
  if (scanned.length === 0) return 'material-missing'
  if (scanned.length > material.maxPages) return 'too-many-pages'
  return scanned.some((page) => page.bytes > material.maxBytes) ? 'page-too-large' : undefined
}
