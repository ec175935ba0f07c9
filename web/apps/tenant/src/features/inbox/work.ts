import type { Conversation, Person } from "@parlance/api-client-tenant";
import { explain, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";
import { contactName } from "../../shared/format";
import { useT } from "../../shared/texts";
import { upsertConversation } from "./cache";

type Act = { kind: "assign"; to: Person | null } | { kind: "resolve" } | { kind: "reopen" };

function request(slug: string, conversationId: string, act: Act): Promise<Conversation> {
  const params = { path: { slug, conversation_id: conversationId } };
  if (act.kind === "assign")
    return unwrap(
      api.PUT("/v1/t/{slug}/conversations/{conversation_id}/assignee", { params, body: { user_id: act.to?.id ?? null } }),
    );
  return act.kind === "resolve"
    ? unwrap(api.POST("/v1/t/{slug}/conversations/{conversation_id}/resolve", { params }))
    : unwrap(api.POST("/v1/t/{slug}/conversations/{conversation_id}/reopen", { params }));
}

function after(conversation: Conversation, act: Act): Conversation {
  if (act.kind === "assign") return { ...conversation, assignee: act.to };
  return { ...conversation, state: act.kind === "resolve" ? "resolved" : "open" };
}

/** Assigns, resolves and reopens: shown at once, undone on request, taken back when it fails. */
export function useWork(slug: string, conversation: Conversation | undefined) {
  const t = useT();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: ({ known, act }: { known: Conversation; act: Act; undoing?: boolean }) => request(slug, known.id, act),
    onMutate: ({ known, act }) => upsertConversation(client, slug, after(known, act)),
    onSuccess: (answer, { known, act, undoing }) => {
      upsertConversation(client, slug, answer);
      if (undoing) return;
      const name = contactName(known.contact);
      const back: Act =
        act.kind === "assign"
          ? { kind: "assign", to: known.assignee ?? null }
          : { kind: act.kind === "resolve" ? "reopen" : "resolve" };
      toast({
        text:
          act.kind === "assign"
            ? act.to
              ? t("work.assigned", { name, to: act.to.name })
              : t("work.unassigned", { name })
            : t(act.kind === "resolve" ? "work.resolved" : "work.reopened", { name }),
        undo: () => mutate({ known: answer, act: back, undoing: true }),
      });
    },
    onError: (error, { known }) => {
      upsertConversation(client, slug, known);
      const { title, detail } = explain(error);
      toast({ tone: "danger", text: title, detail });
    },
  });
  const act = (next: Act) => conversation && mutate({ known: conversation, act: next });
  return {
    assign: (to: Person | null) => act({ kind: "assign", to }),
    toggle: () => act({ kind: conversation?.state === "resolved" ? "reopen" : "resolve" }),
  };
}
