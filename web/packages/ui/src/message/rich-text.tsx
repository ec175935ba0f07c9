import type { ReactNode } from "react";

const MARKS =
  /(```[\s\S]+?```|`[^`\n]+`|\*(?!\s)[^*\n]+(?<!\s)\*|_(?!\s)[^_\n]+(?<!\s)_|~(?!\s)[^~\n]+(?<!\s)~|https?:\/\/[^\s<>"]+)/g;

function mark(part: string, key: number): ReactNode {
  if (part.startsWith("```")) {
    return (
      <code key={key} className="whitespace-pre-wrap font-mono text-[0.92em]">
        {part.slice(3, -3)}
      </code>
    );
  }
  if (part.startsWith("`")) {
    return (
      <code key={key} className="rounded bg-n4 px-1 font-mono text-[0.92em]">
        {part.slice(1, -1)}
      </code>
    );
  }
  if (part.startsWith("*")) return <strong key={key}>{richText(part.slice(1, -1))}</strong>;
  if (part.startsWith("_")) return <em key={key}>{richText(part.slice(1, -1))}</em>;
  if (part.startsWith("~")) return <s key={key}>{richText(part.slice(1, -1))}</s>;
  return (
    <a key={key} href={part} target="_blank" rel="noopener noreferrer nofollow" className="underline">
      {part}
    </a>
  );
}

/** WhatsApp's own marks (*bold*, _italic_, ~struck~, `code`) and links as elements. */
export function richText(text: string): ReactNode {
  const parts = text.split(MARKS);
  if (parts.length === 1) return text;
  return parts.map((part, index) => (index % 2 ? mark(part, index) : part));
}

/** A text without WhatsApp's marks, for one line. */
export function plainText(text: string): string {
  const parts = text.split(MARKS);
  if (parts.length === 1) return text;
  return parts
    .map((part, index) => {
      if (index % 2 === 0 || /^https?:/.test(part)) return part;
      if (part.startsWith("`")) return part.replace(/^`+|`+$/g, "");
      return plainText(part.slice(1, -1));
    })
    .join("");
}
