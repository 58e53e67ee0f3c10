/**
 * Step 0009 (issue 5): what a principal is told of what others do for her. `person` is an HMAC as in step 0007; a row stands
 * from the moment at which the case is opened, and has `taken_at` once the channel took it.
 */
export const NOTICES = [
  `create table notices (
    submission_id text primary key references submissions (submission_id),
    person text not null,
    what text not null check (what in ('handed-in', 'not-taken', 'bound', 'unbound')),
    at text not null,
    taken_at text,
    tries integer not null default 0)`,
  'create index notices_by_person on notices (person)',
  'create index notices_to_tell on notices (submission_id) where taken_at is null',
]
