import {
  afterwards,
  bankCardField,
  cardToBring,
  consent,
  noProxy,
  onlineOnly,
  paperToBring,
  phoneField,
  sampleItem,
  text,
  toldByPhone,
} from './common.ts'
import { housingFund, humanResources, itemCode, licenceType } from './departments.ts'

/** The earliest age at which some work ends by law. */
const YOUNGEST_RETIRED = 45
/** Twenty years of days. */
const EARLIEST_RETIREMENT_DAYS = -7300
/** 130 years of days. */
const EARLIEST_BIRTH_DAYS = -47_450
/** Ten million yuan: no account holds more. */
const MOST_FEN = 1_000_000_000

/** S05 住房公积金提取(退休). */
export const s05FundWithdrawal = sampleItem({
  id: 'S05',
  code: itemCode(housingFund, '16001'),
  name: text('退休提取住房公积金', 'Housing fund: withdrawal on retirement'),
  use: text('退休了，把公积金取出来', 'Retired: take the fund out'),
  seal: '房',
  topic: text('住房', 'Housing'),
  searchWords: ['公积金', '取公积金', '退休取钱', '住房公积金', '公积金销户', '提取'],
  department: housingFund,
  days: { legal: 3, promised: 0 },
  minutes: 4,
  crossProvince: false,
  offlinePolicy: 'C',
  offline: onlineOnly,
  assurance: 4,
  needs: ['id-card-reader', 'receipt-printer', 'document-scanner'],
  bring: [
    cardToBring,
    paperToBring('退休证', 'Retirement certificate', '有电子证照的不用带', 'Not needed if there is an e-licence'),
    paperToBring('本人的银行卡', 'Your own bank card', '只抄号码，卡不用插', 'Only its number; no slot for it here'),
  ],
  preconditions: [
    {
      id: 'ofAge',
      must: { age: { atLeast: YOUNGEST_RETIRED } },
      sentence: text(
        '按身份证看，您还没到退休的年纪。别的提取在2号窗口办。',
        'By your card you are not of retirement age. Other withdrawals are at window 2.',
      ),
      wayOn: 'window',
    },
  ],
  proxy: noProxy(
    '钱只能本人来取。来不了的，请给窗口打电话。',
    'Only the owner can withdraw. If you cannot come, call us.',
  ),
  pages: [
    {
      id: 'retired',
      question: text('您是哪天退休的？', 'On which day did you retire?'),
      fields: ['birth', 'retireDate'],
    },
    {
      id: 'money',
      question: text('从哪个账户取，取多少？', 'From which account, and how much?'),
      fields: ['account', 'balance', 'amount'],
    },
    {
      id: 'where',
      question: text('钱打到哪张卡上？', 'Which card should the money go to?'),
      fields: ['bankCard', 'phone'],
    },
  ],
  fields: [
    {
      id: 'birth',
      type: 'date',
      label: text('出生的日子', 'Date of birth'),
      term: text('出生日期', 'Date of birth'),
      question: text('您是哪天出生的？', 'When were you born?'),
      earliestDays: EARLIEST_BIRTH_DAYS,
      latestDays: 0,
      prefill: { from: 'card', part: 'birth' },
    },
    {
      id: 'retireDate',
      type: 'date',
      label: text('退休的日子', 'Day of retirement'),
      question: text('您是哪天退休的？', 'On which day did you retire?'),
      term: text('退休日期', 'Date of retirement'),
      earliestDays: EARLIEST_RETIREMENT_DAYS,
      latestDays: 0,
      prefill: { from: 'shared', key: 'pension.retired-on' },
    },
    {
      id: 'account',
      type: 'code',
      validator: 'account',
      label: text('公积金账号', 'Fund account'),
      term: text('个人公积金账号', 'Personal fund account'),
      question: text('您的公积金账号\n是多少？', 'What is your fund account?'),
      prefill: { from: 'shared', key: 'fund.account' },
      sensitive: true,
    },
    {
      id: 'balance',
      type: 'amount',
      label: text('账户里有', 'In the account'),
      term: text('账户余额', 'Balance'),
      question: text('账户里有多少钱？', 'How much is in the account?'),
      required: false,
      minFen: 0,
      maxFen: MOST_FEN,
      prefill: { from: 'shared', key: 'fund.balance' },
      sensitive: true,
    },
    {
      id: 'amount',
      type: 'amount',
      label: text('取多少', 'Amount'),
      term: text('提取金额', 'Amount to withdraw'),
      question: text('您要取多少钱？', 'How much do you want to take out?'),
      minFen: 100,
      maxFen: MOST_FEN,
      sensitive: true,
    },
    bankCardField('本人的银行卡号', 'Your own bank card'),
    phoneField,
  ],
  rules: [
    {
      id: 'withinBalance',
      kind: 'order',
      from: 'amount',
      to: 'balance',
      sentence: text('要取的比账户里的多。请改小一点。', 'More than there is in the account. Please take less.'),
    },
    {
      id: 'ageOnRetirement',
      kind: 'age',
      on: 'retireDate',
      field: 'birth',
      atLeast: YOUNGEST_RETIRED,
      sentence: text('照这两个日子，您那天还没到退休的年纪。', 'By these two dates you were too young that day.'),
    },
  ],
  materials: [
    {
      id: 'retired',
      name: text('退休证', 'Retirement certificate'),
      required: true,
      sources: ['scan', 'licence', 'shared'],
      licenceType: licenceType(humanResources, '041'),
      maxPages: 2,
    },
  ],
  consent: consent(
    ['提取公积金，查您的账户和退休证', 'To withdraw the fund; your account and retirement certificate are looked up'],
    ['身份证信息、公积金账户、银行卡号', 'Your card’s data, fund account, bank card'],
    ['云洲市公积金中心、南桥区人社局', 'Yunzhou Housing Fund Centre, Human Resources Bureau'],
    ['付款后10年', '10 years after payment'],
  ),
  signature: true,
  result: { name: text('提取回执', 'Receipt of the withdrawal'), ways: ['here', 'message'] },
  after: afterwards(['公积金中心', 'The centre'], ['核对上了当场付款', 'Paid at once when all agrees'], toldByPhone),
})
