import type { ServiceItemInput } from '../../protocol/service-item.ts'
import {
  afterwards,
  cardToBring,
  consent,
  familyRelations,
  keptOffline,
  option,
  paperToBring,
  phoneField,
  sampleItem,
  text,
  toldByPhone,
} from './common.ts'
import { healthcareSecurity, itemCode, licenceType, publicSecurity } from './departments.ts'

/** A household registers at most ten together (domain.md section 5). */
const MOST_MEMBERS = 10
const ORDINALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'] as const

type Fields = ServiceItemInput['fields']

/** Name and number of every member; the second and later are asked only when so many are insured. */
const memberFields: Fields = ORDINALS.flatMap((ordinal, index): Fields => {
  const when = index === 0 ? {} : { when: { field: 'members', atLeast: index + 1 } }
  const who = [`第${ordinal}位`, `Person ${index + 1}`] as const
  return [
    {
      id: `name${index + 1}`,
      type: 'person-name',
      label: text(`${who[0]}的姓名`, `${who[1]}, name`),
      term: text('参保人姓名', 'Name of the insured'),
      question: text(`${who[0]}叫什么名字？`, `${who[1]}: what is the name?`),
      ...(index === 0 ? { prefill: { from: 'card', part: 'name' } as const } : {}),
      ...when,
    },
    {
      id: `number${index + 1}`,
      type: 'id-number',
      label: text(`${who[0]}的身份证号`, `${who[1]}, ID number`),
      term: text('参保人证件号码', 'ID number of the insured'),
      question: text(`${who[0]}的身份证号\n是多少？`, `${who[1]}: what is the ID number?`),
      sensitive: true,
      ...(index === 0 ? { prefill: { from: 'card', part: 'id-number' } as const } : {}),
      ...when,
    },
  ]
})

/** S04 城乡居民基本医疗保险参保登记. */
export const s04ResidentInsurance = sampleItem({
  id: 'S04',
  code: itemCode(healthcareSecurity, '15002'),
  name: text('城乡居民医保参保登记', 'Registration for residents’ medical insurance'),
  use: text('一家人可以一起登记', 'The whole household at once'),
  seal: '医',
  topic: text('看病医保', 'Health care and insurance'),
  searchWords: ['新农合', '居民医保', '交医保', '孩子医保', '新生儿医保', '参保', '医保登记'],
  department: healthcareSecurity,
  days: { legal: 5, promised: 1 },
  minutes: 6,
  crossProvince: false,
  offlinePolicy: 'A',
  offline: keptOffline,
  assurance: 2,
  needs: ['id-card-reader', 'receipt-printer', 'document-scanner'],
  bring: [
    cardToBring,
    paperToBring('户口本', 'Household book', '扫首页和要参保的每一页', 'The first page and one for each person'),
  ],
  proxy: {
    allowed: true,
    who: text('监护人可以替孩子办', 'A guardian for a child'),
    authorities: ['principal-present', 'legal-guardian'],
    relations: familyRelations.filter(({ value }) => value === 'parent' || value === 'guardian'),
  },
  pages: [
    {
      id: 'household',
      question: text('给几个人登记？\n住在哪里？', 'How many people, and where?'),
      fields: ['members', 'home'],
    },
    ...ORDINALS.map((ordinal, index) => ({
      id: `person${index + 1}`,
      question: text(`第${ordinal}位是谁？`, `Who is person ${index + 1}?`),
      fields: [`name${index + 1}`, `number${index + 1}`],
    })),
    { id: 'payment', question: text('按哪一档交？', 'Which contribution?'), fields: ['tier', 'phone'] },
  ],
  fields: [
    {
      id: 'members',
      type: 'whole-number',
      label: text('几个人', 'People'),
      term: text('参保人数', 'Number of insured'),
      question: text('一共给几个人登记？', 'How many people in all?'),
      min: 1,
      max: MOST_MEMBERS,
      unit: text('人', 'people'),
    },
    {
      id: 'home',
      type: 'address',
      label: text('住址', 'Address'),
      term: text('居住地址', 'Address of residence'),
      question: text('您家住在哪里？', 'Where do you live?'),
      startsFrom: 'card-division',
    },
    ...memberFields,
    {
      id: 'tier',
      type: 'choice',
      label: text('交哪一档', 'Contribution'),
      term: text('缴费档次', 'Contribution tier'),
      question: text('按哪一档交？', 'Which contribution?'),
      options: [
        option('basic', '基本档', 'Basic', ['每人每年交得少', 'Less to pay each year']),
        option('higher', '高一档', 'Higher', ['住院报得多一些', 'More is refunded in hospital']),
        option('supported', '我家有减免', 'We are exempt', [
          '低保、特困等，由政府代交',
          'Paid by the state for those in need',
        ]),
      ],
    },
    phoneField,
  ],
  rules: [
    ...ORDINALS.slice(1).map((_, index) => ({
      id: `other${index + 2}`,
      kind: 'differ' as const,
      from: `number${index + 1}`,
      field: `number${index + 2}`,
      sentence: text(
        '这个号码和前一位的一样。请再看一看。',
        'The same number as the person before. Please look again.',
      ),
    })),
    {
      id: 'largeHousehold',
      kind: 'odd',
      measure: 'value',
      above: 7,
      field: 'members',
      sentence: text('您填的是{value}个人，对吗？', 'You wrote {value} people. Is that right?'),
    },
  ],
  materials: [
    {
      id: 'household',
      name: text('户口本', 'Household book'),
      note: text('首页，和要参保的每一页', 'The first page and one for each person'),
      required: true,
      sources: ['scan', 'licence'],
      licenceType: licenceType(publicSecurity, '011'),
      maxPages: 11,
    },
  ],
  consent: consent(
    ['参加居民医保，查您的户口本电子证照', 'To register for medical insurance; your e-licences are looked up'],
    ['身份证信息、家里参保人的信息', 'Data of your card and of those insured with you'],
    ['南桥区医保局、税务局', 'Healthcare Security and tax bureaus'],
    ['参保期间和停保后3年', 'While insured and 3 years after'],
  ),
  signature: true,
  result: { name: text('参保凭证', 'Proof of registration'), ways: ['electronic', 'window'] },
  after: afterwards(
    ['医保部门', 'The bureau'],
    ['1个工作日，从送到的那天算', '1 working day from delivery'],
    toldByPhone,
  ),
})
