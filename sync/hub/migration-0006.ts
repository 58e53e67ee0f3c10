/**
 * Step 0006 (issue 5, hand-over): half-filled forms as ciphertext, for a day, and what became of each. `sealed` and
 * `card_proof_sha256` go when it ends; what stays says nothing of anybody.
 */
export const HANDOVERS = [
  `create table handovers (
    handover_id text primary key,
    sealed_by text not null,
    sealed_at text not null,
    expires_at text not null,
    verifier_sha256 text not null,
    card_proof_sha256 text,
    sealed text,
    tries integer not null check (tries >= 0),
    taken_by text,
    ended text check (ended in ('used', 'withdrawn', 'destroyed', 'expired')),
    check ((ended is null) = (sealed is not null)),
    check ((ended is null) = (card_proof_sha256 is not null)))`,
  'create index handovers_to_sweep on handovers (expires_at)',
  `create table handover_log (
    id bigint generated always as identity primary key,
    handover_id text not null,
    at text not null,
    terminal_id text,
    act text not null,
    staff_id text)`,
  'create index handover_log_by_handover on handover_log (handover_id, id)',
]
