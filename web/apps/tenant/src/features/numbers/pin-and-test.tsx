import type { SendRequest } from "@parlance/api-client-tenant";
import { Field, Input } from "@parlance/ui";
import { useT } from "../../shared/texts";

const PIN_DIGITS = 6;

type Values = { pin: string; test_to: string };

/** A phone number as typed, as the receiver of a test; none if left empty. */
export function recipient(typed: string): SendRequest["to"] {
  const digits = typed.replace(/\D/g, "");
  return digits ? { by: "phone", value: digits } : undefined;
}

/** The PIN of the number and whom to send a test: both optional. */
export function PinAndTest({
  fields,
  errors,
  onChange,
}: {
  fields: Values;
  errors: Record<string, string> | undefined;
  onChange: (change: Partial<Values>) => void;
}) {
  const t = useT();
  return (
    <div className="flex flex-col gap-4">
      <Field label={t("connect.pin")} hint={t("connect.pinHint")} error={errors?.pin} optional>
        <Input
          dir="ltr"
          type="password"
          inputMode="numeric"
          pattern={`[0-9]{${PIN_DIGITS}}`}
          maxLength={PIN_DIGITS}
          autoComplete="off"
          className="max-w-40"
          value={fields.pin}
          onChange={(event) => onChange({ pin: event.target.value })}
        />
      </Field>
      <Field
        label={t("connect.testTo")}
        hint={t("connect.testToHint")}
        error={errors?.test_to ?? errors?.["test_to.value"]}
        optional
      >
        <Input
          dir="ltr"
          type="tel"
          autoComplete="off"
          placeholder="+49 151 23456789"
          value={fields.test_to}
          onChange={(event) => onChange({ test_to: event.target.value })}
        />
      </Field>
    </div>
  );
}
