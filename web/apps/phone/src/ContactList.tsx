import { Camera, FileText, MapPin, Mic, UserPlus, WifiOff } from "lucide-react";
import { Avatar } from "./Avatar";
import type { Customer, ThreadSummary } from "./api";
import { listTime, plain } from "./format";
import { texts } from "./texts";

const KINDS: Record<string, [typeof Camera, string]> = {
  image: [Camera, texts.photo],
  video: [Camera, texts.video],
  document: [FileText, texts.document],
  audio: [Mic, texts.audio],
  location: [MapPin, texts.location],
};

function Preview({ thread }: { thread: ThreadSummary | undefined }) {
  if (!thread) return <span className="preview">{texts.noMessagesYet}</span>;
  const [Icon, name] = KINDS[thread.last_message_type] ?? [];
  return (
    <span className="preview">
      {thread.last_message_from === "customer" && <span>{texts.you}: </span>}
      {Icon && <Icon aria-hidden="true" />}
      <bdi>{plain(thread.preview) || name || thread.last_message_type}</bdi>
    </span>
  );
}

interface Props {
  customers: Customer[];
  chosen: string | null;
  now: number;
  onChoose: (key: string) => void;
  onAdd: () => void;
}

export function ContactList({ customers, chosen, now, onChoose, onAdd }: Props) {
  if (customers.length === 0) {
    return (
      <div className="empty small">
        <h2>{texts.noCustomers}</h2>
        <p>{texts.noCustomersHint}</p>
        <button type="button" className="primary" onClick={onAdd}>
          <UserPlus aria-hidden="true" /> {texts.addCustomer}
        </button>
      </div>
    );
  }
  const latest = (customer: Customer) =>
    customer.threads.toSorted((a, b) => b.last_message_at.localeCompare(a.last_message_at))[0];
  const sorted = customers
    .map((customer) => ({ customer, thread: latest(customer) }))
    .toSorted(
      (a, b) =>
        (b.thread?.last_message_at ?? "").localeCompare(a.thread?.last_message_at ?? "") ||
        a.customer.name.localeCompare(b.customer.name),
    );
  return (
    <ul className="contacts">
      {sorted.map(({ customer, thread }) => {
        const unread = customer.threads.reduce((sum, one) => sum + one.unread, 0);
        return (
          <li key={customer.key}>
            <button
              type="button"
              className="contact"
              aria-current={customer.key === chosen ? "true" : undefined}
              onClick={() => onChoose(customer.key)}
            >
              <Avatar name={customer.name} id={customer.key} />
              <span className="contact-text">
                <span className="contact-line">
                  <span className="contact-name">
                    <bdi>{customer.name}</bdi>
                  </span>
                  {thread && <time dateTime={thread.last_message_at}>{listTime(thread.last_message_at, now)}</time>}
                </span>
                <span className="contact-line">
                  <Preview thread={thread} />
                  {!customer.online && <WifiOff className="offline" role="img" aria-label={texts.offline} />}
                  {unread > 0 && (
                    <span className="badge">
                      <span aria-hidden="true">{unread}</span>
                      <span className="hidden">{texts.unread(unread)}</span>
                    </span>
                  )}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
