-- Two tenants with rows in every table of the schema 0007, as an installation of that day had them.
insert into graph_environments values ('00000000-0000-7000-8000-000000000001', 'Test', 'test', 'https://graph.test', 'v26.0', '2026-11-01');
insert into installation_keys values ('00000000-0000-7000-8000-000000000002', 'mk_old', '\x01', true, '2026-11-01');
insert into meta_apps values ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000001', '7001', 'App', '\x02', '2026-11-01');
insert into meta_app_secrets values ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000003', '\x03', '00000000-0000-7000-8000-000000000002', 'abcd', null, '2026-11-01');
insert into platform_users values ('00000000-0000-7000-8000-000000000005', 'root@platform.test', 'root@platform.test', 'Root', '$argon2id$root', '2026-11-01');
insert into platform_sessions values ('\x04', '00000000-0000-7000-8000-000000000006', '00000000-0000-7000-8000-000000000005', '2026-11-01', '2026-11-02', null);
insert into platform_audit_entries (id, at, platform_user_id, action, tenant_id, target, details)
values ('00000000-0000-7000-8000-000000000007', '2026-11-01', '00000000-0000-7000-8000-000000000005', 'tenant.create', null, 'x', '{"a":1}');
insert into sign_in_throttles values (1, '\x05', '2026-11-01', 3);
insert into ingest_streams (stream, epoch, day) values (0, 2, '2026-11-22');
insert into ingest_cursors (stream, epoch, day, seq) values (0, 1, '2026-11-22', 1);
select ensure_ingest_day('2026-11-22');
insert into raw_webhooks values ('2026-11-22', 0, 1, '00000000-0000-7000-8000-000000000003', '2026-11-22 10:00', null, '{"body":1}');

create function pg_temp.id(tenant integer, number integer) returns uuid language sql immutable as
$$ select ('00000000-0000-7000-80' || to_char(tenant, 'FM00') || '-' || to_char(number, 'FM000000000000'))::uuid $$;

do $$
declare
  t integer; me uuid; words text;
begin
  for t in 1..2 loop
    me := pg_temp.id(t, 1);
    words := 'words of tenant ' || t;
    insert into tenants values (me, 'tenant-' || t, words, t, t = 2, '2026-11-01');
    insert into users values (pg_temp.id(t, 2), t || '@tenant.test', t || '@Tenant.test', words, '$argon2id$' || t, '2026-11-01');
    insert into roles values (me, pg_temp.id(t, 3), 'owner', true, '{conversations:read,messages:send}');
    insert into memberships values (me, pg_temp.id(t, 2), pg_temp.id(t, 3), '2026-11-01');
    insert into sessions values (decode(to_char(t, 'FM00'), 'hex'), pg_temp.id(t, 4), pg_temp.id(t, 2), '2026-11-22', '2026-12-06', null);
    insert into portfolios values (pg_temp.id(t, 5), '00000000-0000-7000-8000-000000000001', 'business-' || t, '2026-11-01');
    insert into data_keys values (me, pg_temp.id(t, 6), 'mk_old', '\x06', true, '2026-11-01'), (me, pg_temp.id(t, 7), 'mk_old', '\x07', false, '2026-10-01');
    insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_by, created_at)
    values (me, pg_temp.id(t, 8), words, sha256(words::bytea), 'abcd', '{messages:send}', pg_temp.id(t, 2), '2026-11-02');
    insert into wabas values (me, pg_temp.id(t, 9), '00000000-0000-7000-8000-000000000001', pg_temp.id(t, 5), 'waba-' || t, words, '2026-11-02');
    insert into provider_accounts values (me, pg_temp.id(t, 10), 'cloud_api', '\x08', pg_temp.id(t, 6), 'abcd', '2026-11-02');
    insert into channel_accounts values (me, pg_temp.id(t, 11), 'whatsapp', words, '2026-11-02');
    insert into phone_numbers (tenant_id, id, waba_id, channel_account_id, provider_account_id, provider_number_id, display_phone_number,
      verified_name, quality, status, throughput_mps, paused_reason, checked_at, created_at)
    values (me, pg_temp.id(t, 12), pg_temp.id(t, 9), pg_temp.id(t, 11), pg_temp.id(t, 10), 'number-' || t, '+1 555-010-020' || t,
      words, 'GREEN', 'CONNECTED', 80, null, '2026-11-22', '2026-11-02');
    insert into lanes (tenant_id, id, throughput_mps, epoch, tat_us) values (me, pg_temp.id(t, 12), 80, 3, 17);
    insert into waba_routes values ('00000000-0000-7000-8000-000000000001', 'waba-' || t, me, pg_temp.id(t, 9), '00000000-0000-7000-8000-000000000003');
    insert into number_routes values ('00000000-0000-7000-8000-000000000001', 'number-' || t, me, pg_temp.id(t, 12), pg_temp.id(t, 9));
    insert into connections values (me, pg_temp.id(t, 13), '00000000-0000-7000-8000-000000000003', 'waba-' || t, 'number-' || t, pg_temp.id(t, 10),
      pg_temp.id(t, 12), 'connected', '2026-11-02');
    insert into connection_steps values (me, pg_temp.id(t, 13), 1, 'token', 'done', words, '2026-11-02');
    insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
    values (me, pg_temp.id(t, 14), pg_temp.id(t, 9), '9001', 'greeting', 'en', 'UTILITY', 'APPROVED', jsonb_build_array(words), '2026-11-03');
    insert into contacts values (me, pg_temp.id(t, 15), words, '2026-11-03', '2026-11-03'), (me, pg_temp.id(t, 16), null, null, '2026-11-03');
    insert into contact_identities values (me, pg_temp.id(t, 5), 1, '15550100100', pg_temp.id(t, 15), '2026-11-03');
    insert into identity_conflicts values (me, pg_temp.id(t, 5), '15550100101', 'US.1', pg_temp.id(t, 15), pg_temp.id(t, 16), '2026-11-03');
    insert into identity_pairs values (me, pg_temp.id(t, 5), '15550100100', 'US.1', '2026-11-03');
    insert into consent_records (tenant_id, id, contact_id, topic, state, source, source_key, proof, at, recorded_at)
    values (me, pg_temp.id(t, 17), pg_temp.id(t, 15), 'marketing', 1, 'api', 'k', words, '2026-11-03', '2026-11-03');
    insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, last_message_key, preview,
      preview_kind, unread, last_inbound_at, version, created_at)
    values (me, pg_temp.id(t, 18), pg_temp.id(t, 15), pg_temp.id(t, 11), pg_temp.id(t, 12), '2026-11-22', 'k', words, 'text', 2, '2026-11-22', 7, '2026-11-03');
    insert into media (tenant_id, id, phone_number_id, direction, state, mime_type, filename, size_bytes, blob_key, created_at)
    values (me, pg_temp.id(t, 19), pg_temp.id(t, 12), 1, 1, 'image/jpeg', words, 3, 'blob', '2026-11-22');
    insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, media_id, provider_id, status, thread_at,
      created_at, decision, author_user_id, sender_phone)
    values (me, pg_temp.id(t, 20), pg_temp.id(t, 18), pg_temp.id(t, 12), 1, 'text', jsonb_build_object('body', words), pg_temp.id(t, 19), 'wamid.1', 0,
        '2026-11-22', '2026-11-22', null, null, '15550100100'),
      (me, pg_temp.id(t, 21), pg_temp.id(t, 18), pg_temp.id(t, 12), 2, 'text', jsonb_build_object('body', words), null, 'wamid.2', 3,
        '2026-11-22', '2026-11-22', '{"rule":"allowed"}', pg_temp.id(t, 2), null);
    insert into parked_statuses (tenant_id, phone_number_id, provider_id, status, at) values (me, pg_temp.id(t, 12), 'wamid.3', 2, '2026-11-22');
    insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at, provider_id)
    values (me, pg_temp.id(t, 22), pg_temp.id(t, 21), pg_temp.id(t, 12), 1, 0, 2, '2026-11-22', '2026-11-22', 'wamid.2');
    insert into jobs (tenant_id, id, kind, subject_id, run_at) values (me, pg_temp.id(t, 23), 'mark_read', pg_temp.id(t, 18), '2026-11-22');
    insert into idempotency_keys values (me, 'messages.send', 'k', '\x09', words, '2026-11-22');
    insert into outbox (tenant_id, name, payload, created_at) values (me, 'message.created', '{"a":1}', '2026-11-22');
    insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, action, target, details)
    values (me, pg_temp.id(t, 24), '2026-11-22', 'user', 'x', 'message.send', null, '{"b":2}');
    insert into webhook_outcomes (day, stream, seq, change_index, meta_app_id, tenant_id, field, outcome, received_at, processed_at)
    values ('2026-11-22', 0, 1, t, '00000000-0000-7000-8000-000000000003', me, 'messages', 1, '2026-11-22', '2026-11-22');
  end loop;
end $$;
