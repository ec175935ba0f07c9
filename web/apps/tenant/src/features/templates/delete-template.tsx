import "../../messages/setup";
import type { Template } from "@parlance/api-client-tenant";
import { Button, ConfirmDialog, ErrorNotice, explain, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";

/** Deletes one language of a template at WhatsApp, after naming what goes with it. */
export function DeleteTemplate({ slug, template }: { slug: string; template: Template }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const names = { name: template.name, language: template.language };
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/v1/t/{slug}/templates/{template_id}", { params: { path: { slug, template_id: template.id } } })),
    onSuccess: async () => {
      toast({ text: t("templateDelete.done", names) });
      await navigate({ to: "/t/$slug/templates", params: { slug } });
      void client.invalidateQueries({ queryKey: ["t", slug, "templates"] });
    },
  });
  return (
    <>
      <Button icon={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
        {t("templateDelete.action")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        danger
        title={t("templateDelete.title", names)}
        effect={
          <>
            <p>{t("templateDelete.effect", names)}</p>
            <p className="text-muted">{t("templateDelete.stays")}</p>
          </>
        }
        action={t("templateDelete.confirm")}
        busy={remove.isPending}
        error={remove.error ? <ErrorNotice error={explain(remove.error)} /> : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
