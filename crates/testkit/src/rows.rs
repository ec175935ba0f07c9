use domain::{ApiKeyId, ContactId, ConversationId, MediaId, MessageId, SendAttemptId, TemplateId};
use serde_json::json;
use sha2::{Digest, Sha256};
use time::macros::datetime;

use crate::{TenantFixture, TestDb};

/// Ids of the rows that [`TestDb::rows`] made.
#[derive(Debug, Clone, Copy)]
pub struct RowsFixture {
    /// A person with a phone and a user id.
    pub contact_id: ContactId,
    /// Their conversation, with one unread message.
    pub conversation_id: ConversationId,
    /// Their message: text, with a stored image.
    pub message_id: MessageId,
    /// The image.
    pub media_id: MediaId,
    /// A ledger row of the message.
    pub send_attempt_id: SendAttemptId,
    /// A template.
    pub template_id: TemplateId,
    /// A key of the tenant's developer.
    pub api_key_id: ApiKeyId,
}

const AT: time::OffsetDateTime = datetime!(2026-11-22 11:00 UTC);

impl TestDb {
    /// Makes at least one row of this tenant in every table that has a `tenant_id`; `words` stand in every text that a
    /// customer or an agent could have written. Once per tenant.
    pub async fn rows(&self, tenant: &TenantFixture, words: &str) -> RowsFixture {
        let rows = RowsFixture {
            contact_id: self.ids.make(),
            conversation_id: self.ids.make(),
            message_id: self.ids.make(),
            media_id: self.ids.make(),
            send_attempt_id: self.ids.make(),
            template_id: self.ids.make(),
            api_key_id: self.ids.make(),
        };
        self.setup_rows(tenant, &rows, words).await;
        self.people_rows(tenant, &rows, words).await;
        self.message_rows(tenant, &rows, words).await;
        self.work_rows(tenant, &rows, words).await;
        self.told_rows(tenant, &rows, words).await;
        self.queue_rows(tenant, &rows, words).await;
        self.identity_rows(tenant, words).await;
        rows
    }

    async fn setup_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let (id, connection_id) = (tenant.tenant_id.uuid(), self.ids.uuid());
        let token_hash = Sha256::digest(format!("api-key-{id}")).to_vec();
        self.run(
            "insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_by, created_at) values ($1, $2, $3, $4, '....', '{}', $5, $6)",
            |q| {
                q.bind(id).bind(rows.api_key_id.uuid()).bind(words.to_owned()).bind(token_hash).bind(tenant.user_id.uuid()).bind(AT)
            },
        )
        .await;
        self.run(
            "insert into connections (tenant_id, id, meta_app_id, provider_waba_id, provider_number_id, provider_account_id, phone_number_id, state, created_at)
             select p.tenant_id, $2, r.meta_app_id, r.provider_waba_id, p.provider_number_id, p.provider_account_id, p.id, 'connected', $3
             from phone_numbers p
             join waba_routes r on (r.tenant_id, r.waba_id) = (p.tenant_id, p.waba_id)
             where p.tenant_id = $1",
            |q| q.bind(id).bind(connection_id).bind(AT),
        )
        .await;
        self.run(
            "insert into connection_steps (tenant_id, connection_id, position, step, state, detail, at) values ($1, $2, 1, 'read_number', 'done', $3, $4)",
            |q| q.bind(id).bind(connection_id).bind(words.to_owned()).bind(AT),
        )
        .await;
        let components = json!([{"type": "BODY", "text": words}]);
        self.run(
            "insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
             values ($1, $2, $3, '9001', 'greeting', 'en', 'UTILITY', 'APPROVED', $4, $5)",
            |q| q.bind(id).bind(rows.template_id.uuid()).bind(tenant.waba_id.uuid()).bind(components).bind(AT),
        )
        .await;
    }

    async fn people_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let (id, portfolio) = (tenant.tenant_id.uuid(), tenant.portfolio_id.uuid());
        let (contact, other) = (rows.contact_id.uuid(), self.ids.uuid());
        for contact in [contact, other] {
            let name = words.to_owned();
            self.run("insert into contacts (tenant_id, id, profile_name, profile_name_at, given_name, created_at) values ($1, $2, $3, $4, $3, $4)", |q| {
                q.bind(id).bind(contact).bind(name).bind(AT)
            })
            .await;
        }
        for (kind, value) in [(1_i16, "15550100100"), (2, "US.100")] {
            self.run(
                "insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at) values ($1, $2, $3, $4, $5, $6)",
                |q| q.bind(id).bind(portfolio).bind(kind).bind(value).bind(contact).bind(AT),
            )
            .await;
        }
        self.run(
            "insert into identity_conflicts (tenant_id, portfolio_id, phone, user_id, contact_id, other_contact_id, seen_at)
             values ($1, $2, '15550100101', 'US.100', $3, $4, $5)",
            |q| q.bind(id).bind(portfolio).bind(contact).bind(other).bind(AT),
        )
        .await;
        self.run(
            "insert into identity_pairs (tenant_id, portfolio_id, phone, user_id, first_at) values ($1, $2, '15550100100', 'US.100', $3)",
            |q| q.bind(id).bind(portfolio).bind(AT),
        )
        .await;
        let (consent_id, proof) = (self.ids.uuid(), words.to_owned());
        self.run(
            "insert into consent_records (tenant_id, id, contact_id, topic, state, source, source_key, proof, at, recorded_at)
             values ($1, $2, $3, 'marketing', 1, 'api', 'key-1', $4, $5, $5)",
            |q| q.bind(id).bind(consent_id).bind(contact).bind(proof).bind(AT),
        )
        .await;
    }

    async fn message_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let (id, number) = (tenant.tenant_id.uuid(), tenant.phone_number_id.uuid());
        self.run(
            "insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, preview, preview_kind, unread,
               last_inbound_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'text', 1, $6, $6)",
            |q| {
                q.bind(id)
                    .bind(rows.conversation_id.uuid())
                    .bind(rows.contact_id.uuid())
                    .bind(tenant.channel_account_id.uuid())
                    .bind(number)
                    .bind(AT)
                    .bind(words.to_owned())
            },
        )
        .await;
        self.run(
            "insert into media (tenant_id, id, phone_number_id, direction, state, provider_media_id, mime_type, filename, size_bytes, blob_key, created_at)
             values ($1, $2, $3, 1, 1, '8001', 'image/jpeg', $4, 3, 'blob', $5)",
            |q| q.bind(id).bind(rows.media_id.uuid()).bind(number).bind(words.to_owned()).bind(AT),
        )
        .await;
        let content = json!({"type": "text", "body": words});
        self.run(
            "insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, media_id, provider_id, status, thread_at,
               created_at, sender_phone)
             values ($1, $2, $3, $4, 1, 'text', $5, $6, 'wamid.1', 0, $7, $7, '15550100100')",
            |q| {
                q.bind(id)
                    .bind(rows.message_id.uuid())
                    .bind(rows.conversation_id.uuid())
                    .bind(number)
                    .bind(content)
                    .bind(rows.media_id.uuid())
                    .bind(AT)
            },
        )
        .await;
    }

    async fn work_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let event = self.ids.uuid();
        self.run(
            "insert into conversation_events (tenant_id, id, conversation_id, kind, body, actor_user_id, at) values ($1, $2, $3, 'note', $4, $5, $6)",
            |q| {
                q.bind(tenant.tenant_id.uuid())
                    .bind(event)
                    .bind(rows.conversation_id.uuid())
                    .bind(words.to_owned())
                    .bind(tenant.user_id.uuid())
                    .bind(AT)
            },
        )
        .await;
    }

    async fn told_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let (id, number) = (tenant.tenant_id.uuid(), tenant.phone_number_id.uuid());
        let content = json!({"type": "text", "body": words});
        self.run(
            "insert into message_revisions (tenant_id, phone_number_id, provider_id, target_provider_id, direction, kind, content, preview, at)
             values ($1, $2, 'wamid.edit', 'wamid.none', 1, 'text', $3, $4, $5)",
            |q| q.bind(id).bind(number).bind(content).bind(words.to_owned()).bind(AT),
        )
        .await;
        let gone = self.ids.uuid();
        self.run(
            "insert into conversation_aliases (tenant_id, id, conversation_id) values ($1, $2, $3)",
            |q| q.bind(id).bind(gone).bind(rows.conversation_id.uuid()),
        )
        .await;
        self.run(
            "insert into template_events (tenant_id, key, waba_id, provider_id, aspect, event, effect, at, recorded_at)
             values ($1, 'event-1', $2, '9001', 'status', 'APPROVED', 'APPROVED', $3, $3)",
            |q| q.bind(id).bind(tenant.waba_id.uuid()).bind(AT),
        )
        .await;
        self.run(
            "insert into number_events (tenant_id, key, waba_id, phone_number_id, aspect, event, at, recorded_at)
             values ($1, 'event-1', $2, $3, 'security', 'PIN_CHANGED', $4, $4)",
            |q| q.bind(id).bind(tenant.waba_id.uuid()).bind(number).bind(AT),
        )
        .await;
        self.run(
            "insert into number_stops (tenant_id, phone_number_id, class, reason, at) values ($1, $2, 'payment', 'No payment method.', $3)",
            |q| q.bind(id).bind(number).bind(AT),
        )
        .await;
    }

    async fn queue_rows(&self, tenant: &TenantFixture, rows: &RowsFixture, words: &str) {
        let (id, number) = (tenant.tenant_id.uuid(), tenant.phone_number_id.uuid());
        self.run(
            "insert into parked_statuses (tenant_id, phone_number_id, provider_id, status, at, parked_at, look_at)
             values ($1, $2, 'wamid.2', 2, $3, $3, $3)",
            |q| q.bind(id).bind(number).bind(AT),
        )
        .await;
        self.run(
            "insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
             values ($1, $2, $3, $4, 1, 0, 0, $5, $5)",
            |q| q.bind(id).bind(rows.send_attempt_id.uuid()).bind(rows.message_id.uuid()).bind(number).bind(AT),
        )
        .await;
        self.run(
            "insert into lane_state (tenant_id, phone_number_id, depth, in_flight, allowed_mps, calls, breaker, published_at)
             values ($1, $2, 1, 0, 80, 0, 0, $3)",
            |q| q.bind(id).bind(number).bind(AT),
        )
        .await;
        let job_id = self.ids.uuid();
        self.run("insert into jobs (tenant_id, id, kind, subject_id, run_at) values ($1, $2, 'fetch_media', $3, $4)", |q| {
            q.bind(id).bind(job_id).bind(rows.media_id.uuid()).bind(AT)
        })
        .await;
        self.run(
            "insert into idempotency_keys (tenant_id, scope, key, request_hash, response, created_at) values ($1, 'messages', 'key-1', '\\x00', $2, $3)",
            |q| q.bind(id).bind(words.to_owned()).bind(AT),
        )
        .await;
        let payload = json!({"type": "conversation.updated", "conversation_id": rows.conversation_id});
        self.run("insert into outbox (tenant_id, name, payload, created_at) values ($1, 'conversation.updated', $2, $3)", |q| {
            q.bind(id).bind(payload).bind(AT)
        })
        .await;
        let entry_id = self.ids.uuid();
        self.run(
            "insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, action, target) values ($1, $2, $3, 'worker', 'fixture', 'message.sent', $4)",
            |q| q.bind(id).bind(entry_id).bind(AT).bind(rows.message_id.to_string()),
        )
        .await;
        self.run(
            "insert into entitlements (tenant_id, key, quantity, source, set_at) values ($1, 'numbers', 100, 'plan', $2)",
            |q| q.bind(id).bind(AT),
        )
        .await;
        self.run(
            "insert into usage_counters (tenant_id, key, period, quantity) values ($1, 'messages_per_month', '2026-11-01', 1)",
            |q| q.bind(id),
        )
        .await;
        self.run(
            "insert into audit_seals (tenant_id, number, hash, entries, last_xid, last_seq, sealed_at)
             values ($1, 1, '\\x00', 1, position_now(), 1, $2)",
            |q| q.bind(id).bind(AT),
        )
        .await;
    }

    async fn identity_rows(&self, tenant: &TenantFixture, words: &str) {
        let (id, invitation, mail) = (tenant.tenant_id.uuid(), self.ids.uuid(), self.ids.uuid());
        let token_hash = Sha256::digest(format!("invitation-{id}")).to_vec();
        self.run(
            "insert into invitations (tenant_id, id, email_key, email, role_id, token_hash, created_at, expires_at)
             values ($1, $2, 'new@person.test', $3, $4, $5, $6, $6)",
            |q| {
                q.bind(id).bind(invitation).bind(words.to_owned()).bind(tenant.role_id.uuid()).bind(token_hash).bind(AT)
            },
        )
        .await;
        self.run(
            "insert into mails (tenant_id, id, subject_id, created_at, sent_at) values ($1, $2, $3, $4, $4)",
            |q| q.bind(id).bind(mail).bind(invitation).bind(AT),
        )
        .await;
    }
}
