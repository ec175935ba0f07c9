import type { Conversation, Message } from "@parlance/api-client-tenant";
import { Button, dayText, ErrorNotice, explain, LoadingRegion, Skeleton, useNow } from "@parlance/ui";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { contactName } from "../../shared/format";
import { useT } from "../../shared/texts";
import { upsertMessage } from "./cache";
import { MessageItem } from "./message-item";
import { usePendingSends } from "./outbox";
import { PendingItem } from "./pending-item";
import { messagesQuery } from "./queries";

type ListProps = {
  slug: string;
  conversationId: string;
  conversation: Conversation | undefined;
  onReply: ((message: Message) => void) | undefined;
  onWhy: (message: Message) => void;
};

/** The messages, oldest first, with the newest in sight. */
export function MessageList({ slug, conversationId, conversation, onReply, onWhy }: ListProps) {
  const t = useT();
  const client = useQueryClient();
  const query = useInfiniteQuery(messagesQuery(slug, conversationId));
  const pending = usePendingSends(conversationId);
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.items).toReversed(), [query.data]);
  const scrollRef = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const name = conversation ? contactName(conversation.contact) : "";

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        onScroll={(event) => setAway(event.currentTarget.scrollTop < -320)}
        className="thin-scroll focus-inset flex h-full flex-col-reverse overflow-y-auto"
        tabIndex={0}
        role="log"
        aria-label={t("thread.messages", { name })}
      >
        <div className="mx-auto w-full max-w-220 px-4 py-4 max-md:px-3">
          {query.isError && !messages ? <ErrorNotice error={explain(query.error)} onRetry={() => void query.refetch()} /> : null}
          {query.hasNextPage ? (
            <div className="mb-3 flex justify-center">
              <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("thread.older")}
              </Button>
            </div>
          ) : null}
          {messages ? (
            <ol className="flex flex-col gap-2.5">
              <Messages slug={slug} messages={messages} contact={name} onReply={onReply} onWhy={onWhy} />
              {pending.map((entry) => (
                <PendingItem key={entry.key} entry={entry} onAnswer={(answer) => upsertMessage(client, slug, answer.message)} />
              ))}
            </ol>
          ) : query.isError ? null : (
            <MessageSkeletons />
          )}
        </div>
      </div>
      {away ? (
        <Button
          className="absolute end-4 bottom-3 shadow-float"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => scrollRef.current?.scrollTo({ top: 0, behavior: "smooth" })}
        >
          {t("thread.newest")}
        </Button>
      ) : null}
    </div>
  );
}

function Messages({
  slug,
  messages,
  contact,
  onReply,
  onWhy,
}: { slug: string; messages: Message[]; contact: string } & Pick<ListProps, "onReply" | "onWhy">) {
  const now = useNow();
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);
  const targets = useMemo(() => new Set(messages.map((message) => message.provider_id)), [messages]);
  const rows: ReactNode[] = [];
  let day = "";
  for (const message of messages) {
    const { content } = message;
    if (content.type === "reaction" && targets.has(content.target_provider_id)) continue;
    const name = dayText(message.thread_at, now);
    if (name !== day) {
      day = name;
      rows.push(
        <li key={`day-${message.id}`} className="my-1 flex justify-center">
          <span className="inline-block rounded-full border bg-surface px-2.5 py-0.5 text-muted text-xs first-letter:uppercase">
            {name}
          </span>
        </li>,
      );
    }
    const quoted = message.reply_to?.message_id ? byId.get(message.reply_to.message_id) : undefined;
    rows.push(
      <MessageItem
        key={message.id}
        slug={slug}
        message={message}
        quoted={quoted}
        contact={contact}
        onReply={onReply}
        onWhy={onWhy}
      />,
    );
  }
  return rows;
}

function MessageSkeletons() {
  return (
    <LoadingRegion className="flex flex-col gap-3">
      <Skeleton className="h-12 w-56 rounded-card" />
      <Skeleton className="h-16 w-72 self-end rounded-card" />
      <Skeleton className="h-12 w-64 rounded-card" />
      <Skeleton className="h-20 w-60 self-end rounded-card" />
    </LoadingRegion>
  );
}
