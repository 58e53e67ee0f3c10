import { afterwards, cardToBring, consent, familyRelations, onlineOnly, option, sampleItem, text } from './common.ts'
import { humanResources, itemCode } from './departments.ts'

/** Ten years of months: what the proof can reach back to. */
const EARLIEST_MONTHS = -120

/** S01 个人社会保险参保证明查询打印. */
export const s01InsuredProof = sampleItem({
  id: 'S01',
  code: itemCode(humanResources, '14001'),
  name: text('打印社保参保证明', 'Print a proof of social insurance'),
  use: text('买房、落户、孩子上学常要它', 'Often wanted for a home, a move or a school'),
  seal: '保',
  topic: text('社会保险', 'Social insurance'),
  searchWords: ['社保证明', '参保证明', '缴费证明', '社保清单', '五险', '社保打印', '养老保险缴费记录'],
  department: humanResources,
  days: { legal: 0, promised: 0 },
  minutes: 2,
  crossProvince: true,
  offlinePolicy: 'C',
  offline: onlineOnly,
  assurance: 3,
  needs: ['id-card-reader', 'receipt-printer', 'document-printer'],
  bring: [cardToBring],
  notice: text('证明上有章和二维码，和窗口开的一样。', 'It has a seal and a code, as good as from the window.'),
  proxy: {
    allowed: true,
    who: text('绑过亲情账户的家里人可以代打', 'Family whose account is bound to this person'),
    authorities: ['standing-binding'],
    relations: familyRelations,
  },
  pages: [
    { id: 'what', question: text('要哪几种保险的？', 'Which insurances?'), fields: ['kinds'] },
    {
      id: 'months',
      question: text('从哪个月到哪个月？', 'From which month to which?'),
      fields: ['fromMonth', 'toMonth'],
    },
    { id: 'why', question: text('证明给谁看？', 'Who wants to see it?'), fields: ['purpose'] },
  ],
  fields: [
    {
      id: 'kinds',
      type: 'multi-choice',
      label: text('哪几种保险', 'Insurances'),
      term: text('险种', 'Kinds of insurance'),
      options: [
        option('pension', '养老保险', 'Pension'),
        option('unemployment', '失业保险', 'Unemployment'),
        option('injury', '工伤保险', 'Work injury'),
      ],
    },
    {
      id: 'fromMonth',
      type: 'month',
      label: text('从哪个月', 'From'),
      term: text('查询起始年月', 'First month'),
      question: text('从哪个月开始？', 'From which month?'),
      earliestMonths: EARLIEST_MONTHS,
      latestMonths: 0,
    },
    {
      id: 'toMonth',
      type: 'month',
      label: text('到哪个月', 'To'),
      term: text('查询终止年月', 'Last month'),
      question: text('到哪个月为止？', 'Up to which month?'),
      earliestMonths: EARLIEST_MONTHS,
      latestMonths: 0,
    },
    {
      id: 'purpose',
      type: 'choice',
      label: text('用在哪里', 'Purpose'),
      term: text('用途', 'Purpose'),
      options: [
        option('home', '买房、租房', 'A home'),
        option('move', '落户', 'Moving the household registration'),
        option('school', '孩子上学', 'A child’s school'),
        option('loan', '贷款', 'A loan'),
        option('other', '别的用处', 'Something else'),
      ],
    },
  ],
  rules: [
    {
      id: 'months',
      kind: 'order',
      from: 'fromMonth',
      to: 'toMonth',
      sentence: text('“到”在“从”的前面了。请再选一次。', 'The last month comes before the first. Please choose again.'),
    },
  ],
  consent: consent(
    ['查参保记录，打印证明', 'To look up your insurance and print the proof'],
    ['身份证信息、险种和时间段', 'Your card’s data, kinds of insurance, period'],
    ['南桥区人社局', 'Nanqiao Human Resources Bureau'],
    ['打印后6个月', '6 months after printing'],
  ),
  signature: false,
  result: { name: text('参保证明', 'Proof of insurance'), ways: ['here', 'electronic'] },
  after: afterwards(
    ['人社部门', 'The bureau'],
    ['当场从记录里出', 'At once, from the record'],
    ['在这台机器上打印，没打出来的凭取件码再打', 'Printed here; again with the ticket if it was not'],
  ),
})
