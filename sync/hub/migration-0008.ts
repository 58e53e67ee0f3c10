/**
 * Step 0008 (issue 5): standing bindings (亲情绑定). `agent` and `principal` are HMACs as in step 0007; the names lie in
 * the sealed submission that made the binding, and nowhere else.
 */
export const BINDINGS = [
  `create table bindings (
    binding_id text primary key,
    submission_id text not null unique references submissions (submission_id),
    agent text not null,
    principal text not null,
    relation text not null,
    items text,
    since text not null,
    until text not null,
    withdrawn_at text,
    withdrawn_by text)`,
  'create index bindings_by_agent on bindings (agent)',
  'create index bindings_by_principal on bindings (principal)',
]
