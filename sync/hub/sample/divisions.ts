import type { Division } from '../../protocol/service-item.ts'

/**
 * Places that do not exist: 99xxxx is the terminal's own province, 98xxxx and 97xxxx are two others. GB/T 2260 gives
 * none of these numbers to a place.
 */
const PLACES: readonly (readonly [code: string, zh: string, en: string])[] = [
  ['990000', '云洲省', 'Yunzhou Province'],
  ['990100', '云洲市', 'Yunzhou'],
  ['990101', '南桥区', 'Nanqiao District'],
  ['990102', '北渡区', 'Beidu District'],
  ['990103', '青石县', 'Qingshi County'],
  ['990200', '望潮市', 'Wangchao'],
  ['990201', '灯塔区', 'Dengta District'],
  ['990202', '盐滩县', 'Yantan County'],
  ['990300', '松坪市', 'Songping'],
  ['990301', '茶亭区', 'Chating District'],
  ['990302', '石梁县', 'Shiliang County'],
  ['980000', '澜江省', 'Lanjiang Province'],
  ['980100', '松湾市', 'Songwan'],
  ['980101', '滨溪区', 'Binxi District'],
  ['980102', '竹岭区', 'Zhuling District'],
  ['980103', '沙洲县', 'Shazhou County'],
  ['980200', '晴岚市', 'Qinglan'],
  ['980201', '东屏区', 'Dongping District'],
  ['980202', '莲溪县', 'Lianxi County'],
  ['970000', '北原省', 'Beiyuan Province'],
  ['970100', '霜河市', 'Shuanghe'],
  ['970101', '铁桥区', 'Tieqiao District'],
  ['970102', '白桦区', 'Baihua District'],
  ['970200', '雁岭市', 'Yanling'],
  ['970201', '雁南区', 'Yannan District'],
  ['970202', '苇塘县', 'Weitang County'],
]

export const sampleDivisions: readonly Division[] = PLACES.map(([code, zh, en]) => ({ code, name: { zh, en } }))
