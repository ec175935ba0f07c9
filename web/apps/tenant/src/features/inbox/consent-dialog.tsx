import type { Conversation } from "@parlance/api-client-tenant";
import { Button, Dialog, ErrorNotice, explain, Field, Input, Select, Textarea, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api, idempotencyKey, unwrap } from "../../shared/api";
import { contactName } from "../../shared/format";
import { useT } from "../../shared/texts";
import { contactQuery } from "./queries";

const PROOF_CHARS_MAX = 500;

type Fields = { topic: "messages" | "marketing"; state: "granted" | "withdrawn"; proof: string; at: string };
type DialogProps = { slug: string; contact: Conversation["contact"]; onClose: () => void };

/** Records what a contact said on another way, with where and how they said it. */
export function ConsentDialog({ slug, contact, onClose }: DialogProps) {
  const t = useT();
  const name = contactName(contact);
  const form = useId();
  const client = useQueryClient();
  const [key] = useState(idempotencyKey);
  const [tried, setTried] = useState(false);
  const [fields, setFields] = useState<Fields>({ topic: "messages", state: "withdrawn", proof: "", at: "" });
  const record = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/contacts/{contact_id}/consents", {
          params: { path: { slug, contact_id: contact.id }, header: { "idempotency-key": key } },
          body: {
            topic: fields.topic,
            state: fields.state,
            proof: fields.proof.trim(),
            at: fields.at ? new Date(fields.at).toISOString() : undefined,
          },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: contactQuery(slug, contact.id).queryKey });
      toast({ text: t("consent.done") });
      onClose();
    },
  });
  const error = record.error ? explain(record.error, t("consent.kept")) : undefined;
  const missing = tried && fields.proof.trim() === "" ? t("consent.needProof") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fields.proof.trim() !== "") record.mutate();
  };
  return (
    <Dialog
      open
      busy={record.isPending}
      onOpenChange={(open) => !open && onClose()}
      title={t("consent.recordOf", { name })}
      description={t("consent.recordText")}
      footer={
        <>
          <Button onClick={onClose} disabled={record.isPending}>
            {t("ui.cancel")}
          </Button>
          <Button type="submit" form={form} variant="primary" busy={record.isPending}>
            {t("consent.save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("consent.topic")} hint={t(`topicHint.${fields.topic}`)} error={error?.fields.topic}>
          <Select
            value={fields.topic}
            onChange={(event) => setFields({ ...fields, topic: event.target.value as Fields["topic"] })}
          >
            <option value="messages">{t("topic.messages")}</option>
            <option value="marketing">{t("topic.marketing")}</option>
          </Select>
        </Field>
        <Field label={t("consent.said")} error={error?.fields.state}>
          <Select
            value={fields.state}
            onChange={(event) => setFields({ ...fields, state: event.target.value as Fields["state"] })}
          >
            <option value="withdrawn">{t("consent.theyWithdraw")}</option>
            <option value="granted">{t("consent.theyGrant")}</option>
          </Select>
        </Field>
        <Field label={t("consent.proof")} hint={t("consent.proofHint")} error={error?.fields.proof ?? missing}>
          <Textarea
            dir="auto"
            rows={3}
            maxLength={PROOF_CHARS_MAX}
            value={fields.proof}
            onChange={(event) => setFields({ ...fields, proof: event.target.value })}
          />
        </Field>
        <Field label={t("consent.when")} hint={t("consent.whenHint")} error={error?.fields.at} optional>
          <Input type="datetime-local" value={fields.at} onChange={(event) => setFields({ ...fields, at: event.target.value })} />
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
