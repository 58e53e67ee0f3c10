/** Step 0003 (issue 5): what is counted of ratings and complaints. Their words stay sealed. */
export const FEEDBACK = [
  `create table ratings (
    case_id text primary key,
    submission_id text not null unique references submissions (submission_id),
    level integer not null check (level between 1 and 5),
    reasons text not null,
    has_words boolean not null,
    rated_at text not null)`,
  `create table complaints (
    submission_id text primary key references submissions (submission_id),
    what text not null check (what in ('item', 'hall', 'staff', 'else')),
    item_id text,
    sort text not null check (sort in ('投诉', '建议')),
    anonymous boolean not null,
    complained_at text not null)`,
]
