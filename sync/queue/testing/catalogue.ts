import type { ChangesSince, Checkpoint } from '../catalogue-replication.ts'

/** A small valid catalogue as main lists it, and a main that serves it. */
export type Line = { id: string; body: string; order: number }

export function itemBody(id: string, name: string): object {
  return {
    id,
    version: 1,
    code: `11330000002482000${id.slice(-1)}1000000000001`,
    name: { zh: name },
    use: { zh: '用处' },
    seal: '业',
    topic: { zh: '就业' },
    department: { name: { zh: '人社局' }, uscc: '113300000024820001' },
    days: { legal: 1, promised: 0 },
    minutes: 3,
    crossProvince: false,
    offlinePolicy: 'A',
    needs: [],
    bring: [],
    pages: [{ id: 'p', question: { zh: '问' }, fields: ['phone'] }],
    fields: [{ id: 'phone', type: 'phone', label: { zh: '手机' }, required: true }],
    signature: false,
    after: [{ what: { zh: '收到' }, note: { zh: '马上' } }],
  }
}

export function listing(items: readonly string[], divisions = 1): Line[] {
  return [
    { id: 'region', body: JSON.stringify({ zh: '某地' }), order: 0 },
    ...Array.from({ length: divisions }, (_, i) => {
      const code = String(110_000 + i)
      return { id: `division:${code}`, body: JSON.stringify({ code, name: { zh: `地${i}` } }), order: 1 + i }
    }),
    ...items.map((id, i) => ({ id: `item:${id}`, body: JSON.stringify(itemBody(id, `事项${id}`)), order: 10_000 + i })),
  ]
}

export const EPOCH_A = '11111111-1111-4111-8111-111111111111'
export const EPOCH_B = '22222222-2222-4222-8222-222222222222'

/** Main with one stored package: the rest of the listing after an offset, from the start for any other version. */
export type FakeCatalogueMain = {
  epoch: string
  version: number
  lines: Line[]
  asked: (Checkpoint | null)[]
  failing: boolean
  changesSince: ChangesSince
}

export function fakeCatalogueMain(start: { epoch: string; version: number; lines: Line[] }): FakeCatalogueMain {
  const asked: (Checkpoint | null)[] = []
  const main: FakeCatalogueMain = {
    ...start,
    asked,
    failing: false,
    changesSince: async ({ checkpoint, limit }) => {
      asked.push(checkpoint)
      if (main.failing) throw new Error('main is away')
      const same = checkpoint !== null && checkpoint.hubEpoch === main.epoch && checkpoint.version === main.version
      const offset = same ? checkpoint.offset : 0
      const part = main.lines.slice(offset, offset + limit)
      return {
        documents: part.map((line) => ({ ...line, deleted: false })),
        checkpoint: { hubEpoch: main.epoch, version: main.version, offset: offset + part.length },
      }
    },
  }
  return main
}
