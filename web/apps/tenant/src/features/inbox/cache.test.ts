import type { Conversation, Message } from "@parlance/api-client-tenant";
import { expect, test } from "vitest";
import { belongs, newerMessage, placeRow } from "./cache";
import { VIEWS } from "./views";

const row = (id: string, at: number) => ({ id, at });
const newer = (a: { at: number }, b: { at: number }) => a.at > b.at;

test("a row that changed moves to its place and is there once", () => {
  const pages = [
    { items: [row("c", 30), row("b", 20)], next_cursor: "x" },
    { items: [row("a", 10)], next_cursor: null },
  ];
  const placed = placeRow(pages, row("a", 40), newer);
  expect(placed.flatMap((page) => page.items.map((item) => item.id))).toEqual(["a", "c", "b"]);
});

test("a row older than what is loaded stays out until its page is loaded", () => {
  const pages = [{ items: [row("c", 30)], next_cursor: "x" }];
  expect(placeRow(pages, row("a", 10), newer)[0]?.items.map((item) => item.id)).toEqual(["c"]);
  const whole = [{ items: [row("c", 30)], next_cursor: null }];
  expect(placeRow(whole, row("a", 10), newer)[0]?.items.map((item) => item.id)).toEqual(["c", "a"]);
});

test("an answer that was overtaken never takes a tick back", () => {
  const at = (status: string) => ({ id: "m", status }) as Message;
  expect(newerMessage(at("delivered"), at("sent")).status).toBe("delivered");
  expect(newerMessage(at("queued"), at("accepted")).status).toBe("accepted");
  expect(newerMessage(at("read"), at("read")).status).toBe("read");
});

test.each([
  [{ state: "open", unread: 0, assignee: null }, ["unassigned", "all"]],
  [{ state: "open", unread: 2, assignee: { id: "me" } }, ["mine", "all", "unread"]],
  [{ state: "open", unread: 2, assignee: { id: "you" } }, ["all", "unread"]],
  [{ state: "resolved", unread: 2, assignee: { id: "me" } }, ["resolved"]],
])("%o stands in its views", (fields, views) => {
  const conversation = fields as Conversation;
  expect(VIEWS.filter((view) => belongs(view, conversation, "me", false))).toEqual(views);
});

test("a conversation that was just read stays among the unread until the list is read again", () => {
  const read = { state: "open", unread: 0 } as Conversation;
  expect(belongs("unread", read, "me", true)).toBe(true);
  expect(belongs("unread", { ...read, state: "resolved" }, "me", true)).toBe(false);
});
