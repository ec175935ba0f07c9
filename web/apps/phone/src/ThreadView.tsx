import { Fragment, useEffect, useRef } from "react";
import type { Action, Message, Thread } from "./api";
import { Bubble } from "./Bubble";
import { dayName, daysBetween } from "./format";
import { texts } from "./texts";

/** Distance from the newest message within which one counts as looking at it, pixels. */
const NEAR_END = 160;

interface Props {
  thread: Thread | null;
  business: string;
  now: number;
  onAct: (action: Action) => Promise<void>;
  onReply: (message: Message) => void;
  onPlay: (message: Message) => void;
}

/** The messages of a chat, oldest first, newest in view. */
export function ThreadView({ thread, business, now, onAct, onReply, onPlay }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const messages = thread?.messages;
  const last = `${messages?.at(-1)?.id ?? ""} ${thread?.typing ?? false}`;
  useEffect(() => {
    const element = box.current;
    if (!element || !last.trim()) return;
    const down = () => element.scrollTo({ top: element.scrollHeight });
    down();
    element.addEventListener("load", down, true);
    // A growing composer must not hide the newest message from who was looking at it.
    const resized = new ResizeObserver(() => {
      if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END) down();
    });
    resized.observe(element);
    return () => {
      element.removeEventListener("load", down, true);
      resized.disconnect();
    };
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
              onPlay={() => onPlay(message)}
            />
          </Fragment>
        );
      })}
      {thread?.typing && (
        <div className="row theirs" role="img" aria-label={texts.isTyping(business)}>
          <div className="bubble dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </div>
        </div>
      )}
    </div>
  );
}
