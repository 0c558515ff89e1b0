-- Roles that hold only for a part of the catalogue, PostgreSQL.

-- A narrowed role holds for its rows below and nowhere else; without rows it holds nowhere.
alter table limn.user_roles add column is_narrowed boolean not null default false;

create table limn.role_scopes (
    user_id text not null references limn.users (user_id),
    role text not null,
    -- `project` or `group`.
    kind text not null,
    place text not null,
    primary key (user_id, role, kind, place)
);
