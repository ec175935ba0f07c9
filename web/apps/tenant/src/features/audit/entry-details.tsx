import type { AuditEntry } from "@parlance/api-client-tenant";

/** What an entry is about, and its values, as short lines. */
export function EntryDetails({ entry }: { entry: AuditEntry }) {
  const values = Object.entries((entry.details ?? {}) as Record<string, unknown>);
  return (
    <code dir="ltr" className="wrap-any block max-w-100 text-start font-mono text-muted text-xs">
      {entry.target ? <span className="block">{entry.target}</span> : null}
      {values.map(([name, value]) => (
        <span key={name} className="block">
          {name}: {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
    </code>
  );
}
