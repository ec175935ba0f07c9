import { MessageSquare, UserPlus } from "lucide-react";
import { useState } from "react";
import { api, type Customer, type CustomerInput } from "./api";
import { ClockPanel } from "./ClockPanel";
import { ContactList } from "./ContactList";
import { CustomerDialog } from "./CustomerDialog";
import { useNow } from "./now";
import { Phone } from "./Phone";
import { usePlace, useReading, useSandbox } from "./sandbox";
import { texts } from "./texts";

function newKey(name: string, taken: Customer[]): string {
  const stem =
    name
      .normalize("NFKD")
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase()
      .slice(0, 40) || "customer";
  let key = stem;
  for (let number = 2; taken.some((customer) => customer.key === key); number += 1) key = `${stem}-${number}`;
  return key;
}

const digits = (phone: string) => phone.replace(/\D/g, "");

export function App() {
  const [place, go] = usePlace();
  const [editing, setEditing] = useState<"new" | "current" | null>(null);
  const chosen = useChosenNumber(place.customer, place.number);
  const sandbox = useSandbox(place.customer, chosen.number);
  chosen.offer(sandbox.state?.numbers.map((number) => number.id) ?? []);
  useReading(place.customer, chosen.number, sandbox.thread);
  const now = useNow(sandbox.clock);

  if (!sandbox.state || !sandbox.customers) {
    return (
      <main className="notice" aria-busy={!sandbox.failed}>
        <h1>{sandbox.failed ? texts.loadFailed : texts.loading}</h1>
        {sandbox.failed && <p>{texts.loadFailedHint}</p>}
      </main>
    );
  }
  const customer = sandbox.customers.find((one) => one.key === place.customer) ?? null;
  const number = sandbox.state.numbers.find((one) => one.id === chosen.number) ?? null;
  const save = async (input: CustomerInput) => {
    const key = editing === "current" && customer ? customer.key : newKey(input.name, sandbox.customers ?? []);
    // A change of number is told to every business, as WhatsApp does.
    const moves = editing === "current" && customer?.phone && input.phone && digits(input.phone) !== digits(customer.phone);
    if (moves && input.phone) await api.changeNumber(key, input.phone);
    await api.putCustomer(key, input);
    sandbox.refresh();
    setEditing(null);
    if (editing === "new") go(key, chosen.number);
  };
  const change = async (part: Partial<CustomerInput>) => {
    if (!customer) return;
    const { name, phone, username, hides_phone, online, auto_read } = customer;
    await api.putCustomer(customer.key, { name, phone, username, hides_phone, online, auto_read, ...part });
    sandbox.refresh();
  };

  return (
    <main className={customer ? "layout has-customer" : "layout"}>
      <h1 className="hidden">{texts.appName}</h1>
      <section className="side" aria-label={texts.customers}>
        <header className="side-head">
          <div>
            <strong aria-hidden="true">{texts.appName}</strong>
            <p>{texts.appHint}</p>
          </div>
          <button
            type="button"
            className="icon"
            title={texts.addCustomer}
            aria-label={texts.addCustomer}
            onClick={() => setEditing("new")}
          >
            <UserPlus aria-hidden="true" />
          </button>
        </header>
        <ClockPanel now={now} offsetMs={sandbox.clock?.offset_ms ?? 0} onMoved={sandbox.refresh} />
        <ContactList
          customers={sandbox.customers}
          chosen={customer?.key ?? null}
          now={now}
          onChoose={(key) => {
            const latest = sandbox.customers?.find((one) => one.key === key)?.threads;
            const busiest = latest?.toSorted((a, b) => b.last_message_at.localeCompare(a.last_message_at))[0]?.phone_number_id;
            go(key, busiest ?? chosen.number);
          }}
          onAdd={() => setEditing("new")}
        />
      </section>
      <div className="stage">
        {!sandbox.connected && (
          <p className="lost" role="status">
            {texts.lostConnection}
          </p>
        )}
        {customer && number ? (
          <Phone
            key={`${customer.key}/${number.id}`}
            customer={customer}
            number={number}
            numbers={sandbox.state.numbers}
            thread={sandbox.thread}
            now={now}
            onNumber={(id) => go(customer.key, id)}
            onBack={() => go(null)}
            onSettings={() => setEditing("current")}
            onChange={change}
          />
        ) : (
          <div className="empty">
            <MessageSquare aria-hidden="true" />
            <h2>{number ? texts.chooseCustomer : texts.noNumbers}</h2>
            <p>{number ? texts.chooseCustomerHint : texts.noNumbersHint}</p>
          </div>
        )}
      </div>
      {editing && (
        <CustomerDialog customer={editing === "current" ? customer : null} onSave={save} onClose={() => setEditing(null)} />
      )}
    </main>
  );
}

/** The business number in the address bar, else the one used last, else the first there is. */
function useChosenNumber(customer: string | null, inAddress: string | null) {
  const [offered, setOffered] = useState<string[]>([]);
  const [last, setLast] = useState<string | null>(null);
  if (customer && inAddress && inAddress !== last) setLast(inAddress);
  const known = [inAddress, last].find((id) => id !== null && offered.includes(id));
  return {
    number: known ?? offered[0] ?? inAddress,
    offer: (ids: string[]) => {
      if (ids.join() !== offered.join()) setOffered(ids);
    },
  };
}
