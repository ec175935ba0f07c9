import type { Message } from "@parlance/api-client-tenant";
import { Button, ConfirmDialog, ErrorNotice, explain } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { useT } from "../../shared/texts";
import { upsertMessage } from "./cache";
import { sendAgain } from "./outbox";

/** Sends a failed or lost message once more; asks first where the customer may get it twice. */
export function SendAgain({ slug, message, onSent }: { slug: string; message: Message; onSent?: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const again = useMutation({
    mutationFn: () => sendAgain(slug, message),
    onSuccess: (answer) => {
      setAsking(false);
      upsertMessage(client, slug, answer.message);
      onSent?.();
    },
  });
  const unknown = message.status === "unknown";
  const error = again.error ? <ErrorNotice error={explain(again.error)} className="text-start" /> : undefined;
  return (
    <>
      {asking ? null : error}
      <Button
        size="sm"
        busy={again.isPending}
        icon={<RotateCw size={13} aria-hidden />}
        onClick={() => (unknown ? setAsking(true) : again.mutate())}
      >
        {unknown ? t("trouble.againMayDouble") : t("trouble.again")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("trouble.confirm.title")}
        effect={<p>{t("trouble.confirm.effect")}</p>}
        action={t("trouble.confirm.action")}
        busy={again.isPending}
        error={error}
        onConfirm={() => again.mutate()}
      />
    </>
  );
}
