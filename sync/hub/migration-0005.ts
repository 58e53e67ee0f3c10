/**
 * Step 0005 (issue 5): how often an agent handed in for others, by day. `agent` is an HMAC under the day's key, so the
 * table names nobody, and two days cannot be put together.
 */
export const AGENTS = [
  'create table agent_days (day text primary key, key text not null)',
  `create table agent_places (
    day text not null,
    agent text not null,
    place integer not null check (place >= 1),
    submission_id text not null references submissions (submission_id),
    primary key (day, agent, place),
    unique (submission_id))`,
]
