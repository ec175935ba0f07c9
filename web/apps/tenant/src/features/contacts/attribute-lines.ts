/** One attribute as it is edited. */
export type Line = { key: string; name: string; value: string };

/** The attributes of a contact as lines of a form. */
export function linesOf(attributes: Record<string, string>): Line[] {
  return Object.entries(attributes).map(([name, value]) => ({ key: name, name, value }));
}

/** What a form changes: new texts by name, null for what is gone; lines left wholly empty do not count. */
export function attributeChanges(
  before: Record<string, string>,
  lines: Line[],
): { fault?: "both" | "twice"; changes: Record<string, string | null> } {
  const filled = lines
    .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
    .filter(({ name, value }) => name !== "" || value !== "");
  const after = new Map(filled.map(({ name, value }) => [name, value]));
  const changes: Record<string, string | null> = {};
  for (const name of Object.keys(before)) if (!after.has(name)) changes[name] = null;
  for (const [name, value] of after) if (before[name] !== value) changes[name] = value;
  if (filled.some(({ name, value }) => name === "" || value === "")) return { fault: "both", changes };
  return after.size < filled.length ? { fault: "twice", changes } : { changes };
}
