import { Check, CheckCheck, Reply, SmilePlus, X } from "lucide-react";
import { useState } from "react";
import type { Action, Message } from "./api";
import { Buttons } from "./Buttons";
import { clockTime, fullTime, rich } from "./format";
import { MessageBody } from "./MessageBody";
import { texts } from "./texts";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export const KIND_NAMES: Record<string, string> = {
  image: texts.photo,
  video: texts.video,
  audio: texts.audio,
  document: texts.document,
  sticker: texts.sticker,
  location: texts.location,
  contacts: texts.contactCard,
};

function Ticks({ message }: { message: Message }) {
  if (message.from !== "customer") return null;
  const [Icon, name] =
    message.status === "read" || message.status === "played"
      ? [CheckCheck, texts.tickRead]
      : message.status === "delivered"
        ? [CheckCheck, texts.tickDelivered]
        : [Check, texts.tickSent];
  return <Icon className={`ticks ${message.status}`} role="img" aria-label={name} />;
}

interface Props {
  message: Message;
  business: string;
  follows: boolean;
  onAct: (action: Action) => Promise<void>;
  onReply: () => void;
  onPlay: () => void;
}

/** One message with its quote, buttons, reactions, time and ticks. */
export function Bubble({ message, business, follows, onAct, onReply, onPlay }: Props) {
  const [choosing, setChoosing] = useState(false);
  const own = message.from === "customer";
  const react = (emoji: string) => {
    setChoosing(false);
    void onAct({ type: "reaction", message_id: message.id, emoji });
  };
  const name = (from: "customer" | "business") => (from === "customer" ? texts.you : business);
  const reactions = Object.entries(message.reactions) as ["customer" | "business", string][];
  return (
    <article
      className={`row ${own ? "own" : "theirs"}${follows ? " follows" : ""}`}
      aria-label={texts.from(name(message.from))}
      data-message-id={message.id}
      data-status={message.status}
    >
      <div className="stack">
        <div className={`bubble kind-${message.type}`}>
          {message.quoted && (
            <div className="quote">
              <strong>{name(message.quoted.from)}</strong>
              <span dir="auto">{rich(message.quoted.preview || KIND_NAMES[message.quoted.type] || texts.quotedGone)}</span>
            </div>
          )}
          <MessageBody message={message} onPlay={onPlay} />
          <span className="meta">
            <time dateTime={message.at} title={fullTime(message.at)}>
              {clockTime(message.at)}
            </time>
            <Ticks message={message} />
          </span>
          <Buttons message={message} onAct={onAct} />
        </div>
        {reactions.length > 0 && (
          <div className="reactions">
            {reactions.map(([by, emoji]) =>
              by === "customer" ? (
                <button
                  key={by}
                  type="button"
                  aria-label={texts.removeReaction}
                  title={texts.removeReaction}
                  onClick={() => react("")}
                >
                  {emoji}
                </button>
              ) : (
                <span key={by} role="img" aria-label={texts.reactionOf(business, emoji)}>
                  {emoji}
                </span>
              ),
            )}
          </div>
        )}
      </div>
      <div className={choosing ? "actions choosing" : "actions"}>
        {choosing ? (
          <>
            {EMOJI.map((emoji) => (
              <button
                key={emoji}
                type="button"
                className="emoji"
                aria-label={texts.reactWith(emoji)}
                onClick={() => react(emoji)}
              >
                {emoji}
              </button>
            ))}
            <button type="button" aria-label={texts.closeReactions} onClick={() => setChoosing(false)}>
              <X aria-hidden="true" />
            </button>
          </>
        ) : (
          <>
            <button type="button" aria-label={texts.reply} title={texts.reply} onClick={onReply}>
              <Reply aria-hidden="true" className="mirrored" />
            </button>
            <button type="button" aria-label={texts.react} title={texts.react} onClick={() => setChoosing(true)}>
              <SmilePlus aria-hidden="true" />
            </button>
          </>
        )}
      </div>
    </article>
  );
}
