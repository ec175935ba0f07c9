import type { Message } from "@parlance/api-client-tenant";
import { Button, ErrorNotice, explain } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { upsertMessage } from "./cache";
import { messageQuery } from "./queries";

/** Withdraws a message that still waits; asks in place, because it can't be undone. */
export function CancelSend({ slug, message }: { slug: string; message: Message }) {
  const t = useT();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/v1/t/{slug}/messages/{message_id}/cancel", { params: { path: { slug, message_id: message.id } } })),
    onSuccess: (fresh) => upsertMessage(client, slug, fresh),
    onSettled: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: messageQuery(slug, message.id).queryKey });
    },
  });
  return (
    <div className="flex flex-col gap-2">
      {cancel.error ? <ErrorNotice error={explain(cancel.error)} /> : null}
      {asking ? (
        <div role="group" aria-label={t("cancel.action")} className="flex flex-wrap items-center gap-2 text-sm">
          <span className="min-w-0 flex-1 basis-40">{t("cancel.effect")}</span>
          <Button size="sm" autoFocus disabled={cancel.isPending} onClick={() => setAsking(false)}>
            {t("cancel.keep")}
          </Button>
          <Button size="sm" variant="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("cancel.confirm")}
          </Button>
        </div>
      ) : (
        <Button size="sm" className="self-start" onClick={() => setAsking(true)}>
          {t("cancel.action")}
        </Button>
      )}
    </div>
  );
}
