import type { Catalogue } from '../../protocol/service-item.ts'
import { sampleDivisions } from './divisions.ts'
import { s02Pension } from './s02-pension.ts'
import { s03RemoteCare } from './s03-remote-care.ts'
import { s07Unemployment } from './s07-unemployment.ts'

/** The catalogue that a hub publishes until a province gives it its own: three items of domain.md section 5. */
export const sampleCatalogue: Catalogue = {
  kind: 'catalogue',
  region: { zh: '云洲市南桥区', en: 'Nanqiao District, Yunzhou' },
  divisions: [...sampleDivisions],
  items: [s02Pension, s03RemoteCare, s07Unemployment],
}
