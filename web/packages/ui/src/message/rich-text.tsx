import type { ReactNode } from "react";

/** A mark stands outside of words and holds no space at its edges: 2*3*4 and snake_case stay as they are. */
const MARKS =
  /(```[\s\S]+?```|`[^`\n]+`|(?<![\p{L}\p{N}*])\*(?!\s)[^*\n]+(?<!\s)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?!\s)[^_\n]+(?<!\s)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?!\s)[^~\n]+(?<!\s)~(?![\p{L}\p{N}~])|https?:\/\/[^\s<>"]+)/gu;

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

/** Whether a text holds marks that WhatsApp draws. */
export function hasMarks(text: string): boolean {
  return text.replace(/https?:\/\/[^\s<>"]+/gu, "").search(MARKS) >= 0;
}
