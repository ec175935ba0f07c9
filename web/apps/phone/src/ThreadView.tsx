import { Fragment, useEffect, useRef } from "react";
import type { Action, Message, Thread } from "./api";
import { Bubble } from "./Bubble";
import { dayName, daysBetween } from "./format";
import { texts } from "./texts";

interface Props {
  thread: Thread | null;
  business: string;
  now: number;
  onAct: (action: Action) => Promise<void>;
  onReply: (message: Message) => void;
}

/** The messages of a chat, oldest first, newest in view. */
export function ThreadView({ thread, business, now, onAct, onReply }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const messages = thread?.messages;
  const last = messages?.at(-1)?.id;
  useEffect(() => {
    const element = box.current;
    if (!element || !last) return;
    const down = () => element.scrollTo({ top: element.scrollHeight });
    down();
    element.addEventListener("load", down, true);
    return () => element.removeEventListener("load", down, true);
  }, [last]);
  return (
    <div className="wallpaper" ref={box} role="log" aria-label={texts.messages} aria-busy={!messages} tabIndex={0}>
      {messages?.length === 0 && (
        <div className="first">
          <strong>{texts.emptyThread}</strong>
          <p>{texts.emptyThreadHint(business)}</p>
        </div>
      )}
      {messages?.map((message, index) => {
        const before = messages[index - 1];
        const newDay = !before || daysBetween(before.at, message.at) !== 0;
        return (
          <Fragment key={message.id}>
            {newDay && <div className="day">{dayName(message.at, now)}</div>}
            <Bubble
              message={message}
              business={business}
              follows={!newDay && before?.from === message.from}
              onAct={onAct}
              onReply={() => onReply(message)}
            />
          </Fragment>
        );
      })}
    </div>
  );
}
