import { afterwards, cardToBring, consent, noProxy, onlineOnly, option, sampleItem, text } from './common.ts'
import { itemCode, realEstate } from './departments.ts'

/** S11 不动产登记信息查询. */
export const s11RealEstate = sampleItem({
  id: 'S11',
  code: itemCode(realEstate, '17001'),
  name: text('查我名下的房子', 'Look up my real estate'),
  use: text('孩子上学、贷款要的无房有房证明', 'The proof that schools and banks ask for'),
  seal: '房',
  topic: text('住房', 'Housing'),
  searchWords: ['无房证明', '房产证明', '不动产查询', '房产查询', '首套房', '有没有房'],
  department: realEstate,
  days: { legal: 0, promised: 0 },
  minutes: 2,
  crossProvince: true,
  offlinePolicy: 'C',
  offline: onlineOnly,
  assurance: 4,
  needs: ['id-card-reader', 'receipt-printer', 'document-printer'],
  bring: [cardToBring],
  notice: text('查已故亲人的房子，请到窗口。', 'For the estate of a relative who died, go to the window.'),
  proxy: noProxy('只能本人查自己的。', 'Everybody can look up only their own.'),
  pages: [
    { id: 'range', question: text('要查什么？', 'What do you want to know?'), fields: ['range', 'unit'] },
    { id: 'why', question: text('查了做什么用？', 'What is it for?'), fields: ['purpose'] },
  ],
  fields: [
    {
      id: 'range',
      type: 'choice',
      label: text('查什么', 'Range'),
      term: text('查询范围', 'Range of the search'),
      question: text('要查什么？', 'What do you want to know?'),
      options: [
        option('all', '我名下的全部房子', 'All that is mine'),
        option('unit', '某一套房子', 'One home', ['有不动产权证号的', 'With the number of its certificate']),
      ],
    },
    {
      id: 'unit',
      type: 'code',
      validator: 'account',
      label: text('权证上的单元号', 'Unit number'),
      term: text('不动产单元号', 'Real estate unit number'),
      question: text('权证上的单元号\n是多少？', 'What is the unit number on the certificate?'),
      when: { field: 'range', in: ['unit'] },
    },
    {
      id: 'purpose',
      type: 'choice',
      label: text('用处', 'Purpose'),
      term: text('查询用途', 'Purpose'),
      options: [
        option('school', '孩子上学', 'A child’s school'),
        option('loan', '贷款', 'A loan'),
        option('subsidy', '申请补贴、公租房', 'A subsidy or public housing'),
        option('other', '别的用处', 'Something else'),
      ],
    },
  ],
  consent: consent(
    ['查您名下的房屋登记', 'To look up your real estate'],
    ['身份证信息、查询用途', 'Your card’s data, purpose of the search'],
    ['云洲市不动产登记中心', 'Yunzhou Real Estate Registry'],
    ['查询后3年', '3 years after the search'],
  ),
  signature: false,
  result: { name: text('查询结果', 'Result of the search'), ways: ['here', 'electronic'] },
  after: afterwards(
    ['登记中心', 'The registry'],
    ['当场从登记簿里查', 'Looked up at once'],
    ['在这台机器上打印，没打出来的凭取件码再打', 'Printed here; again with the ticket if it was not'],
  ),
})
