import { useId } from "react";

interface Props {
  label: string;
  hint: string;
  on: boolean;
  compact?: boolean;
  onChange: (on: boolean) => void;
}

/** An on/off switch; compact ones show their hint as a tooltip. */
export function Switch({ label, hint, on, compact, onChange }: Props) {
  const id = useId();
  return (
    <label className={compact ? "switch compact" : "switch"} title={compact ? hint : undefined}>
      <span className="switch-text">
        <span>{label}</span>
        {!compact && <small id={id}>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        aria-label={label}
        aria-describedby={compact ? undefined : id}
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
