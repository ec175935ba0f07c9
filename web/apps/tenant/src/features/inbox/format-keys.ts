import type { KeyboardEvent } from "react";

const SIGNS: Record<string, string> = { b: "*", i: "_", x: "~", m: "```" };

/** Ctrl or Cmd with B and I, and with Shift X and M: puts WhatsApp's marks around the selection. True when it did. */
export function formatByKey(event: KeyboardEvent<HTMLTextAreaElement>, onText: (text: string) => void): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  const sign = SIGNS[key];
  if (!sign || event.shiftKey !== (key === "x" || key === "m")) return false;
  event.preventDefault();
  const { selectionStart, selectionEnd, value } = event.currentTarget;
  insert(event.currentTarget, sign + value.slice(selectionStart, selectionEnd) + sign, onText, sign.length);
  return true;
}

/** Writes a text in the place of the selection; the caret stands behind it, or `inside` by so many characters. */
export function insert(area: HTMLTextAreaElement, text: string, onText: (text: string) => void, inside = 0): void {
  const { selectionStart, selectionEnd, value } = area;
  const caret = selectionStart + text.length - inside;
  onText(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
  requestAnimationFrame(() => {
    area.focus();
    area.setSelectionRange(caret, caret);
  });
}
