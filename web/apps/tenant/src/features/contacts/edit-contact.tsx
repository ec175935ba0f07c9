import "../../messages/contacts";
import type { Contact } from "@parlance/api-client-tenant";
import { Button, Dialog, ErrorNotice, explain, Field, IconButton, Input, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { nameOf } from "../../shared/format";
import { useT } from "../../shared/texts";
import { contactQuery } from "../inbox/queries";
import { attributeChanges, type Line, linesOf } from "./attribute-lines";

const NAME_CHARS_MAX = 120;
const KEY_CHARS_MAX = 40;
const VALUE_CHARS_MAX = 500;
const ATTRIBUTES_MAX = 50;

type EditProps = { slug: string; contact: Contact; onClose: () => void };

/** Edits the name to use and the attributes of a contact. */
export function EditContact({ slug, contact, onClose }: EditProps) {
  const t = useT();
  const form = useId();
  const client = useQueryClient();
  const [name, setName] = useState(contact.given_name ?? "");
  const [lines, setLines] = useState<Line[]>(() => linesOf(contact.attributes));
  const [tried, setTried] = useState(false);
  const { fault, changes } = attributeChanges(contact.attributes, lines);
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/v1/t/{slug}/contacts/{contact_id}", {
          params: { path: { slug, contact_id: contact.id } },
          body: { given_name: name.trim() || null, attributes: changes },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(contactQuery(slug, contact.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["t", slug, "contacts"] });
      toast({ text: t("contact.saved", { name: nameOf(saved) }) });
      onClose();
    },
  });
  const error = save.error ? explain(save.error, t("contact.kept")) : undefined;
  const set = (index: number, part: Partial<Line>) =>
    setLines(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!fault) save.mutate();
  };
  return (
    <Dialog
      open
      busy={save.isPending}
      onOpenChange={(open) => !open && onClose()}
      title={t("contact.editTitle", { name: nameOf(contact) })}
      description={t("contact.editText")}
      footer={
        <>
          <Button onClick={onClose} disabled={save.isPending}>
            {t("ui.cancel")}
          </Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            {t("contact.save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("contact.givenName")} hint={t("contact.givenNameHint")} error={error?.fields.given_name}>
          <Input
            dir="auto"
            value={name}
            maxLength={NAME_CHARS_MAX}
            placeholder={contact.profile_name ?? undefined}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-semibold text-sm">{t("contact.attributes")}</legend>
          {lines.map((line, index) => (
            <div key={line.key} className="flex items-center gap-2">
              <Input
                dir="auto"
                className="max-w-40"
                aria-label={t("contact.attributeName", { n: index + 1 })}
                value={line.name}
                maxLength={KEY_CHARS_MAX}
                onChange={(event) => set(index, { name: event.target.value })}
              />
              <Input
                dir="auto"
                aria-label={t("contact.attributeValue", { n: index + 1 })}
                value={line.value}
                maxLength={VALUE_CHARS_MAX}
                onChange={(event) => set(index, { value: event.target.value })}
              />
              <IconButton
                label={t("contact.attributeRemove", { n: index + 1 })}
                icon={<X size={15} aria-hidden />}
                onClick={() => setLines(lines.filter((_, at) => at !== index))}
              />
            </div>
          ))}
          {tried && fault ? (
            <p role="alert" className="text-danger-text text-xs">
              {t(fault === "twice" ? "contact.attributeTwice" : "contact.attributeBoth")}
            </p>
          ) : null}
          {lines.length < ATTRIBUTES_MAX ? (
            <Button
              size="sm"
              className="self-start"
              icon={<Plus size={13} aria-hidden />}
              onClick={() => setLines([...lines, { key: crypto.randomUUID(), name: "", value: "" }])}
            >
              {t("contact.attributeAdd")}
            </Button>
          ) : null}
        </fieldset>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
