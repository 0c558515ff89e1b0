-- Personal API tokens, SQLite: only their hashes are kept.

create table api_tokens (
    token_id text not null primary key,
    user_id text not null references users (user_id),
    name text not null,
    token_hash text not null unique,
    scope text not null,
    created_at text not null,
    expires_at text not null,
    last_used_at text,
    revoked_at text
);

create index api_tokens_by_user on api_tokens (user_id, created_at);
