import type { HubDatabase } from './database.ts'
import { type HubSources, instant } from './sources.ts'
import { sqlReads } from './sql-reads.ts'

/**
 * The watermark that terminals purge by: everything up to it lies in a backup. It is set by hand, because only a person
 * (or the script that ran pg_dump) knows that the backup is whole and in a safe place.
 */
export interface BegunBackup {
  /** Confirm this much when the backup is safe: it was settled before the backup began. */
  readonly through: number
  readonly hubEpoch: string
}

export type ConfirmResult =
  | { readonly ok: true; readonly backedUpThrough: number }
  /** No backup of this epoch was begun when so much was settled. */
  | { readonly ok: false; readonly fault: 'not-begun'; readonly most: number }
  /** Terminals may have purged up to the higher one already. */
  | { readonly ok: false; readonly fault: 'lower'; readonly backedUpThrough: number }

/** To be called before the copy is made: what is settled now is in any copy that begins later. */
export async function beginBackup(db: HubDatabase, sources: HubSources): Promise<BegunBackup> {
  const { hubEpoch, hubSequence } = await sqlReads(db).stand()
  await db
    .insertInto('backups')
    .values({ hub_epoch: hubEpoch, settled_through: hubSequence, begun_at: instant(sources), confirmed_at: null })
    .execute()
  return { through: hubSequence, hubEpoch }
}

/** Says that a backup that was begun is whole and safe. */
export function confirmBackup(db: HubDatabase, through: number, sources: HubSources): Promise<ConfirmResult> {
  return db.transaction().execute(async (trx): Promise<ConfirmResult> => {
    const hub = await trx
      .selectFrom('hub')
      .select(['epoch', 'backed_up_through'])
      .where('id', '=', 1)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const begun = await trx
      .selectFrom('backups')
      .select(['id', 'settled_through'])
      .where('hub_epoch', '=', hub.epoch)
      .orderBy('settled_through', 'desc')
      .orderBy('id')
      .execute()
    const backup = begun.findLast((row) => row.settled_through >= through)
    if (backup === undefined) return { ok: false, fault: 'not-begun', most: begun[0]?.settled_through ?? 0 }
    if (hub.backed_up_through !== null && through < hub.backed_up_through) {
      return { ok: false, fault: 'lower', backedUpThrough: hub.backed_up_through }
    }
    await trx.updateTable('hub').set({ backed_up_through: through }).where('id', '=', 1).execute()
    await trx
      .updateTable('backups')
      .set({ confirmed_at: instant(sources) })
      .where('id', '=', backup.id)
      .execute()
    return { ok: true, backedUpThrough: through }
  })
}
