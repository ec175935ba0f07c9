import { ArrowLeft, BadgeCheck, BatteryFull, BellOff, Info, Settings2, Signal, Wifi, WifiOff } from "lucide-react";
import { useId, useState } from "react";
import { Avatar } from "./Avatar";
import { type Action, api, type BusinessNumber, type Customer, type CustomerInput, type Message, type Thread } from "./api";
import { BusinessDialog } from "./BusinessDialog";
import { Composer } from "./Composer";
import { clockTime } from "./format";
import { Switch } from "./Switch";
import { ThreadView } from "./ThreadView";
import { texts } from "./texts";

interface Props {
  customer: Customer;
  number: BusinessNumber;
  numbers: BusinessNumber[];
  thread: Thread | null;
  now: number;
  onNumber: (id: string) => void;
  onBack: () => void;
  onSettings: () => void;
  onChange: (part: Partial<CustomerInput>) => Promise<void>;
}

/** One customer's phone with one business's chat open. */
export function Phone(props: Props) {
  const { customer, number, numbers, thread } = props;
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const [about, setAbout] = useState(false);
  const select = useId();
  const act = async (action: Action) => {
    await api.send(customer.key, number.id, action);
  };
  return (
    <>
      <section className="bar" aria-label={texts.phoneOf(customer.name)}>
        <button type="button" className="icon back" aria-label={texts.back} title={texts.back} onClick={props.onBack}>
          <ArrowLeft aria-hidden="true" className="mirrored" />
        </button>
        <div className="bar-who">
          <h2>
            <bdi>{customer.name}</bdi>
          </h2>
          <p>
            {texts.customersPhone} · <bdi dir="ltr">{customer.phone ?? customer.username ?? texts.noPhoneNumber}</bdi>
          </p>
        </div>
        <div className="bar-switches">
          <Switch
            compact
            label={texts.online}
            hint={texts.onlineHint}
            on={customer.online}
            onChange={(online) => void props.onChange({ online })}
          />
          <Switch
            compact
            label={texts.autoRead}
            hint={texts.autoReadHint}
            on={customer.auto_read}
            onChange={(auto_read) => void props.onChange({ auto_read })}
          />
          <Switch
            compact
            label={texts.hidesPhone}
            hint={texts.hidesPhoneHint}
            on={customer.hides_phone}
            onChange={(hides_phone) => void props.onChange({ hides_phone })}
          />
        </div>
        <button type="button" className="icon" aria-label={texts.settings} title={texts.settings} onClick={props.onSettings}>
          <Settings2 aria-hidden="true" />
        </button>
      </section>
      {numbers.length > 1 && (
        <div className="chooser">
          <label htmlFor={select}>{texts.business}</label>
          <select id={select} value={number.id} onChange={(event) => props.onNumber(event.target.value)}>
            {numbers.map((one) => (
              <option key={one.id} value={one.id}>
                {one.verified_name} · {one.display_phone_number}
              </option>
            ))}
          </select>
        </div>
      )}
      <section className="phone" aria-label={number.verified_name}>
        <div className="phone-status" aria-hidden="true">
          <time>{clockTime(props.now)}</time>
          <span>
            {customer.online ? <Signal /> : <WifiOff />}
            {customer.online && <Wifi />}
            <BatteryFull />
          </span>
        </div>
        <header className="phone-head">
          <Avatar name={number.verified_name} id={number.id} />
          <div>
            <h3>
              <bdi>{number.verified_name}</bdi>
              <BadgeCheck aria-hidden="true" />
            </h3>
            <p aria-live="polite">
              {thread?.typing ? texts.typing : thread?.offers_stopped ? texts.offersStopped : texts.businessAccount}
              {thread?.offers_stopped && !thread.typing && <BellOff aria-hidden="true" />}
            </p>
          </div>
          <button
            type="button"
            className="icon"
            aria-label={texts.businessInfo(number.verified_name)}
            title={texts.businessInfo(number.verified_name)}
            onClick={() => setAbout(true)}
          >
            <Info aria-hidden="true" />
          </button>
        </header>
        {!customer.online && (
          <div className="offline-note" role="status">
            <WifiOff aria-hidden="true" />
            <span>{texts.phoneIsOffline}</span>
            <button type="button" onClick={() => void props.onChange({ online: true })}>
              {texts.goOnline}
            </button>
          </div>
        )}
        <ThreadView
          thread={thread}
          business={number.verified_name}
          now={props.now}
          onAct={act}
          onReply={setReplyTo}
          onPlay={(message) => {
            if (message.from === "business") void api.played(customer.key, number.id, message.id);
          }}
        />
        <Composer
          customer={customer.key}
          number={number.id}
          business={number.verified_name}
          replyTo={replyTo}
          onReplyDone={() => setReplyTo(null)}
        />
        {about && (
          <BusinessDialog
            customer={customer.key}
            number={number}
            offersStopped={thread?.offers_stopped ?? false}
            onClose={() => setAbout(false)}
          />
        )}
      </section>
    </>
  );
}
