import { type ServiceItem, ServiceItemSchema } from '../../protocol/service-item.ts'
import {
  afterwards,
  authorityPaper,
  cardToBring,
  consent,
  familyRelations,
  keptOffline,
  option,
  paperToBring,
  phoneField,
  pledge,
  text,
  toldByPhone,
} from './common.ts'
import { humanResources, itemCode } from './departments.ts'

/** Five years of days: older endings of work belong at the window. */
const EARLIEST_END_DAYS = -1825

/** S07 失业登记. */
export const s07Unemployment: ServiceItem = ServiceItemSchema.parse({
  id: 'S07',
  version: 4,
  needsForms: 4,
  code: itemCode(humanResources, '14003'),
  name: text('失业登记', 'Registration as unemployed'),
  use: text('1个工作日出结果', 'Result within 1 working day'),
  seal: '业',
  topic: text('找工作', 'Work'),
  searchWords: ['没工作', '下岗', '失业金', '离职', '辞职', '找工作', '就业创业证'],
  department: humanResources,
  days: { legal: 5, promised: 1 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'A',
  offline: keptOffline,
  assurance: 2,
  needs: ['id-card-reader', 'receipt-printer'],
  bring: [
    cardToBring,
    paperToBring(
      '离职证明，没带也可以',
      'Proof of leaving, if you have it',
      '改签一份承诺书，内容要属实',
      'Otherwise you sign a pledge that all is true',
    ),
  ],
  notice: text(
    '领失业保险金是另一件事，登记以后可以接着办。',
    'Unemployment benefit is another item; it can follow this one.',
  ),
  preconditions: [
    {
      id: 'ofWorkingAge',
      must: { age: { atLeast: 16 } },
      sentence: text(
        '按身份证看，您到{date}满16岁，那时就能登记。想再核一核，请问工作人员。',
        'By your card you turn 16 on {date} and can register then. Ask the staff if in doubt.',
      ),
      wayOn: 'later',
    },
  ],
  proxy: {
    allowed: true,
    who: text('家里人可以代办，带委托书和两个人的身份证', 'Family, with a letter of authority and both ID cards'),
    authorities: ['principal-present', 'scanned-authority', 'standing-binding'],
    paper: authorityPaper,
    relations: familyRelations,
  },
  pages: [
    {
      id: 'lastJob',
      question: text('您上一份工作的情况', 'About your last job'),
      fields: ['employer', 'endDate', 'endReason', 'phone', 'skill'],
    },
  ],
  fields: [
    {
      id: 'employer',
      type: 'text',
      label: text('单位名称', 'Employer'),
      term: text('原用人单位名称', 'Name of the former employer'),
      question: text('您上一个单位\n叫什么名字？', 'What was your last employer’s name?'),
      minGlyphs: 2,
      maxGlyphs: 50,
    },
    {
      id: 'endDate',
      type: 'date',
      label: text('离开的日子', 'Last day'),
      term: text('解除或终止劳动关系日期', 'Date of the end of employment'),
      question: text('您是哪天离开的？', 'On which day did you leave?'),
      earliestDays: EARLIEST_END_DAYS,
      latestDays: 0,
    },
    {
      id: 'endReason',
      type: 'choice',
      label: text('离开的原因', 'Reason'),
      term: text('解除或终止劳动关系原因', 'Reason for the end of employment'),
      question: text('您为什么离开？', 'Why did you leave?'),
      options: [
        option('contract-ended', '合同到期', 'The contract ended'),
        option('dismissed', '单位解除合同', 'The employer ended it'),
        option('resigned', '自己辞职', 'I resigned'),
        option('other', '别的原因', 'Another reason'),
      ],
    },
    phoneField,
    {
      id: 'skill',
      type: 'text',
      label: text('会做什么', 'What you can do'),
      term: text('职业技能', 'Vocational skills'),
      question: text('您会做什么工作？', 'Which work can you do?'),
      required: false,
      minGlyphs: 2,
      maxGlyphs: 40,
    },
  ],
  materials: [
    {
      id: 'leaving',
      name: text('离职证明', 'Proof of leaving'),
      required: true,
      sources: ['scan', 'shared'],
      maxPages: 2,
      pledgeInstead: true,
      notHandedIn: text('我这次不交离职证明。', 'I do not hand in a proof of leaving now.'),
    },
  ],
  pledge: pledge(
    '以上内容属实，如果不属实，我愿意承担责任。人社部门可以核对我的参保记录，只用于这次登记。',
    'All I wrote is true; I answer for it. The bureau may check my insurance record for this registration only.',
  ),
  consent: consent(
    ['办理失业登记，帮您找工作', 'To register you as unemployed and help you find work'],
    ['身份证信息、原单位、手机号', 'Your card’s data, last employer, mobile number'],
    ['南桥区人社局', 'Nanqiao Human Resources Bureau'],
    ['登记结束后3年', '3 years after the registration ends'],
  ),
  signature: true,
  result: { name: text('失业登记凭证', 'Proof of registration'), ways: ['electronic', 'window'] },
  after: afterwards(
    ['人社部门', 'The bureau'],
    ['1个工作日，从送到的那天算', '1 working day from delivery'],
    toldByPhone,
  ),
})
