-- What else a provider tells of a number, and the PIN under which a run registered it.
-- Existing numbers learn theirs at the next check.
alter table phone_numbers add column details jsonb not null default '{}';

alter table connections
  add column pin_sealed bytea,
  add column pin_key_id uuid,
  add constraint connections_pin check ((pin_sealed is null) = (pin_key_id is null)),
  add foreign key (tenant_id, pin_key_id) references data_keys (tenant_id, id);
create index connections_pin_key on connections (tenant_id, pin_key_id);
