import type { ConversationEvent, Message } from "@parlance/api-client-tenant";
import { expect, test } from "vitest";
import { timeline } from "./timeline";

const message = (n: number, second: number, more: object = {}) =>
  ({
    id: `msg_${n}`,
    provider_id: `wamid.${n}`,
    direction: "inbound",
    thread_at: `2026-11-22T10:00:0${second}Z`,
    content: { type: "text", body: "" },
    ...more,
  }) as unknown as Message;
const event = (n: number, second: number, kind: string) =>
  ({ id: `cev_${n}`, kind, at: `2026-11-22T10:00:0${second}Z` }) as unknown as ConversationEvent;
const keys = (rows: { key: string }[]) => rows.map((row) => row.key);
const build = (messages: Message[], events: ConversationEvent[], more = false) =>
  timeline({ messages, events, more, pending: [], dayOf: () => "today" });

test("messages and events stand in one order, the first of a day with its name", () => {
  const rows = build([message(4, 5), message(1, 1)], [event(3, 5, "note"), event(2, 2, "assigned")]);
  expect(keys(rows)).toEqual(["msg_1", "cev_2", "cev_3", "msg_4"]);
  expect(rows.map((row) => row.day)).toEqual(["today", undefined, undefined, undefined]);
});

test("what the customer writes after the resolution says that it opened the conversation", () => {
  const reaction = message(3, 3, { content: { type: "reaction", target_provider_id: "wamid.gone" } });
  const ours = message(4, 4, { direction: "outbound" });
  const rows = build([message(6, 6), message(5, 5), ours, reaction, message(1, 1)], [event(2, 2, "resolved")]);
  expect(keys(rows)).toEqual(["msg_1", "cev_2", "msg_3", "msg_4", "reopened-msg_5", "msg_5", "msg_6"]);
});

test("events older than the loaded messages wait for their page; a reaction shows on its message only", () => {
  const reaction = message(9, 6, { content: { type: "reaction", target_provider_id: "wamid.5" } });
  const rows = build([reaction, message(5, 5)], [event(6, 6, "note"), event(2, 2, "note")], true);
  expect(keys(rows)).toEqual(["msg_5", "cev_6"]);
});
