import {
  authorityPaper,
  bankCardField,
  consent,
  keptOffline,
  option,
  paperToBring,
  phoneField,
  sampleItem,
  text,
} from './common.ts'
import { civilAffairs, housingFund, humanResources, itemCode, licenceType, publicSecurity } from './departments.ts'

/** Five years of days: older matters belong at the window. */
const EARLIEST_DAYS = -1825

/** S16 公民身后"一件事": quiet mode, soft words, no rating. */
export const s16AfterADeath = sampleItem({
  id: 'S16',
  code: itemCode(civilAffairs, '70003'),
  name: text('公民身后一件事', 'After a death'),
  use: text('亲人走后的几件事，一起交给我们', 'What follows a death, handed over together'),
  seal: '安',
  topic: text('身后事', 'After a death'),
  searchWords: ['去世', '销户', '丧葬费', '抚恤金', '户口注销', '亲人过世', '死亡证明', '遗属'],
  department: civilAffairs,
  days: { legal: 20, promised: 5 },
  minutes: 7,
  crossProvince: true,
  offlinePolicy: 'A',
  offline: keptOffline,
  assurance: 3,
  needs: ['id-card-reader', 'receipt-printer', 'document-scanner'],
  quiet: true,
  bring: [
    {
      sign: 'card',
      what: text('您的身份证', 'Your identity card'),
      note: text('姓名、住址从卡里读', 'Name and address come from the card'),
    },
    paperToBring('死亡证明', 'Death certificate', '有电子证照的不用带', 'Not needed if there is an e-licence'),
    paperToBring(
      '户口本，或亲属关系证明',
      'Household book, or proof of kinship',
      '能看出您和他的关系',
      'It shows how you were related',
    ),
  ],
  notice: text(
    '慢慢来。不清楚的可以空着，我们帮您查。',
    'Take your time. Leave open what you do not know; we will look.',
  ),
  proxy: {
    allowed: true,
    who: text('由亲属来办', 'By a relative'),
    authorities: ['principal-present', 'scanned-authority'],
    paper: authorityPaper,
    relations: [
      { value: 'spouse', label: text('我是爱人', 'I am the spouse') },
      { value: 'child', label: text('我是儿女', 'I am a child') },
      { value: 'parent', label: text('我是父母', 'I am a parent') },
      { value: 'other', label: text('别的亲属', 'Another relative') },
    ],
  },
  pages: [
    {
      id: 'who',
      question: text('亲人的姓名和身份证号', 'Your relative’s name and ID number'),
      fields: ['deceasedName', 'deceasedNumber'],
    },
    { id: 'when', question: text('是哪天走的？', 'On which day?'), fields: ['deathDate', 'deathCertificate'] },
    { id: 'relation', question: text('您是他的什么人？', 'How were you related?'), fields: ['relation'] },
    {
      id: 'matters',
      question: text('要一起办哪几件？', 'What should be done together?'),
      fields: ['matters', 'bankCard', 'phone'],
    },
  ],
  fields: [
    {
      id: 'deceasedName',
      type: 'person-name',
      label: text('亲人的姓名', 'Relative’s name'),
      term: text('逝者姓名', 'Name of the deceased'),
      question: text('亲人叫什么名字？', 'What was your relative’s name?'),
    },
    {
      id: 'deceasedNumber',
      type: 'id-number',
      label: text('亲人的身份证号', 'Relative’s ID number'),
      term: text('逝者证件号码', 'ID number of the deceased'),
      question: text('亲人的身份证号\n是多少？', 'What was your relative’s ID number?'),
      kinds: ['citizen', 'hk-mo-tw', 'foreigner-2023', 'foreigner-2017'],
      sensitive: true,
    },
    {
      id: 'deathDate',
      type: 'date',
      label: text('走的日子', 'Day of death'),
      term: text('死亡日期', 'Date of death'),
      question: text('是哪天走的？', 'On which day?'),
      earliestDays: EARLIEST_DAYS,
      latestDays: 0,
    },
    {
      id: 'deathCertificate',
      type: 'code',
      validator: 'account',
      label: text('死亡证明的编号', 'Certificate number'),
      term: text('死亡证明编号', 'Number of the death certificate'),
      question: text('死亡证明上的编号\n是什么？', 'What is the number on the certificate?'),
      hint: text('没有就空着', 'Leave open if there is none'),
      required: false,
    },
    {
      id: 'relation',
      type: 'choice',
      label: text('您是他的', 'You are'),
      term: text('与逝者关系', 'Relation to the deceased'),
      options: [
        option('spouse', '爱人', 'The spouse'),
        option('child', '儿女', 'A child'),
        option('parent', '父母', 'A parent'),
        option('other', '别的亲属', 'Another relative'),
      ],
    },
    {
      id: 'matters',
      type: 'multi-choice',
      label: text('一起办', 'Together'),
      term: text('联办事项', 'Matters of the bundle'),
      question: text('要一起办哪几件？', 'What should be done together?'),
      options: [
        option('household', '户口注销', 'Household register'),
        option('pension', '停养老金，领丧葬费和抚恤金', 'Pension and funeral grant'),
        option('fund', '取住房公积金', 'Housing fund'),
        option('subsidy', '停高龄津贴等补贴', 'Allowances'),
      ],
    },
    {
      ...bankCardField('您的银行卡号', 'Your bank card'),
      when: { field: 'matters', in: ['pension', 'fund'] },
    },
    phoneField,
  ],
  rules: [
    {
      id: 'notOneself',
      kind: 'differ',
      from: 'card.idNumber',
      field: 'deceasedNumber',
      sentence: text('这是您自己的号码。请填亲人的。', 'This is your own number. Please write your relative’s.'),
    },
  ],
  materials: [
    {
      id: 'death',
      name: text('死亡证明', 'Death certificate'),
      required: true,
      sources: ['scan', 'licence'],
      licenceType: licenceType(civilAffairs, '071'),
      maxPages: 2,
    },
    {
      id: 'kinship',
      name: text('户口本，或亲属关系证明', 'Household book, or proof of kinship'),
      required: true,
      sources: ['scan', 'licence', 'shared'],
      licenceType: licenceType(publicSecurity, '011'),
      maxPages: 4,
    },
  ],
  consent: consent(
    ['一次办好身后的几件事，查有关电子证照', 'To settle all that follows at once; e-licences are looked up'],
    ['您和逝者的身份、关系，收款账户', 'Identity of both, kinship, account'],
    ['民政、公安、人社部门', 'Civil affairs, police, human resources'],
    ['按各部门的年限', 'As each department’s rules say'],
  ),
  signature: true,
  members: [
    { name: text('户口注销', 'Household register'), department: publicSecurity },
    { name: text('养老待遇和丧葬补助', 'Pension and funeral grant'), department: humanResources },
    { name: text('公积金提取', 'Housing fund'), department: housingFund },
    { name: text('停发补贴', 'Allowances'), department: civilAffairs },
  ],
  result: { name: text('各件事的回执', 'A receipt for each'), ways: ['window', 'post', 'electronic'] },
  after: [
    { what: text('我们收下了', 'We have it'), note: text('您不用再来', 'You need not come again') },
    {
      what: text('几个部门一起办', 'The departments work on it together'),
      note: text('5个工作日，从送到的那天算', '5 working days from delivery'),
    },
    {
      what: text('给您打电话', 'We call you'),
      note: text('有什么要补的，也在电话里说', 'And tell you if anything is missing'),
    },
  ],
})
