//! One row of everything that an operation can name.

use std::collections::BTreeMap;

use domain::Clock;
use serde_json::json;
use testkit::TenantFixture;

use super::Stage;

impl Stage {
    pub(super) async fn rows(&self, tenant: &TenantFixture) -> BTreeMap<&'static str, String> {
        let (id, now) = (tenant.tenant_id.uuid(), self.db.clock.now());
        let (number, waba) = (tenant.phone_number_id.uuid(), tenant.waba_id.uuid());
        let (channel, portfolio) = (tenant.channel_account_id.uuid(), tenant.portfolio_id.uuid());
        let [
            contact,
            conversation,
            media,
            message,
            template,
            spare,
            key,
            run,
            attempt,
            queued,
            planned,
        ] = std::array::from_fn(|_| self.db.ids.uuid());
        let components = json!([
            {"type": "header_media", "kind": "image"},
            {"type": "body", "text": "Hello {{1}}", "examples": {}},
        ]);
        let app = self.app.meta_app_id.uuid();
        self.db
            .sql(&format!(
                "insert into contacts (tenant_id, id, profile_name, profile_name_at, created_at) values ('{id}', '{contact}', 'Ada', '{now}', '{now}');
                 insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at)
                   values ('{id}', '{portfolio}', 1, '15550100900', '{contact}', '{now}');
                 insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, preview, preview_kind,
                   unread, last_inbound_at, created_at)
                   values ('{id}', '{conversation}', '{contact}', '{channel}', '{number}', '{now}', 'Hi', 'text', 1, '{now}', '{now}');
                 insert into media (tenant_id, id, phone_number_id, direction, state, mime_type, size_bytes, blob_key, created_at)
                   values ('{id}', '{media}', '{number}', 2, 1, 'image/png', 3, 'blob', '{now}');
                 insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at, created_at)
                   values ('{id}', '{message}', '{conversation}', '{number}', 2, 'text', '{{\"type\":\"text\",\"body\":\"Hi\"}}', 'wamid.stage', 60, '{now}', '{now}');
                 insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
                   values ('{id}', '{attempt}', '{message}', '{number}', 1, 0, 3, '{now}', '{now}');
                 insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, status, thread_at, created_at)
                   values ('{id}', '{queued}', '{conversation}', '{number}', 2, 'text', '{{\"type\":\"text\",\"body\":\"Hi\"}}', 0, '{now}', '{now}');
                 insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
                   values ('{id}', '{planned}', '{queued}', '{number}', 1, 0, 0, '{now}', '{now}');
                 insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
                   values ('{id}', '{template}', '{waba}', '1', 'photo', 'en', 'UTILITY', 'APPROVED', '{components}', '{now}'),
                     ('{id}', '{spare}', '{waba}', '2', 'spare', 'en', 'UTILITY', 'APPROVED', '{components}', '{now}');
                 insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_at)
                   values ('{id}', '{key}', 'Row', sha256('{key}'::bytea), '....', '{{}}', '{now}');
                 insert into connections (tenant_id, id, meta_app_id, provider_waba_id, provider_number_id, provider_account_id, state, created_at)
                   select '{id}', '{run}', '{app}', '{}', provider_number_id, provider_account_id, 'failed', '{now}' from phone_numbers where tenant_id = '{id}'",
                tenant.provider_waba_id,
            ))
            .await;
        self.services.blobs.put("blob", "PNG".into()).await.unwrap();
        let row = |prefix: &'static str, id: uuid::Uuid| (prefix, format!("{prefix}_{}", id.simple()));
        BTreeMap::from([
            row("con", contact),
            row("cnv", conversation),
            row("med", media),
            row("msg", message),
            ("queued", format!("msg_{}", queued.simple())),
            row("tpl", template),
            ("spare", format!("tpl_{}", spare.simple())),
            row("key", key),
            row("usr", tenant.user_id.uuid()),
            row("cxn", run),
            row("num", number),
            row("wab", waba),
            row("app", app),
        ])
    }
}
