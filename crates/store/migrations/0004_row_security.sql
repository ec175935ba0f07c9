-- Row security and grants, in one place. No context = no rows.

-- Every table, whatever its class.
do $$
declare t text;
begin
  for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
  end loop;
end $$;

-- Tenant class: the bare column is an index condition; an unset or empty setting matches nothing.
do $$
declare t text;
begin
  foreach t in array array[
    'roles', 'memberships', 'data_keys', 'api_keys', 'wabas', 'provider_accounts', 'channel_accounts', 'phone_numbers',
    'waba_routes', 'number_routes', 'connections', 'connection_steps', 'templates', 'contacts', 'contact_identities',
    'identity_conflicts', 'conversations', 'media', 'messages', 'parked_statuses', 'send_attempts', 'lanes', 'jobs',
    'idempotency_keys', 'outbox', 'audit_entries']
  loop
    execute format($f$create policy tenant on %I to parlance_tenant
      using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
      with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)$f$, t);
  end loop;
end $$;

-- Roles that move batches of many tenants declare their set; the hashed form costs once per statement.
do $$
declare t text; r text;
begin
  for t, r in select * from (values
    ('phone_numbers', 'ingest'), ('wabas', 'ingest'), ('contacts', 'ingest'), ('contact_identities', 'ingest'),
    ('identity_conflicts', 'ingest'), ('conversations', 'ingest'), ('media', 'ingest'), ('messages', 'ingest'),
    ('parked_statuses', 'ingest'), ('send_attempts', 'ingest'), ('jobs', 'ingest'), ('outbox', 'ingest'),
    ('send_attempts', 'delivery')) as pairs (t, r)
  loop
    execute format($f$create policy %I on %I to %I
      using (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))
      with check (tenant_id in (select unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[])))$f$,
      r, t, 'parlance_' || r);
  end loop;
end $$;

-- Named pairs that look across tenants: directory and platform tables, routes, lanes, queues of ids.
do $$
declare t text; r text;
begin
  for t, r in select * from (values
    ('tenants', 'tenant'), ('users', 'tenant'), ('sessions', 'tenant'), ('sign_in_throttles', 'tenant'),
    ('graph_environments', 'tenant'), ('meta_apps', 'tenant'), ('portfolios', 'tenant'),
    ('tenants', 'platform'), ('users', 'platform'), ('roles', 'platform'), ('memberships', 'platform'),
    ('sign_in_throttles', 'platform'), ('graph_environments', 'platform'), ('meta_apps', 'platform'),
    ('meta_app_secrets', 'platform'), ('installation_keys', 'platform'), ('platform_users', 'platform'),
    ('platform_sessions', 'platform'), ('platform_audit_entries', 'platform'), ('phone_numbers', 'platform'),
    ('webhook_outcomes', 'platform'), ('lanes', 'platform'),
    ('graph_environments', 'ingest'), ('meta_apps', 'ingest'), ('meta_app_secrets', 'ingest'), ('installation_keys', 'ingest'),
    ('waba_routes', 'ingest'), ('number_routes', 'ingest'), ('raw_webhooks', 'ingest'), ('webhook_outcomes', 'ingest'),
    ('ingest_streams', 'ingest'), ('ingest_cursors', 'ingest'),
    ('tenants', 'delivery'), ('lanes', 'delivery'), ('jobs', 'delivery'),
    ('outbox', 'events')) as pairs (t, r)
  loop
    execute format('create policy %I on %I to %I using (true) with check (true)', r || '_all', t, 'parlance_' || r);
  end loop;
end $$;
-- Keys and memberships are resolved before a tenant is known; once one is, only its own rows are left.
create policy resolve on api_keys for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy resolve on memberships for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);
create policy resolve on roles for select to parlance_tenant using (nullif(current_setting('app.tenant_id', true), '') is null);

-- Grants. Columns are named where a role must not see or change the rest.
grant select on tenants, users, sessions, sign_in_throttles, graph_environments, portfolios, roles, memberships to parlance_tenant;
grant select (id, graph_environment_id, app_id, name) on meta_apps to parlance_tenant;
grant insert, update (window_start, failures), delete on sign_in_throttles to parlance_tenant;
grant insert, update (revoked_at, expires_at) on sessions to parlance_tenant;
grant insert on portfolios to parlance_tenant;
grant select, insert on data_keys, wabas, channel_accounts, connections, connection_steps, templates, contacts, contact_identities,
  conversations, media, messages, parked_statuses, send_attempts, lanes, jobs, idempotency_keys, outbox, audit_entries, api_keys,
  provider_accounts, phone_numbers, waba_routes, number_routes to parlance_tenant;
grant select on identity_conflicts to parlance_tenant;
grant update on connections, connection_steps, templates, conversations, media, messages, send_attempts, jobs, provider_accounts,
  phone_numbers, wabas to parlance_tenant;
grant update (active) on data_keys to parlance_tenant;
grant update (last_used_at, revoked_at) on api_keys to parlance_tenant;
grant update (throughput_mps, paused_reason) on lanes to parlance_tenant;
grant update (response) on idempotency_keys to parlance_tenant;
grant delete on jobs, parked_statuses, idempotency_keys, templates to parlance_tenant;
grant update (meta_app_id) on waba_routes to parlance_tenant;

grant select, insert, update (name, state) on tenants to parlance_platform;
grant select (id, email, email_key, name, created_at), insert on users to parlance_platform;
grant select, insert on roles, memberships, graph_environments, meta_apps, platform_audit_entries, installation_keys to parlance_platform;
grant select (id, meta_app_id, hint, not_after, created_at, key_id), insert, update (not_after) on meta_app_secrets to parlance_platform;
grant select, insert, update on platform_users, platform_sessions to parlance_platform;
grant select, insert, update, delete on sign_in_throttles to parlance_platform;
grant select (tenant_id, id, provider_number_id, display_phone_number, verified_name, quality, status, throughput_mps, paused_reason, created_at)
  on phone_numbers to parlance_platform;
grant select on webhook_outcomes, lanes to parlance_platform;

grant select on graph_environments, meta_apps, meta_app_secrets, installation_keys, waba_routes, number_routes to parlance_ingest;
grant select, insert on raw_webhooks to parlance_ingest;
grant select, insert, update on webhook_outcomes to parlance_ingest;
grant select, insert, update on ingest_streams, ingest_cursors to parlance_ingest;
grant select (tenant_id, id, waba_id, channel_account_id, provider_number_id) on phone_numbers to parlance_ingest;
grant select (tenant_id, id, portfolio_id, graph_environment_id) on wabas to parlance_ingest;
grant select, insert, update (profile_name, profile_name_at) on contacts to parlance_ingest;
grant select, insert, update (contact_id, seen_at) on contact_identities to parlance_ingest;
grant select, insert on identity_conflicts to parlance_ingest;
grant insert on conversations to parlance_ingest;
grant select (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, last_message_key, unread, last_inbound_at, version)
  on conversations to parlance_ingest;
grant update (last_message_at, last_message_key, preview, preview_kind, preview_direction, unread, last_inbound_at, version)
  on conversations to parlance_ingest;
grant insert on messages, media, jobs, outbox to parlance_ingest;
grant select (tenant_id, id, conversation_id, phone_number_id, direction, provider_id, status, thread_at,
    accepted_at, sent_at, delivered_at, read_at, failed_at, error_code) on messages to parlance_ingest;
grant update (provider_id, status, accepted_at, sent_at, delivered_at, read_at, failed_at, error_code, error_message) on messages to parlance_ingest;
grant select (tenant_id, id) on media to parlance_ingest;
grant select (tenant_id, kind, subject_id) on jobs to parlance_ingest;
grant select, insert, update (at), delete on parked_statuses to parlance_ingest;
grant select, update (state, finished_at, provider_id) on send_attempts to parlance_ingest;
revoke all on function ensure_ingest_day(date) from public;
grant execute on function ensure_ingest_day(date) to parlance_ingest;

grant select (id, state) on tenants to parlance_delivery;
grant select, update (owner, epoch, expires_at, tat_us) on lanes to parlance_delivery;
grant select, insert, update (state, not_before, claimed_at, claimed_epoch, finished_at, fault_class, fault_code, fault_message) on send_attempts to parlance_delivery;
grant select, update (owner, lease_expires_at, attempts, run_at, last_error, dead), delete on jobs to parlance_delivery;

grant select on outbox to parlance_events;

grant select on all tables in schema public to parlance_backup;
