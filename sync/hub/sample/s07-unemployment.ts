import type { ServiceItem } from '../../protocol/service-item.ts'
import { humanResources, itemCode } from './departments.ts'

/** Five years of days: older endings of work belong at the window. */
const EARLIEST_END_DAYS = -1825

/** S07 失业登记. */
export const s07Unemployment: ServiceItem = {
  id: 'S07',
  version: 1,
  code: itemCode(humanResources, '14003'),
  name: { zh: '失业登记', en: 'Registration as unemployed' },
  use: { zh: '1个工作日出结果', en: 'Result within 1 working day' },
  seal: '业',
  topic: { zh: '找工作', en: 'Work' },
  department: humanResources,
  days: { legal: 5, promised: 1 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'A',
  needs: ['id-card-reader', 'receipt-printer'],
  bring: [
    { sign: 'card', what: { zh: '居民身份证，就这一张' }, note: { zh: '姓名、住址从卡里读，不用您填' } },
    { sign: 'paper', what: { zh: '离职证明，没带也可以' }, note: { zh: '改签一份承诺书，内容要属实' } },
  ],
  notice: { zh: '领失业保险金是另一件事，登记以后可以接着办。' },
  pages: [
    {
      id: 'lastJob',
      question: { zh: '您上一份工作的情况' },
      fields: ['employer', 'endDate', 'endReason', 'phone'],
    },
  ],
  fields: [
    {
      id: 'employer',
      type: 'text',
      label: { zh: '单位名称' },
      term: { zh: '原用人单位名称' },
      required: true,
      minGlyphs: 2,
      maxGlyphs: 50,
    },
    {
      id: 'endDate',
      type: 'date',
      label: { zh: '离开的日子' },
      term: { zh: '解除或终止劳动关系日期' },
      required: true,
      earliestDays: EARLIEST_END_DAYS,
      latestDays: 0,
    },
    {
      id: 'endReason',
      type: 'choice',
      label: { zh: '离开的原因' },
      term: { zh: '解除或终止劳动关系原因' },
      required: true,
      options: [
        { value: 'contract-ended', label: { zh: '合同到期' } },
        { value: 'dismissed', label: { zh: '单位解除合同' } },
        { value: 'resigned', label: { zh: '自己辞职' } },
        { value: 'other', label: { zh: '别的原因' } },
      ],
    },
    { id: 'phone', type: 'phone', label: { zh: '手机号' }, term: { zh: '联系电话' }, required: true },
  ],
  pledge: {
    title: { zh: '承诺书' },
    text: {
      zh: '我没有带离职证明。以上内容属实，如果不属实，我愿意承担责任。人社部门可以核对我的参保记录，只用于这次登记。',
    },
  },
  signature: true,
  after: [
    { what: { zh: '已收件' }, note: { zh: '您不用再来' } },
    { what: { zh: '人社部门审核' }, note: { zh: '1个工作日，从送到的那天算' } },
    { what: { zh: '人社部门告诉您结果' }, note: { zh: '要补材料的，按您填的手机号联系您' } },
  ],
}
