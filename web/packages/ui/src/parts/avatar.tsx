import { cx } from "../cx";

const HUES = [12, 38, 84, 146, 172, 200, 226, 262, 292, 330];

function hash(text: string): number {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum;
}

function initials(name: string): string {
  const words = name
    .replace(/^[^\p{L}\p{N}]+/u, "")
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = [...(words[0] ?? "")][0] ?? "";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase() || "?";
}

/** Initials on a colour chosen by id; decoration beside a visible name. */
export function Avatar({ name, id, size = 32, className }: { name: string; id: string; size?: number; className?: string }) {
  const hue = HUES[hash(id) % HUES.length] ?? 200;
  return (
    <span
      aria-hidden
      data-initials={initials(name)}
      className={cx(
        "before:content-[attr(data-initials)] inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold",
        className,
      )}
      style={{
        width: size,
        height: size,
        fontSize: Math.max(10, Math.round(size * 0.38)),
        background: `light-dark(hsl(${hue} 45% 90%), hsl(${hue} 30% 22%))`,
        color: `light-dark(hsl(${hue} 60% 24%), hsl(${hue} 60% 84%))`,
      }}
    />
  );
}
