import { useState } from "react";
import { Avatar } from "./Avatar";
import { api, type BusinessNumber, Refused } from "./api";
import { Dialog } from "./Dialog";
import { Switch } from "./Switch";
import { texts } from "./texts";

interface Props {
  customer: string;
  number: BusinessNumber;
  offersStopped: boolean;
  onClose: () => void;
}

/** What the customer's phone says about a business, with the switch that stops its offers. */
export function BusinessDialog({ customer, number, offersStopped, onClose }: Props) {
  const [error, setError] = useState<string | null>(null);
  const change = (wanted: boolean) => {
    setError(null);
    api.setOffers(customer, number.id, wanted).catch((failure: unknown) => {
      setError(failure instanceof Refused ? failure.message : texts.loadFailed);
    });
  };
  return (
    <Dialog sheet title={texts.businessInfo(number.verified_name)} onClose={onClose}>
      <div className="about">
        <Avatar name={number.verified_name} id={number.id} />
        <strong>
          <bdi>{number.verified_name}</bdi>
        </strong>
        <bdi dir="ltr">{number.display_phone_number}</bdi>
        <small>{texts.businessAccount}</small>
      </div>
      <div className="about-switch">
        <Switch label={texts.offers} hint={texts.offersHint} on={!offersStopped} onChange={change} />
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
