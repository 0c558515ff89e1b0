-- Personal API tokens, PostgreSQL: only their hashes are kept.

create table limn.api_tokens (
    token_id text not null primary key,
    user_id text not null references limn.users (user_id),
    name text not null,
    token_hash text not null unique,
    scope text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);

create index api_tokens_by_user on limn.api_tokens (user_id, created_at);
