import { Contact, Copy, ExternalLink, FileText, List, MapPin, Phone, Reply } from "lucide-react";
import { useState } from "react";
import type { Action, Message } from "./api";
import { Dialog } from "./Dialog";
import { SAMPLE_PLACE } from "./place";
import { texts } from "./texts";

/** The buttons under a business message: replies, links, calls, codes and lists. */
export function Buttons({ message, onAct }: { message: Message; onAct: (action: Action) => Promise<void> }) {
  const [listOpen, setListOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  const { content, from } = message;
  if (from !== "business") return null;
  const { ask, buttons, link, list } = content;
  if (!ask && !buttons?.length && !link && !list) return null;
  const tap = (index: number) => void onAct({ type: "button", message_id: message.id, index });
  const answer = (asked: "location" | "contact" | "flow") => {
    if (asked === "location") void onAct({ type: "location", ...SAMPLE_PLACE, reply_to: message.id });
    else if (asked === "contact")
      void onAct({ type: "contacts", contacts: [{ origin: "contact_request" }], reply_to: message.id });
    else void onAct({ type: "flow_reply", message_id: message.id, response: {} });
  };
  const copy = (code: string) =>
    void navigator.clipboard?.writeText(code).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <>
      <div className="buttons">
        {buttons?.map((button, index) => {
          const label = button.title ?? button.text;
          const key = `${index}-${label}`;
          if (button.url) {
            return (
              <a key={key} href={button.url} target="_blank" rel="noreferrer" dir="auto">
                <ExternalLink aria-hidden="true" /> {label}
              </a>
            );
          }
          if (button.phone_number) {
            return (
              <a key={key} href={`tel:${button.phone_number}`} dir="auto">
                <Phone aria-hidden="true" /> {label}
              </a>
            );
          }
          if (button.code) {
            return (
              <button key={key} type="button" onClick={() => copy(button.code ?? "")}>
                <Copy aria-hidden="true" /> {copied ? texts.copied : label || texts.copyCode}
              </button>
            );
          }
          return (
            <button key={key} type="button" dir="auto" onClick={() => tap(index)}>
              <Reply aria-hidden="true" className="mirrored" /> {label}
            </button>
          );
        })}
        {link && (
          <a href={link.url} target="_blank" rel="noreferrer" dir="auto">
            <ExternalLink aria-hidden="true" /> {link.display_text}
          </a>
        )}
        {ask && (
          <button type="button" onClick={() => answer(ask)}>
            {ask === "location" ? (
              <MapPin aria-hidden="true" />
            ) : ask === "contact" ? (
              <Contact aria-hidden="true" />
            ) : (
              <FileText aria-hidden="true" />
            )}
            {ask === "location" ? texts.sendLocation : ask === "contact" ? texts.shareContact : texts.openFlow}
          </button>
        )}
        {list && (
          <button type="button" dir="auto" onClick={() => setListOpen(true)}>
            <List aria-hidden="true" /> {list.button || texts.openList}
          </button>
        )}
      </div>
      {list && listOpen && (
        <Dialog sheet title={list.button || texts.openList} onClose={() => setListOpen(false)}>
          <div className="rows">
            {list.sections.map((section) => (
              <section key={section.rows[0]?.id ?? section.title}>
                {section.title && <h3 dir="auto">{section.title}</h3>}
                {section.rows.map((row) => (
                  <button
                    key={row.id}
                    type="button"
                    onClick={() => {
                      setListOpen(false);
                      void onAct({ type: "list_reply", message_id: message.id, id: row.id });
                    }}
                  >
                    <strong dir="auto">{row.title}</strong>
                    {row.description && <span dir="auto">{row.description}</span>}
                  </button>
                ))}
              </section>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}
