import {
  afterwards,
  cardToBring,
  consent,
  familyRelations,
  keptForResult,
  option,
  paperToBring,
  phoneField,
  sampleItem,
  text,
  toldByPhone,
} from './common.ts'
import { itemCode, licenceType, publicSecurity } from './departments.ts'

/** Kinds of proof that speak of a second person. */
const OF_TWO = ['kinship', 'deregistered']

/** S13 开具户籍类证明. */
export const s13HouseholdProof = sampleItem({
  id: 'S13',
  code: itemCode(publicSecurity, '09002'),
  name: text('开户籍证明', 'Proof from the household register'),
  use: text('亲属关系、户口注销、曾用名等', 'Kinship, deregistration, former names and more'),
  seal: '证',
  topic: text('证件证明', 'Papers and proofs'),
  searchWords: ['户口证明', '亲属关系证明', '户籍', '户口注销', '曾用名', '派出所证明'],
  department: publicSecurity,
  days: { legal: 1, promised: 0 },
  minutes: 3,
  crossProvince: true,
  offlinePolicy: 'B',
  offline: keptForResult,
  assurance: 3,
  needs: ['id-card-reader', 'receipt-printer', 'document-scanner'],
  bring: [
    cardToBring,
    paperToBring('户口本', 'Household book', '有电子户口本的不用带', 'Not needed if there is an electronic one'),
  ],
  proxy: {
    allowed: true,
    who: text('自己家里人可以代办', 'One’s own family'),
    authorities: ['principal-present', 'standing-binding', 'legal-guardian'],
    relations: familyRelations,
  },
  pages: [
    { id: 'kind', question: text('要开哪一种证明？', 'Which proof do you need?'), fields: ['kind'] },
    {
      id: 'other',
      question: text('证明里还有谁？', 'Who else is in it?'),
      fields: ['otherName', 'otherNumber', 'relation'],
    },
    {
      id: 'contact',
      question: text('有事打哪个手机\n找得到您？', 'Which mobile number reaches you?'),
      fields: ['phone'],
    },
  ],
  fields: [
    {
      id: 'kind',
      type: 'choice',
      label: text('哪一种', 'Kind'),
      term: text('证明种类', 'Kind of proof'),
      options: [
        option('kinship', '亲属关系', 'Kinship', ['同一个户口本上有过的人', 'People once in one household book']),
        option('deregistered', '户口注销', 'Deregistration', ['去世、出国定居等', 'By death or emigration']),
        option('former-name', '改过名字', 'A former name'),
        option('corrected', '改过出生日期或号码', 'A corrected birth date or number'),
        option('moved', '户口迁过', 'A move'),
      ],
    },
    {
      id: 'otherName',
      type: 'person-name',
      label: text('那个人的姓名', 'Name'),
      term: text('关系人姓名', 'Name of the related person'),
      question: text('那个人叫什么名字？', 'What is the person’s name?'),
      when: { field: 'kind', in: OF_TWO },
    },
    {
      id: 'otherNumber',
      type: 'id-number',
      label: text('那个人的身份证号', 'ID number'),
      term: text('关系人证件号码', 'ID number of the related person'),
      question: text('那个人的身份证号\n是多少？', 'What is the person’s ID number?'),
      when: { field: 'kind', in: OF_TWO },
      kinds: ['citizen'],
      sensitive: true,
    },
    {
      id: 'relation',
      type: 'choice',
      label: text('是您的什么人', 'Relation'),
      term: text('与申请人关系', 'Relation to the applicant'),
      question: text('那个人是您的\n什么人？', 'Who is this person to you?'),
      when: { field: 'kind', in: OF_TWO },
      options: [
        option('parent', '父亲或母亲', 'A parent'),
        option('child', '儿子或女儿', 'A child'),
        option('spouse', '爱人', 'My spouse'),
        option('sibling', '兄弟姐妹', 'A brother or sister'),
        option('grandparent', '祖父母、外祖父母', 'A grandparent'),
        option('grandchild', '孙子女、外孙子女', 'A grandchild'),
      ],
    },
    phoneField,
  ],
  rules: [
    {
      id: 'somebodyElse',
      kind: 'differ',
      from: 'card.idNumber',
      field: 'otherNumber',
      sentence: text('这是您自己的号码。请填那个人的。', 'This is your own number. Please write the other person’s.'),
    },
  ],
  materials: [
    {
      id: 'household',
      name: text('户口本', 'Household book'),
      when: { field: 'kind', in: ['kinship', 'deregistered', 'moved'] },
      required: true,
      sources: ['scan', 'licence', 'shared'],
      licenceType: licenceType(publicSecurity, '011'),
      maxPages: 6,
    },
  ],
  consent: consent(
    ['开户籍证明，查您的户口本电子证照', 'To issue the proof; your e-licences are looked up'],
    ['身份证信息、和谁是什么关系', 'Your card’s data, related person and relation'],
    ['南桥公安分局', 'Nanqiao Public Security Bureau'],
    ['开具后3年', '3 years after issue'],
  ),
  signature: true,
  result: { name: text('户籍证明', 'Proof'), ways: ['window', 'electronic'] },
  after: afterwards(['公安部门', 'The police'], ['受理当天开出', 'Made out on the day of acceptance'], toldByPhone),
})
