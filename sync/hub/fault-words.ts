import type { AnswerFault } from '../protocol/answers.ts'
import type { BindingFault } from '../protocol/binding.ts'
import type { IdNumberFault } from '../protocol/id-number.ts'
import type { LicenceUse } from '../protocol/licences.ts'
import type { MaterialFault } from '../protocol/materials.ts'
import type { ProxyFault } from '../protocol/proxy-rules.ts'
import type { SignInFault } from '../protocol/sign-in.ts'
import type { CaseFault } from './verdict.ts'

/** What the pages say for a fault of a case, so that staff can tell the citizen what to do. */
const FAULT_WORDS: Readonly<
  Record<
    | AnswerFault
    | BindingFault
    | IdNumberFault
    | MaterialFault
    | ProxyFault
    | EnvelopeFault
    | CaseOnlyFault
    | FeedbackFault
    | 'binding-unknown'
    | 'overtaken',
    string
  >
> = {
  missing: '没有填',
  'too-short': '太短',
  'too-long': '太长',
  characters: '有不该有的字符',
  'not-a-mobile-number': '不是手机号',
  'not-an-option': '不在选项里',
  'impossible-date': '没有这一天',
  'too-early': '日子太早',
  'too-late': '日子太晚',
  'unknown-division': '没有这个地方',
  'division-too-coarse': '要选得更细',
  'same-province': '要选外省',
  'not-asked': '这一项不用填',
  length: '位数不对',
  'in-the-future': '出生日期在将来',
  'too-old': '出生日期太早',
  'check-digit': '最后一位和前面对不上',
  'organisation-check-digit': '倒数第二位和前面对不上',
  root: '开头不对',
  'unknown-kind': '类别或等级不对',
  'other-kind': '不是这里收的证件',
  repeated: '选项重复或次序不对',
  'too-few': '选得太少',
  'too-many': '选得太多',
  'not-a-number': '不是数',
  'too-small': '数太小',
  'too-large': '数太大',
  'other-place': '不在办理范围里',
  'wrong-order': '前后颠倒了',
  'too-far-apart': '隔得太久',
  'not-equal': '两处不一样',
  'same-again': '和另一处一样，应当不同',
  'sum-differs': '加起来不对',
  'sum-too-large': '加起来超过了',
  'too-young': '年龄不够',
  'above-age': '年龄超过了',
  'material-missing': '材料没有交',
  'material-not-asked': '这份材料不用交',
  'material-not-this-way': '这份材料不能这样交',
  'material-twice': '这份材料交了两次',
  'too-many-pages': '页数太多',
  'page-too-large': '一页太大',
  'bad-licence-id': '电子证照的编号不对',
  'licence-unknown': '查不到这张电子证照，或者不是本人的',
  'licence-not-yet': '电子证照还没有生效',
  'licence-expired': '电子证照过期了',
  'licence-suspended': '电子证照被暂停了',
  'licence-revoked': '电子证照被撤销了',
  'other-source': '来源说得不对',
  forbidden: '这件事只能本人办',
  'relation-not-allowed': '这种关系的人不能代办',
  'authority-not-allowed': '不能凭这种授权代办',
  'authority-missing': '没有看到授权：本人的卡、委托书或亲情绑定',
  'principal-is-agent': '代办人和本人是同一个人',
  'principal-number': '本人的身份证号不对',
  'principal-name': '本人的姓名不对',
  'principal-differs': '代办说的本人和申请人不是同一个人',
  'agent-too-young': '代办人年龄不够',
  'not-a-guardian': '不是监护人',
  'out-of-scope': '授权的不是这一件',
  'agent-needs-id-card': '代办人没有刷身份证',
  'typed-applicant': '申请人没有刷过卡',
  'sign-in-disagrees': '和申请人的资料来处对不上',
  'sign-in-too-low': '这件事要用身份证核对，光凭这样登录不够',
  'agent-limit': '代办人那一天代办的件数满了',
  precondition: '条件和卡上的不符',
  'not-in-the-number': '和身份证号里的不一样',
  'unknown-item': '这一版没有发布过',
  'other-code': '实施编码和目录里的不一样',
  'other-words': '和目录里的承诺书不一样',
  malformed: '格式不对',
  'key-unknown': '用的不是这台总枢纽的密钥',
  'cannot-decrypt': '打不开',
  'bad-payload': '打开了，里面的格式不对',
  mismatch: '里外说的不是同一件',
  damaged: '存着的内容坏了',
  'cannot-open': '打不开',
  'rated-already': '这一件评过了，只算第一次',
  'of-another-terminal': '不是评的那台终端收的件',
  'card-missing': '有一方没有刷身份证',
  'same-person': '两张卡是同一个人的',
  'principal-too-young': '本人未满18岁，由监护人直接代办',
  'bad-number': '证件号不对',
  'until-past': '到期的日子已经过了',
  'until-too-late': '最长一年',
  'consent-missing': '没有看到两位的同意',
  'binding-unknown': '没有这项绑定，或者不是本人的',
  overtaken: '之后又绑定或解除过，以后来的为准',
}
type EnvelopeFault = 'malformed' | 'key-unknown' | 'cannot-decrypt' | 'bad-payload' | 'mismatch'
type FeedbackFault = 'rated-already' | 'of-another-terminal'
type CaseOnlyFault =
  | SignInFault
  | 'agent-limit'
  | 'precondition'
  | 'damaged'
  | 'cannot-open'
  | 'not-in-the-number'
  | 'unknown-item'
  | 'other-code'
  | 'other-words'
  | 'other-source'
  | 'licence-unknown'
  | `licence-${Exclude<LicenceUse, 'usable'>}`

const PLACE_WORDS: Readonly<Record<string, string>> = {
  'applicant.idNumber': '身份证号',
  'applicant.birth': '出生日期',
  applicant: '申请人',
  signIn: '登录',
  proxy: '代办',
  binding: '亲情绑定',
  consent: '信息使用的同意',
  pledge: '承诺书',
  signature: '签名',
  item: '事项',
  attachment: '附件',
  about: '评的是哪一件',
  envelope: '密封件',
}

/** A fault as two pieces of Chinese: where, and what. `labels` are the item's own field labels. */
export function faultInWords(
  fault: CaseFault,
  labels: ReadonlyMap<string, string>,
): { readonly where: string; readonly what: string } {
  const words: Readonly<Record<string, string>> = FAULT_WORDS
  return {
    where: labels.get(fault.field) ?? PLACE_WORDS[fault.field] ?? fault.field,
    what: words[fault.fault] ?? fault.fault,
  }
}
