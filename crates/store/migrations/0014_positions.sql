-- Places in the outbox and in the audit logs are ids of transactions. Those of a restored database can lie above what its
-- new cluster has come to; then what is added to the cluster's own ids makes up for it (`parlance admin rebase-positions`
-- replaces the first function). Nothing that is stored changes.

-- Stable, though it changes once in a lifetime: plans that hold its value are made anew when it is replaced.
create function position_base() returns bigint language sql stable parallel safe return 0::bigint;

-- The place of what this transaction writes.
create function position_now() returns xid8 language sql stable
return ((pg_current_xact_id()::text)::bigint + position_base())::text::xid8;

-- Below it everything is decided: no transaction that still runs can write there.
create function position_horizon() returns xid8 language sql stable
return ((pg_snapshot_xmin(pg_current_snapshot())::text)::bigint + position_base())::text::xid8;

-- The lowest place that nothing of this cluster can have.
create function position_next() returns xid8 language sql stable
return ((pg_snapshot_xmax(pg_current_snapshot())::text)::bigint + position_base())::text::xid8;

revoke all on function position_base(), position_now(), position_horizon(), position_next() from public;
grant execute on function position_base(), position_now(), position_horizon(), position_next()
  to parlance_tenant, parlance_ingest, parlance_delivery, parlance_events, parlance_platform, parlance_upkeep;

alter table outbox alter column xid set default position_now();
alter table audit_entries alter column xid set default position_now();
alter table platform_audit_entries alter column xid set default position_now();

-- The tailer's login sees how far the seals have come, so that the tenant API can tell a restored database by more than
-- its outbox.
create policy events_all on audit_seals to parlance_events using (true) with check (true);
create policy events_all on platform_audit_seals to parlance_events using (true) with check (true);
grant select (last_xid, last_seq) on audit_seals to parlance_events;
grant select (number, last_xid) on platform_audit_seals to parlance_events;
