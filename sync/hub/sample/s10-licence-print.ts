import { afterwards, cardToBring, onlineOnly, option, otherRelation, sampleItem, text } from './common.ts'
import { itemCode, marketRegulation } from './departments.ts'

/** S10 营业执照异地打印(互发). */
export const s10LicencePrint = sampleItem({
  id: 'S10',
  code: itemCode(marketRegulation, '31002'),
  name: text('打印营业执照', 'Print a business licence'),
  use: text('外省登记的执照，在这里也能打', 'Also for businesses of other provinces'),
  seal: '商',
  topic: text('开店经商', 'Business'),
  searchWords: ['执照打印', '营业执照', '换执照', '执照丢了', '副本', '正本', '异地执照'],
  department: marketRegulation,
  days: { legal: 0, promised: 0 },
  minutes: 3,
  crossProvince: true,
  offlinePolicy: 'C',
  offline: onlineOnly,
  assurance: 3,
  needs: ['id-card-reader', 'receipt-printer', 'document-printer'],
  bring: [cardToBring],
  notice: text('执照纸有数，打坏的由工作人员收回。', 'Licence paper is counted; staff take back spoiled sheets.'),
  proxy: {
    allowed: true,
    who: text('法定代表人，或者登记过的代理人', 'The legal representative, or a registered agent'),
    authorities: ['standing-binding', 'scanned-authority'],
    relations: [{ value: 'employer', label: text('我是登记过的代理人', 'I am the registered agent') }, otherRelation],
  },
  pages: [
    { id: 'which', question: text('打哪一家的执照？', 'Which business?'), fields: ['uscc', 'role'] },
    { id: 'what', question: text('要正本还是副本？', 'Original, copy, or both?'), fields: ['sheets', 'copies'] },
  ],
  fields: [
    {
      id: 'uscc',
      type: 'uscc',
      label: text('统一社会信用代码', 'Credit code'),
      term: text('统一社会信用代码', 'Unified social credit code'),
      question: text('执照上的18位代码\n是什么？', 'What is the code of 18 signs on the licence?'),
      hint: text('在执照的左上角', 'At the upper left of the licence'),
    },
    {
      id: 'role',
      type: 'choice',
      label: text('您是', 'You are'),
      term: text('申请人身份', 'Role of the applicant'),
      question: text('您是店里的什么人？', 'What are you in this business?'),
      options: [
        option('legal-person', '负责人', 'The person in charge', ['执照上写着我的名字', 'My name is on the licence']),
        option('agent', '登记过的代理人', 'The registered agent'),
      ],
    },
    {
      id: 'sheets',
      type: 'multi-choice',
      label: text('要哪一种', 'Which'),
      term: text('打印种类', 'Kind of print'),
      options: [
        option('original', '正本', 'Original', ['挂在墙上的大张', 'The large sheet for the wall']),
        option('copy', '副本', 'Copy', ['办事时带的', 'The one to carry']),
      ],
    },
    {
      id: 'copies',
      type: 'whole-number',
      label: text('副本要几份', 'Number of copies'),
      term: text('副本份数', 'Number of copies'),
      question: text('副本要几份？', 'How many copies?'),
      when: { field: 'sheets', in: ['copy'] },
      min: 1,
      max: 3,
      unit: text('份', 'copies'),
    },
  ],
  signature: false,
  result: { name: text('营业执照', 'Business licence'), ways: ['here'] },
  after: afterwards(
    ['市场监管部门', 'The bureau'],
    ['身份对上就打', 'Printed when the person agrees'],
    ['打不出来的，凭取件码到窗口拿', 'If it cannot be printed, get it at the window by ticket'],
  ),
})
