import {
  afterwards,
  authorityPaper,
  cardToBring,
  consent,
  familyRelations,
  keptForResult,
  option,
  otherRelation,
  phoneField,
  sampleItem,
  text,
} from './common.ts'
import { itemCode, publicSecurity } from './departments.ts'

/** Eighteen: a younger person's record is sealed and belongs at the window. */
const ADULT_YEARS = 18
/** 60 years of days: nobody is asked about more. */
const EARLIEST_DAYS = -21_900

/** S12 无犯罪记录证明开具. */
export const s12NoRecord = sampleItem({
  id: 'S12',
  code: itemCode(publicSecurity, '09001'),
  name: text('开无犯罪记录证明', 'Certificate of no criminal record'),
  use: text('找工作、出国、收养时常要', 'Often asked for jobs, travel and adoption'),
  seal: '证',
  topic: text('证件证明', 'Papers and proofs'),
  searchWords: ['无犯罪证明', '政审', '无犯罪记录', '入职证明', '出国无犯罪', '派出所证明'],
  department: publicSecurity,
  days: { legal: 3, promised: 3 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'B',
  offline: keptForResult,
  assurance: 3,
  bring: [cardToBring],
  notice: text('结果装在信封里给您，屏幕上不显示。', 'The result comes in an envelope, never on the screen.'),
  preconditions: [
    {
      id: 'adult',
      must: { age: { atLeast: ADULT_YEARS } },
      sentence: text('不满18岁的，请监护人一起到窗口办。', 'Under 18, please come to the window with your guardian.'),
      wayOn: 'window',
    },
  ],
  proxy: {
    allowed: true,
    who: text('成年人可以代办，带委托书和两个人的身份证', 'An adult, with a letter of authority and both ID cards'),
    authorities: ['scanned-authority'],
    agentAtLeast: 18,
    paper: authorityPaper,
    relations: [...familyRelations, otherRelation],
  },
  pages: [
    { id: 'why', question: text('证明做什么用？', 'What is it for?'), fields: ['purpose', 'unit'] },
    { id: 'period', question: text('要查哪一段日子？', 'For which time?'), fields: ['fromDate', 'toDate'] },
    {
      id: 'abroad',
      question: text('要不要带到国外用？', 'Will it be used abroad?'),
      fields: ['abroad', 'country', 'phone'],
    },
  ],
  fields: [
    {
      id: 'purpose',
      type: 'choice',
      label: text('用处', 'Purpose'),
      term: text('用途', 'Purpose'),
      question: text('证明做什么用？', 'What is it for?'),
      options: [
        option('job', '找工作', 'A job'),
        option('abroad', '出国', 'Going abroad'),
        option('adoption', '收养孩子', 'Adopting a child'),
        option('permit', '办许可', 'A permit'),
        option('other', '别的用处', 'Something else'),
      ],
    },
    {
      id: 'unit',
      type: 'text',
      label: text('交给哪个单位', 'For whom'),
      term: text('使用单位', 'Receiving organisation'),
      question: text('证明交给哪个单位？', 'Which organisation wants it?'),
      minGlyphs: 2,
      maxGlyphs: 50,
    },
    {
      id: 'fromDate',
      type: 'date',
      label: text('从哪天', 'From'),
      term: text('查询起始日期', 'First day'),
      question: text('从哪天开始查？', 'From which day?'),
      earliestDays: EARLIEST_DAYS,
      latestDays: 0,
    },
    {
      id: 'toDate',
      type: 'date',
      label: text('到哪天', 'To'),
      term: text('查询终止日期', 'Last day'),
      question: text('查到哪天为止？', 'Up to which day?'),
      earliestDays: EARLIEST_DAYS,
      latestDays: 0,
    },
    {
      id: 'abroad',
      type: 'choice',
      label: text('国外用吗', 'Abroad'),
      term: text('是否境外使用', 'Used abroad'),
      question: text('要不要带到国外用？', 'Will it be used abroad?'),
      options: [option('no', '不用', 'No'), option('yes', '要', 'Yes')],
    },
    {
      id: 'country',
      type: 'text',
      label: text('哪个国家', 'Country'),
      term: text('使用国家或地区', 'Country of use'),
      question: text('在哪个国家用？', 'In which country?'),
      when: { field: 'abroad', in: ['yes'] },
      minGlyphs: 2,
      maxGlyphs: 20,
    },
    phoneField,
  ],
  rules: [
    {
      id: 'period',
      kind: 'order',
      from: 'fromDate',
      to: 'toDate',
      sentence: text('“到”在“从”的前面了。请再选一次。', 'The last day comes before the first. Please choose again.'),
    },
  ],
  consent: consent(
    ['核查并开具无犯罪记录证明', 'To check and issue the certificate'],
    ['身份证信息、用途、用人单位', 'Your card’s data, purpose, employer'],
    ['南桥公安分局', 'Nanqiao Public Security Bureau'],
    ['开具后3年', '3 years after issue'],
  ),
  signature: true,
  result: {
    name: text('证明，或不予出具通知', 'Certificate, or a notice'),
    ways: ['window', 'electronic'],
    sealed: true,
  },
  after: afterwards(
    ['公安部门', 'The police'],
    ['3个工作日，从受理的那天算', '3 working days from acceptance'],
    ['打您的手机，凭取件码来拿信封', 'They call you; the envelope is yours by ticket'],
  ),
})
