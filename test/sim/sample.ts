import { type Catalogue, CatalogueSchema } from '../../sync/protocol/service-item.ts'
import type { SubmitRequest } from '../../sync/protocol/submission.ts'
import type { SeededRandom } from './random.ts'

/** One item whose answers do not depend on the date: a terminal's clock may be anywhere. */
export const CATALOGUE: Catalogue = CatalogueSchema.parse({
  kind: 'catalogue',
  region: { zh: '云洲市' },
  divisions: [{ code: '990101', name: { zh: '南桥区' } }],
  items: [
    {
      id: 'S07',
      version: 1,
      code: '1133000000248200012014001001000',
      name: { zh: '失业登记' },
      use: { zh: '1个工作日出结果' },
      seal: '业',
      topic: { zh: '找工作' },
      department: { name: { zh: '南桥区人力资源和社会保障局' }, uscc: '113300000024820001' },
      days: { legal: 10, promised: 3 },
      minutes: 3,
      crossProvince: false,
      offlinePolicy: 'A',
      needs: [],
      bring: [],
      pages: [{ id: 'contact', question: { zh: '怎么联系您' }, fields: ['phone', 'unit'] }],
      fields: [
        { id: 'phone', type: 'phone', label: { zh: '手机号' }, required: true },
        { id: 'unit', type: 'text', label: { zh: '单位名称' }, minGlyphs: 2, maxGlyphs: 50, required: false },
      ],
      signature: false,
      after: [{ what: { zh: '已收件' }, note: { zh: '您不用再来' } }],
    },
  ],
})

/** The unit's name that makes a submission one that the hub must refuse: its summary gets a broken signature. */
export const POISON = '坏件有限公司'

const ATTACHMENTS = /附件(\d+)张/

/** How many attachments a sealed payload's text asks for. */
export function attachmentsOf(text: string): number {
  return Number(ATTACHMENTS.exec(text)?.[1] ?? 0)
}

export function submitRequest(
  draftId: string,
  random: SeededRandom,
  wants: { readonly poison: boolean; readonly attachments: number },
): SubmitRequest {
  const answers: Record<string, string> = { phone: `138${String(random.int(0, 99_999_999)).padStart(8, '0')}` }
  if (wants.poison) answers.unit = POISON
  else if (wants.attachments > 0) answers.unit = `附件${wants.attachments}张`
  else if (random.chance(0.5)) answers.unit = '恒'.repeat(random.int(2, 50))
  return { draftId, kind: 'application', item: { id: 'S07', version: 1 }, answers }
}
