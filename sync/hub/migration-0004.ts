/** Step 0004 (issue 5, staff): who may help where, what each terminal was told of it, and who helped with a case. */
export const STAFF = [
  `create table staff (
    staff_id text primary key,
    name text not null,
    badge_id text not null unique,
    verifier text not null,
    terminals text,
    added_at text not null,
    removed_at text)`,
  `create table staff_lists (
    terminal_id text primary key,
    version bigint not null,
    hub_epoch text not null,
    manifest text not null,
    content text not null,
    members_sha256 text not null,
    issued_at text not null)`,
  `create table case_helpers (
    submission_id text primary key references submissions (submission_id),
    helpers text not null)`,
]
