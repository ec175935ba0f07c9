import { useEffect, useState } from "react";

const drafts = new Map<string, string>();

/** What was begun and not sent in a conversation. */
export function draftOf(kind: "answer" | "note", conversationId: string): string | undefined {
  return drafts.get(`${kind}/${conversationId}`);
}

/** A text that outlives the page it is written on. */
export function useDraft(kind: "answer" | "note", conversationId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => draftOf(kind, conversationId) ?? "");
  useEffect(() => {
    const key = `${kind}/${conversationId}`;
    if (text) drafts.set(key, text);
    else drafts.delete(key);
  }, [text, kind, conversationId]);
  return [text, setText];
}
