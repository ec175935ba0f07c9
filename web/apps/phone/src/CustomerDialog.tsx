import { type FormEvent, useId, useState } from "react";
import { type Customer, type CustomerInput, Refused } from "./api";
import { Dialog } from "./Dialog";
import { Switch } from "./Switch";
import { texts } from "./texts";

interface Props {
  customer: Customer | null;
  onSave: (input: CustomerInput) => Promise<void>;
  onClose: () => void;
}

function Field(props: {
  label: string;
  hint: string;
  value: string;
  required?: boolean;
  type?: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type={props.type ?? "text"}
        dir="auto"
        value={props.value}
        required={props.required ?? false}
        maxLength={100}
        aria-describedby={`${id}-hint`}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <small id={`${id}-hint`}>{props.hint}</small>
    </div>
  );
}

/** Adds a customer, or changes one together with the switches of their phone. */
export function CustomerDialog({ customer, onSave, onClose }: Props) {
  const [input, setInput] = useState<CustomerInput>({
    name: customer?.name ?? "",
    phone: customer?.phone ?? "",
    username: customer?.username ?? "",
    hides_phone: customer?.hides_phone ?? false,
    online: customer?.online ?? true,
    auto_read: customer?.auto_read ?? false,
  });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<CustomerInput>) => setInput((old) => ({ ...old, ...part }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSave({ ...input, name: input.name.trim(), phone: input.phone || null, username: input.username || null });
    } catch (failure) {
      setError(failure instanceof Refused ? failure.message : texts.loadFailed);
      setBusy(false);
    }
  };
  return (
    <Dialog title={customer ? texts.editTitle : texts.addTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={texts.name} hint={texts.nameHint} value={input.name} required onChange={(name) => set({ name })} />
        <Field
          label={texts.phoneNumber}
          hint={customer?.phone ? texts.phoneNumberMoves : texts.phoneNumberHint}
          type="tel"
          value={input.phone ?? ""}
          onChange={(phone) => set({ phone })}
        />
        <Field
          label={texts.username}
          hint={texts.usernameHint}
          value={input.username ?? ""}
          onChange={(username) => set({ username })}
        />
        <Switch label={texts.online} hint={texts.onlineHint} on={input.online} onChange={(online) => set({ online })} />
        <Switch
          label={texts.autoRead}
          hint={texts.autoReadHint}
          on={input.auto_read}
          onChange={(auto_read) => set({ auto_read })}
        />
        <Switch
          label={texts.hidesPhone}
          hint={texts.hidesPhoneHint}
          on={input.hides_phone}
          onChange={(hides_phone) => set({ hides_phone })}
        />
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
        <footer>
          <button type="button" onClick={onClose}>
            {texts.cancel}
          </button>
          <button type="submit" className="primary" disabled={busy || input.name.trim() === ""}>
            {customer ? texts.save : texts.add}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
