import type { z } from 'zod'
import type { CatalogueDocumentSchema, CheckpointSchema } from '../sync/protocol/worker-port.ts'
import type { HeldCatalogue } from './packages.ts'

type Checkpoint = z.infer<typeof CheckpointSchema>
type Change = z.infer<typeof CatalogueDocumentSchema> & { readonly deleted: boolean }

/**
 * The held catalogue as documents for the worker's pull replication: read in pieces by offset, started over whenever
 * epoch or version are others than the checkpoint's. Documents of a former version that are gone now are the reader's
 * to drop: it knows which ids the new version brought.
 */
export function changesSince(
  held: HeldCatalogue | null,
  checkpoint: Checkpoint | null,
  limit: number,
): { documents: Change[]; checkpoint: Checkpoint | null } {
  if (held === null) return { documents: [], checkpoint }
  const { hubEpoch, version } = held.manifest
  const sameVersion = checkpoint !== null && checkpoint.hubEpoch === hubEpoch && checkpoint.version === version
  const offset = sameVersion ? checkpoint.offset : 0
  const all = documentsOf(held)
  const documents = all.slice(offset, offset + limit)
  return { documents, checkpoint: { hubEpoch, version, offset: offset + documents.length } }
}

function documentsOf({ catalogue }: HeldCatalogue): Change[] {
  const region = { id: 'region', body: JSON.stringify(catalogue.region), order: 0, deleted: false }
  const items = catalogue.items.map((item, i) => ({
    id: `item:${item.id}`,
    body: JSON.stringify(item),
    order: i + 1,
    deleted: false,
  }))
  const divisions = catalogue.divisions.map((division, i) => ({
    id: `division:${division.code}`,
    body: JSON.stringify(division),
    order: i + 1,
    deleted: false,
  }))
  return [region, ...items, ...divisions]
}
