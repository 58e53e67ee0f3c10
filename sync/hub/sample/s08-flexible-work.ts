import {
  afterwards,
  authorityPaper,
  cardToBring,
  consent,
  familyRelations,
  keptOffline,
  option,
  phoneField,
  sampleItem,
  text,
  toldByPhone,
} from './common.ts'
import { humanResources, itemCode } from './departments.ts'

/** The monthly base lies between 60 % and 300 % of the made-up province's mean wage of 6,800 yuan. */
const LEAST_BASE_FEN = 408_000
const MOST_BASE_FEN = 2_040_000

/** S08 灵活就业人员参保登记. */
export const s08FlexibleWork = sampleItem({
  id: 'S08',
  code: itemCode(humanResources, '14004'),
  name: text('灵活就业参保登记', 'Insurance for the self-employed'),
  use: text('没有单位也能交养老保险', 'A pension without an employer'),
  seal: '保',
  topic: text('社会保险', 'Social insurance'),
  searchWords: ['自己交社保', '灵活就业', '个人交养老', '自由职业', '外卖骑手社保', '社保断缴'],
  department: humanResources,
  days: { legal: 1, promised: 0 },
  minutes: 3,
  crossProvince: false,
  offlinePolicy: 'A',
  offline: keptOffline,
  assurance: 2,
  bring: [cardToBring],
  preconditions: [
    {
      id: 'grownUp',
      must: { age: { atLeast: 16 } },
      sentence: text(
        '按身份证看，您到{date}满16岁，那时就能登记。',
        'By your card you turn 16 on {date} and can register then.',
      ),
      wayOn: 'later',
    },
    {
      id: 'notRetired',
      must: { age: { atMost: 65 } },
      sentence: text(
        '按身份证看，您已经过了参保的年纪。请到窗口问一问。',
        'By your card you are past the age. Please ask at the window.',
      ),
      wayOn: 'window',
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
    { id: 'work', question: text('您现在做什么？', 'What do you do now?'), fields: ['kind'] },
    {
      id: 'base',
      question: text('每月按多少钱交？\n从哪个月开始？', 'On which monthly base, and from when?'),
      fields: ['base', 'startMonth', 'phone'],
    },
  ],
  fields: [
    {
      id: 'kind',
      type: 'choice',
      label: text('现在做什么', 'Work'),
      term: text('灵活就业类型', 'Kind of flexible work'),
      options: [
        option('own-shop', '自己开店', 'Own shop'),
        option('platform', '送外卖、跑网约车', 'Delivery or driving by app'),
        option('part-time', '打零工', 'Casual work'),
        option('home', '在家做活', 'Work at home'),
        option('other', '别的', 'Something else'),
      ],
    },
    {
      id: 'base',
      type: 'amount',
      label: text('每月按多少钱交', 'Monthly base'),
      term: text('缴费基数', 'Contribution base'),
      question: text('每月按多少钱交？', 'On which monthly base?'),
      hint: text('4080元到20400元之间，交得多领得多', '4,080 to 20,400 yuan; more in, more out'),
      minFen: LEAST_BASE_FEN,
      maxFen: MOST_BASE_FEN,
    },
    {
      id: 'startMonth',
      type: 'month',
      label: text('从哪个月开始', 'From'),
      term: text('参保起始年月', 'First month'),
      question: text('从哪个月开始交？', 'From which month?'),
      earliestMonths: 0,
      latestMonths: 3,
    },
    phoneField,
  ],
  rules: [
    {
      id: 'highBase',
      kind: 'odd',
      measure: 'value',
      above: 15_000,
      field: 'base',
      sentence: text('您填的是每月按{value}元交，对吗？', 'You wrote a base of {value} yuan a month. Is that right?'),
    },
  ],
  consent: consent(
    ['以个人身份参加社保', 'To insure you as self-employed'],
    ['身份证信息、缴费基数、手机号', 'Your card’s data, contribution base, mobile number'],
    ['南桥区人社局、税务局', 'Human Resources and tax bureaus'],
    ['参保期间和停保后3年', 'While insured and 3 years after'],
  ),
  signature: true,
  result: { name: text('参保登记表', 'Registration form'), ways: ['electronic'] },
  after: afterwards(['人社部门', 'The bureau'], ['送到当天办完', 'Done on the day of delivery'], toldByPhone),
})
