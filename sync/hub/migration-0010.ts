/**
 * Step 0010 (issue 5): which sign-in codes were used, until they are over anyway, so that none is good twice across a
 * restart; `mark` is a hash, of nobody. And a way to count the open slips of a terminal's hour.
 */
export const CODES = [
  'create table used_codes (mark text primary key, ends_at text not null)',
  'create index used_codes_to_forget on used_codes (ends_at)',
  'create index handovers_by_sealer on handovers (sealed_by, sealed_at)',
]
