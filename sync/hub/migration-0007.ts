/**
 * Step 0007 (issue 5): whose case it is, and who was asked about. `person` is an HMAC under the one key of this hub
 * (person-mark.ts): the tables name nobody.
 */
export const PERSONS = [
  'create table person_key (id integer primary key check (id = 1), key text not null)',
  `create table case_persons (
    submission_id text primary key references submissions (submission_id),
    person text not null)`,
  'create index case_persons_by_person on case_persons (person)',
  `create table person_questions (
    id bigint generated always as identity primary key,
    at text not null,
    terminal_id text not null,
    person text not null,
    kinds text not null,
    told text not null,
    item_id text,
    item_version integer,
    consent_sha256 text)`,
]
