import {
  afterwards,
  authorityPaper,
  cardToBring,
  consent,
  familyRelations,
  officialRelation,
  option,
  paperToBring,
  phoneField,
  sampleItem,
  text,
} from './common.ts'
import { civilAffairs, itemCode, licenceType, publicSecurity } from './departments.ts'

const ELIGIBLE_AGE = 80
/** 130 and 80 years of days, the latter less its leap days: the age itself is a rule. */
const EARLIEST_BIRTH_DAYS = -47_450
const LATEST_BIRTH_DAYS = -29_200

/** S17 高龄津贴申领. */
export const s17OldAgeAllowance = sampleItem({
  id: 'S17',
  code: itemCode(civilAffairs, '13001', '05'),
  name: text('高龄津贴申领', 'Old-age allowance'),
  use: text('满80岁，每月领一份津贴', 'From 80 on, a little every month'),
  seal: '老',
  topic: text('退休养老', 'Retirement'),
  searchWords: ['高龄补贴', '老人补贴', '80岁补贴', '尊老金', '老年津贴', '敬老钱'],
  department: civilAffairs,
  days: { legal: 20, promised: 5 },
  minutes: 3,
  crossProvince: false,
  offlinePolicy: 'D',
  offline: {
    text: text('网断了也能交，连上再核', 'You can hand in offline; it is checked later'),
    decision: text('符合条件，等系统再核一次', 'You qualify; the system checks once more'),
  },
  assurance: 2,
  bring: [
    cardToBring,
    paperToBring('社保卡', 'Social security card', '津贴打到这张卡上', 'The allowance goes to this card'),
  ],
  preconditions: [
    {
      id: 'oldEnough',
      must: { age: { atLeast: ELIGIBLE_AGE } },
      sentence: text(
        '按身份证看，您到{date}满80岁，那时就能领。想再核一核，请问工作人员。',
        'By your card you turn 80 on {date} and can have it then. Ask the staff if in doubt.',
      ),
      wayOn: 'later',
    },
  ],
  proxy: {
    allowed: true,
    who: text('儿女、村里社区的干部都可以代办', 'Children, or village and community officials'),
    authorities: ['principal-present', 'scanned-authority', 'standing-binding', 'legal-guardian'],
    paper: authorityPaper,
    relations: [...familyRelations, officialRelation],
  },
  pages: [
    { id: 'birth', question: text('老人是哪天出生的？', 'When were you born?'), fields: ['birth'] },
    {
      id: 'household',
      question: text('户口在哪里？', 'Where is your household registered?'),
      hint: text('选到区或县', 'Down to the district or county'),
      fields: ['household'],
    },
    {
      id: 'money',
      question: text('津贴打到哪张卡上？', 'Which card is it for?'),
      fields: ['cardKind', 'account', 'phone'],
    },
  ],
  fields: [
    {
      id: 'birth',
      type: 'date',
      label: text('出生的日子', 'Date of birth'),
      term: text('出生日期', 'Date of birth'),
      earliestDays: EARLIEST_BIRTH_DAYS,
      latestDays: LATEST_BIRTH_DAYS,
      prefill: { from: 'card', part: 'birth' },
    },
    {
      id: 'household',
      type: 'division',
      label: text('户口在', 'Registered in'),
      term: text('户籍所在地', 'Division of registration'),
      level: 'county',
      startsFrom: 'card-division',
    },
    {
      id: 'cardKind',
      type: 'choice',
      label: text('哪种卡', 'Kind of card'),
      term: text('发放渠道', 'Way of payment'),
      question: text('打到哪种卡上？', 'To which kind of card?'),
      options: [option('social', '社保卡', 'Social security card'), option('bank', '别的银行卡', 'Another bank card')],
    },
    {
      id: 'account',
      type: 'bank-card',
      label: text('卡号', 'Card number'),
      term: text('社会保障卡银行账号', 'Bank account of the social security card'),
      question: text('卡上的长号码是多少？', 'What is the long number on the card?'),
      prefill: { from: 'shared', key: 'social-card.account' },
      sensitive: true,
    },
    phoneField,
  ],
  rules: [
    {
      id: 'oldEnough',
      kind: 'age',
      atLeast: ELIGIBLE_AGE,
      field: 'birth',
      sentence: text(
        '照这个日子，还没满80岁。想再核一核，请问工作人员。',
        'By this date not yet 80. Ask the staff if in doubt.',
      ),
    },
    {
      id: 'veryOld',
      kind: 'odd',
      measure: 'age',
      above: 105,
      field: 'birth',
      sentence: text('照这个日子，老人今年{value}岁，对吗？', 'By this date the age is {value}. Is that right?'),
    },
    {
      id: 'registeredHere',
      kind: 'within',
      divisions: ['990101'],
      field: 'household',
      sentence: text(
        '津贴由户口所在的区县发。请到那里办。',
        'The allowance is paid where one is registered. Please apply there.',
      ),
    },
  ],
  materials: [
    {
      id: 'household',
      name: text('户口本本人那一页', 'Your page of the household book'),
      required: false,
      sources: ['scan', 'licence', 'shared'],
      licenceType: licenceType(publicSecurity, '011'),
      maxPages: 2,
    },
  ],
  consent: consent(
    [
      '申领高龄津贴，查社保卡账户和电子证照',
      'To apply for the allowance; your card account and e-licences are looked up',
    ],
    ['身份证信息、社保卡账户、手机号', 'Your card’s data, account, mobile number'],
    ['南桥区民政局', 'Nanqiao Civil Affairs Bureau'],
    ['停发后3年', '3 years after it ends'],
  ),
  signature: true,
  result: { name: text('审核结果', 'Decision'), ways: ['message', 'window'] },
  after: afterwards(
    ['民政部门', 'The bureau'],
    ['5个工作日，从送到的那天算', '5 working days from delivery'],
    ['发短信，下个月起按月打到卡上', 'By text message; paid monthly from next month'],
  ),
})
