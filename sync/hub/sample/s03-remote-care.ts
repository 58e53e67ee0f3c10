import type { ServiceItem } from '../../protocol/service-item.ts'
import { healthcareSecurity, itemCode } from './departments.ts'

/** How far ahead a filing may begin: people plan a move, not a year. */
const LATEST_START_DAYS = 90

/** S03 跨省异地就医备案. */
export const s03RemoteCare: ServiceItem = {
  id: 'S03',
  version: 1,
  code: itemCode(healthcareSecurity, '15001'),
  name: { zh: '跨省异地就医备案', en: 'Filing for medical care in another province' },
  use: { zh: '去外省看病，先备案再报销', en: 'File first, so that care elsewhere is refunded' },
  seal: '医',
  topic: { zh: '看病医保', en: 'Health care and insurance' },
  department: healthcareSecurity,
  days: { legal: 2, promised: 2 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'A',
  needs: ['id-card-reader', 'receipt-printer'],
  bring: [
    { sign: 'card', what: { zh: '居民身份证，就这一张' }, note: { zh: '姓名、住址从卡里读，不用您填' } },
    { sign: 'paper', what: { zh: '居住证等材料，没带也可以' }, note: { zh: '改签一份承诺书，内容要属实' } },
  ],
  notice: { zh: '备案以后，看病时记得带身份证或医保卡。' },
  pages: [
    { id: 'kind', question: { zh: '您为什么去外省看病？' }, fields: ['filingKind'] },
    {
      id: 'places',
      question: { zh: '从哪里，到哪里？' },
      hint: { zh: '选到市' },
      fields: ['insuredPlace', 'carePlace'],
    },
    { id: 'start', question: { zh: '从哪天开始？' }, fields: ['startDate', 'phone'] },
  ],
  fields: [
    {
      id: 'filingKind',
      type: 'choice',
      label: { zh: '去外省看病的原因' },
      term: { zh: '备案类型' },
      required: true,
      options: [
        { value: 'retired-settled', label: { zh: '退休后搬去外省住' }, note: { zh: '异地安置退休' } },
        { value: 'long-term', label: { zh: '长期住在外省' }, note: { zh: '异地长期居住' } },
        { value: 'stationed', label: { zh: '单位派到外省工作' }, note: { zh: '常驻异地工作' } },
        { value: 'referral', label: { zh: '医院开了转诊' }, note: { zh: '异地转诊就医' } },
        { value: 'temporary', label: { zh: '临时去外省，顺便看病' }, note: { zh: '临时外出就医' } },
      ],
    },
    {
      id: 'insuredPlace',
      type: 'division',
      label: { zh: '医保交在哪里' },
      term: { zh: '参保地' },
      required: true,
      level: 'prefecture',
      startsFrom: 'card-division',
    },
    {
      id: 'carePlace',
      type: 'division',
      label: { zh: '去哪里看病' },
      term: { zh: '就医地' },
      required: true,
      level: 'prefecture',
      otherProvinceThan: 'insuredPlace',
    },
    {
      id: 'startDate',
      type: 'date',
      label: { zh: '开始的日子' },
      term: { zh: '备案开始日期' },
      required: true,
      earliestDays: 0,
      latestDays: LATEST_START_DAYS,
    },
    { id: 'phone', type: 'phone', label: { zh: '手机号' }, term: { zh: '联系电话' }, required: true },
  ],
  pledge: {
    title: { zh: '承诺书' },
    text: {
      zh: '我没有带居住证等材料。以上内容属实，如果不属实，我愿意承担责任。医保部门可以核对我的参保和居住记录，只用于这次备案。',
    },
  },
  signature: true,
  after: [
    { what: { zh: '已收件' }, note: { zh: '您不用再来' } },
    { what: { zh: '医保部门审核' }, note: { zh: '2个工作日，从送到的那天算' } },
    { what: { zh: '医保部门告诉您结果' }, note: { zh: '要补材料的，按您填的手机号联系您' } },
  ],
}
