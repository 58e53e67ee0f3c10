import { expect, test } from 'vitest'
import { createSearch, type Why } from './search.ts'
import { sampleSearchables } from './testing/items.ts'

const search = createSearch(sampleSearchables)

/** What people type, the item that they mean, and why it is found. */
const TABLE: readonly (readonly [query: string, id: string, why: Why])[] = [
  // Names, their beginnings and their middles.
  ['失业登记', 'S07', 'name'],
  ['个人社会保险参保证明查询打印', 'S01', 'name'],
  ['住房公积金提取退休', 'S05', 'name'],
  ['新生儿出生一件事', 'S14', 'name'],
  ['失业', 'S07', 'prefix'],
  ['跨省', 'S03', 'prefix'],
  ['高龄', 'S17', 'prefix'],
  ['残', 'S18', 'prefix'],
  ['异地就医', 'S03', 'words'],
  ['设立登记', 'S09', 'words'],
  ['无犯罪 记录', 'S12', 'prefix'],
  ['户籍类', 'S13', 'words'],
  // Words of the items' own.
  ['养老金没到账', 'S02', 'words'],
  ['养老金', 'S02', 'words'],
  ['退休金', 'S02', 'words'],
  ['生存认证', 'S02', 'words'],
  ['外地看病', 'S03', 'words'],
  ['新农合', 'S04', 'words'],
  ['取公积金', 'S05', 'words'],
  ['下岗', 'S07', 'words'],
  ['打零工', 'S08', 'words'],
  ['开店', 'S09', 'words'],
  ['执照丢了', 'S10', 'words'],
  ['查房子', 'S11', 'words'],
  ['政审', 'S12', 'words'],
  ['上户口', 'S14', 'words'],
  ['办退休', 'S15', 'words'],
  ['丧葬费', 'S16', 'words'],
  ['老人补贴', 'S17', 'words'],
  // First letters.
  ['sydj', 'S07', 'initials'],
  ['YLJ', 'S02', 'initials'],
  ['glJT', 'S17', 'initials'],
  ['xsecs', 'S14', 'initials'],
  ['wfzjl', 'S12', 'initials'],
  ['gtgsh', 'S09', 'initials'],
  ['yyzz', 'S10', 'initials'],
  ['bdc', 'S11', 'initials'],
  ['jbylbx', 'S04', 'initials'],
  // Pinyin: whole, in part, mixed with first letters and characters, by any reading.
  ['shiyedengji', 'S07', 'pinyin'],
  ['shi ye deng ji', 'S07', 'pinyin'],
  ['gaoling', 'S17', 'pinyin'],
  ['yanglaojin', 'S02', 'pinyin'],
  ['yanglaoj', 'S02', 'pinyin'],
  ['yljinmeidaozhang', 'S02', 'pinyin'],
  ['养laojin', 'S02', 'pinyin'],
  ['失yedj', 'S07', 'pinyin'],
  ['kuashengyd', 'S03', 'pinyin'],
  ['kuaxing', 'S03', 'pinyin'],
  ['canbaozm', 'S01', 'pinyin'],
  ['canjiren', 'S18', 'pinyin'],
  ['linghuo', 'S08', 'pinyin'],
  ['yingyezhi', 'S10', 'pinyin'],
  ['gongmin', 'S16', 'pinyin'],
  // Slips of the hand and of the ear.
  ['shiyedegnji', 'S07', 'typo'],
  ['shiyedenji', 'S07', 'typo'],
  ['siyedenji', 'S07', 'typo'],
  ['yangloajin', 'S02', 'typo'],
  ['yanglaojn', 'S02', 'typo'],
  ['gaolinjintie', 'S17', 'typo'],
  ['kuasengyidijuyi', 'S03', 'typo'],
  ['yingyezhizoa', 'S10', 'typo'],
  ['linhuojiuye', 'S08', 'typo'],
  ['失夜登记', 'S07', 'typo'],
  ['养老金没到帐', 'S02', 'typo'],
  ['高龄金贴', 'S17', 'typo'],
  ['残级人', 'S18', 'typo'],
  // Sentences, other orders, a wrong character in between.
  ['我的养老金怎么还没有到账', 'S02', 'part'],
  ['失亚登记', 'S07', 'part'],
  ['备案异地就医', 'S03', 'part'],
  ['孩子出生了怎么上户口', 'S14', 'part'],
  ['我想查一下名下有几套房子', 'S11', 'part'],
  ['公积金怎么转移到外地', 'S06', 'part'],
  ['营业执照打印', 'S10', 'part'],
  ['老人去世了要办什么', 'S16', 'part'],
  // Ids and codes.
  ['S07', 'S07', 'code'],
  ['s18', 'S18', 'code'],
  ['11990100MB9900021U4990000000004', 'S05', 'code'],
  ['990000000011', 'S12', 'code'],
]

test.each(TABLE)('%s finds %s by %s', (query, id, why) => {
  expect(search.find(query, 5)[0]).toMatchObject({ id, why })
})

test.each(['', ' ', '，。！', '😀', 'zzqqxx', '龘龘', '怎么办呢', 'a'.repeat(65), '0'.repeat(10_240)])(
  '%j finds nothing',
  (query) => {
    expect(search.find(query, 5)).toEqual([])
  },
)
