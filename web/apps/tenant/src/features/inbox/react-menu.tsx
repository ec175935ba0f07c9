import type { Message } from "@parlance/api-client-tenant";
import { EmojiPicker, explain, IconButton, Popover, QUICK_REACTIONS, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, SmilePlus } from "lucide-react";
import { useRef, useState } from "react";
import { api, idempotencyKey, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { settle, upsertMessage } from "./cache";

/** Reacts to a message; the same emoji again takes it back. */
export function React({ slug, message }: { slug: string; message: Message }) {
  const t = useT();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const key = useRef<{ emoji: string; key: string }>(undefined);
  const own = message.reactions.find((reaction) => reaction.direction === "outbound")?.emoji;
  const react = useMutation({
    mutationFn: (emoji: string | null) => {
      // A second try of the same reaction keeps its key.
      if (key.current?.emoji !== String(emoji)) key.current = { emoji: String(emoji), key: idempotencyKey() };
      return unwrap(
        api.POST("/v1/t/{slug}/messages", {
          params: { path: { slug }, header: { "idempotency-key": key.current.key } },
          body: {
            conversation_id: message.conversation_id,
            content: { type: "reaction", message_id: message.id, emoji },
          },
        }),
      );
    },
    onMutate: (emoji) => {
      const others = message.reactions.filter((reaction) => reaction.direction !== "outbound");
      const reactions = emoji ? [...others, { emoji, direction: "outbound" as const }] : others;
      upsertMessage(client, slug, { ...message, reactions });
    },
    onSuccess: (answer) => {
      key.current = undefined;
      settle(client, slug, answer);
    },
    onError: (error) => {
      upsertMessage(client, slug, message);
      const { title, detail } = explain(error);
      toast({ tone: "danger", text: title, detail });
    },
  });
  const pick = (emoji: string) => {
    setOpen(false);
    react.mutate(emoji === own ? null : emoji);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setAll(false);
      }}
      label={t("thread.react")}
      trigger={<IconButton label={t("thread.react")} icon={<SmilePlus size={15} aria-hidden />} />}
    >
      {all ? (
        <EmojiPicker onPick={pick} />
      ) : (
        <div className="flex items-center p-1">
          {QUICK_REACTIONS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={emoji === own ? t("thread.unreactWith", { emoji }) : t("thread.reactWith", { emoji })}
              aria-pressed={emoji === own}
              onClick={() => pick(emoji)}
              className="flex size-9 items-center justify-center rounded-control text-xl hover:bg-n4 aria-pressed:bg-accent-soft max-md:size-11"
            >
              {emoji}
            </button>
          ))}
          <IconButton label={t("thread.reactOther")} icon={<Plus size={16} aria-hidden />} onClick={() => setAll(true)} />
        </div>
      )}
    </Popover>
  );
}
