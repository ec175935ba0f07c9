import type { Message } from "@parlance/api-client-tenant";
import { ErrorNotice, explain } from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type DragEvent, useEffect, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { upsertConversation } from "./cache";
import { Composer } from "./composer";
import { ConsentDialog } from "./consent-dialog";
import { ConsentHistory } from "./consent-history";
import { ContactPanel } from "./contact-panel";
import { DeliverySheet } from "./delivery-sheet";
import { MessageList } from "./message-list";
import { conversationQuery } from "./queries";
import { ThreadHeader } from "./thread-header";

/** The conversation of the address. */
export function ThreadPage() {
  const { conversationId } = useParams({ from: "/t/$slug/inbox/$conversationId" });
  return <Thread key={conversationId} conversationId={conversationId} />;
}

/** One conversation: header, messages, composer and the contact beside them. */
function Thread({ conversationId }: { conversationId: string }) {
  const { slug, can } = useTenant();
  const { contact, why, consent } = useSearch({ from: "/t/$slug/inbox/$conversationId" });
  const navigate = useNavigate({ from: "/t/$slug/inbox/$conversationId" });
  const conversation = useQuery(conversationQuery(slug, conversationId));
  const [replyTo, setReplyTo] = useState<Message>();
  const { dropping, dropped, dropZone } = useDrop(can("messages:send"));
  useMarkRead(slug, conversationId, conversation.data?.unread ?? 0, can("messages:send"));

  if (conversation.isError && !conversation.data) {
    return <ErrorNotice className="m-6" error={explain(conversation.error)} onRetry={() => void conversation.refetch()} />;
  }
  const panel = (next: "open" | "closed" | undefined) =>
    void navigate({ search: (old) => ({ ...old, contact: next }), replace: true });
  const consentDialog = (next: typeof consent) => void navigate({ search: (old) => ({ ...old, consent: next }) });
  return (
    <div className="flex h-full min-w-0">
      <div className="relative flex min-w-0 flex-1 flex-col bg-thread" {...dropZone}>
        {dropping ? <DropHere /> : null}
        <ThreadHeader slug={slug} conversation={conversation.data} panel={contact} onPanel={panel} />
        <MessageList
          slug={slug}
          conversationId={conversationId}
          conversation={conversation.data}
          onReply={can("messages:send") ? setReplyTo : undefined}
          onWhy={(message) => void navigate({ search: (old) => ({ ...old, why: message.id }) })}
        />
        <Composer
          slug={slug}
          conversation={conversation.data}
          replyTo={replyTo}
          onReplyDone={() => setReplyTo(undefined)}
          dropped={dropped}
        />
      </div>
      <ContactPanel slug={slug} conversation={conversation.data} state={contact} onState={panel} onConsent={consentDialog} />
      {conversation.data && consent === "history" ? (
        <ConsentHistory slug={slug} contact={conversation.data.contact} onClose={() => consentDialog(undefined)} />
      ) : null}
      {conversation.data && consent === "record" && can("contacts:manage") ? (
        <ConsentDialog slug={slug} contact={conversation.data.contact} onClose={() => consentDialog(undefined)} />
      ) : null}
      <DeliverySheet
        slug={slug}
        messageId={why}
        onClose={() => void navigate({ search: (old) => ({ ...old, why: undefined }), replace: true })}
      />
    </div>
  );
}

/** Files that are dropped anywhere on the conversation. */
function useDrop(may: boolean) {
  const [dropping, setDropping] = useState(false);
  const [dropped, setDropped] = useState<File[]>();
  const carriesFiles = (event: DragEvent) => may && event.dataTransfer.types.includes("Files");
  const dropZone = {
    onDragOver: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event: DragEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
    },
    onDrop: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setDropping(false);
      setDropped([...event.dataTransfer.files]);
    },
  };
  return { dropping, dropped, dropZone };
}

function DropHere() {
  const t = useT();
  return (
    <div className="pointer-events-none absolute inset-2 z-10 flex items-center justify-center rounded-card border-2 border-accent-text border-dashed bg-accent-soft text-accent-text">
      {t("composer.drop")}
    </div>
  );
}

function useMarkRead(slug: string, conversationId: string, unread: number, may: boolean): void {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/conversations/{conversation_id}/read", {
          params: { path: { slug, conversation_id: conversationId } },
        }),
      ),
    onSuccess: () => {
      const known = client.getQueryData(conversationQuery(slug, conversationId).queryKey);
      if (known) upsertConversation(client, slug, { ...known, unread: 0 });
    },
  });
  useEffect(() => {
    if (unread === 0 || !may || isPending) return;
    const tell = () => document.visibilityState === "visible" && mutate();
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [unread, may, isPending, mutate]);
}
