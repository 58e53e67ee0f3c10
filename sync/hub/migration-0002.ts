/**
 * Step 0002 (issue 3): receipts in a table of their own, because one covers a batch; transaction ids, so that nothing is
 * told before all below it is settled; epochs, chunks, case changes, contacts, backups.
 */
export const SETTLED_AND_CHUNKS = [
  `create table epochs (
    epoch text primary key,
    opened_at text not null,
    after_sequence bigint not null,
    why text not null check (why in ('founded', 'command', 'restore', 'proof', 'forgotten')))`,
  `insert into epochs select epoch, created_at, 0, 'founded' from hub`,
  `insert into epochs select hub_epoch, min(received_at), min(hub_sequence) - 1, 'founded' from submissions
    group by hub_epoch on conflict do nothing`,
  `insert into epochs select hub_epoch, min(published_at), 0, 'founded' from packages
    group by hub_epoch on conflict do nothing`,
  `alter table hub add column backed_up_through bigint, add column last_case_sequence bigint not null default 0`,
  `create table receipts (sha256 text primary key, terminal_id text not null, jws text not null)`,
  `insert into receipts select distinct encode(sha256(convert_to(receipt, 'UTF8')), 'hex'), terminal_id, receipt
    from submissions`,
  `alter table submissions
    add column receipt_sha256 text references receipts (sha256),
    add column cloned boolean not null default false,
    add column transaction_id xid8 not null default pg_current_xact_id()`,
  `update submissions set receipt_sha256 = encode(sha256(convert_to(receipt, 'UTF8')), 'hex')`,
  'alter table submissions alter column receipt_sha256 set not null, drop column receipt',
  // Sealed text does not get smaller: trying costs more than storing it.
  'alter table submissions alter column envelope set storage external',
  'alter table receipts alter column jws set storage external',
  `create table chunks (
    sha256 text primary key,
    bytes integer not null,
    content bytea not null,
    stored_at text not null,
    committed boolean not null default false)`,
  'create index submissions_by_receipt on submissions (receipt_sha256, hub_sequence)',
  'alter table chunks alter column content set storage external',
  'create index chunks_open on chunks (sha256) where not committed',
  `create table chunk_offers (
    terminal_id text not null,
    submission_id text not null,
    sha256 text not null,
    bytes integer not null,
    offered_at text not null,
    primary key (terminal_id, submission_id, sha256))`,
  'create index chunk_offers_by_hash on chunk_offers (sha256)',
  'create index chunk_offers_by_submission on chunk_offers (submission_id)',
  'create index chunk_offers_by_time on chunk_offers (offered_at)',
  `create table case_changes (
    id bigint generated always as identity primary key,
    submission_id text not null references submissions (submission_id),
    terminal_id text not null,
    ticket text not null,
    state text not null,
    at text not null,
    transaction_id xid8 not null default pg_current_xact_id(),
    sequence bigint unique)`,
  'create index case_changes_open on case_changes (id) where sequence is null',
  'create index case_changes_by_terminal on case_changes (terminal_id, sequence)',
  `insert into case_changes (submission_id, terminal_id, ticket, state, at)
    select c.submission_id, s.terminal_id, s.ticket, c.state, coalesce(c.opened_at, s.received_at)
    from cases c join submissions s on s.submission_id = c.submission_id
    where c.state <> '待打开' order by s.hub_sequence`,
  `create table terminal_contacts (
    terminal_id text primary key,
    device_kid text not null,
    contacted_at text not null,
    last_device_sequence bigint not null,
    waiting bigint not null,
    quarantined bigint not null,
    oldest_waiting_at text,
    damage bigint not null,
    free_bytes bigint,
    version text not null)`,
  `create table backups (
    id bigint generated always as identity primary key,
    hub_epoch text not null,
    settled_through bigint not null,
    begun_at text not null,
    confirmed_at text)`,
]
