import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "../real/fixtures";
import type { DevFile } from "../real/stack";

const DAY_MS = 86_400_000;

/** A photo as a customer would take it: drawn, so that nothing is borrowed. */
export const RETAINER = `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="460" viewBox="0 0 720 460">
<defs><linearGradient id="w" x2="0" y2="1"><stop stop-color="#f4e6d3"/><stop offset="1" stop-color="#e3c9a8"/></linearGradient>
<linearGradient id="t" x2="1" y2="1"><stop stop-color="#5fa8a0"/><stop offset="1" stop-color="#2f6f73"/></linearGradient></defs>
<rect width="720" height="460" fill="url(#w)"/><path d="M0 330h720v130H0z" fill="#b98a5e"/><path d="M0 330h720v10H0z" fill="#a2764d"/>
<ellipse cx="360" cy="372" rx="236" ry="40" fill="#8a6240" opacity=".45"/>
<path d="M146 250q0-40 40-40h348q40 0 40 40v74q0 48-48 48H194q-48 0-48-48z" fill="url(#t)"/>
<path d="M146 250q0-40 40-40h348q40 0 40 40v12H146z" fill="#79c0b6"/><path d="M166 210q-6-126 96-132h196q102 6 96 132z" fill="#3c8085"/>
<path d="M186 204q0-96 82-104h184q82 8 82 104z" fill="#2c6468"/>
<path d="M236 262q0-118 124-118t124 118q0 24-24 24-22 0-26-24-6-54-74-54t-74 54q-4 24-26 24-24 0-24-24z" fill="#eaf6f7" opacity=".94"/>
<path d="M252 256q4-92 108-94" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round"/>
<path d="m404 150-10 22 16 14-12 24" fill="none" stroke="#c4553d" stroke-width="6" stroke-linejoin="round" stroke-linecap="round"/>
<path d="M620 330V190" stroke="#7b5a3a" stroke-width="6"/><path d="M620 240q-60-10-62-70 58 4 62 70zM620 214q58-14 58-74-56 8-58 74z" fill="#6fa06b"/>
<path d="M582 290h78l-10 66h-58z" fill="#f2f2ee"/></svg>`;

/** Draws an SVG as a JPEG file. */
export async function jpegOf(page: Page, svg: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/svg+xml;base64,${btoa(source)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1] ?? "";
  }, svg);
  return Buffer.from(base64, "base64");
}

/** Moves people and time of the simulated WhatsApp. */
export class Scene {
  private now = Date.now();

  constructor(
    private readonly request: APIRequestContext,
    private readonly dev: DevFile,
  ) {}

  private async call(method: "POST" | "PUT", path: string, data: object): Promise<unknown> {
    const answer = await this.request.fetch(`${this.dev.sandbox}/sandbox/${path}`, { method, data });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  /** Adds a customer to the four there are. */
  async add(key: string, customer: object): Promise<void> {
    await this.call("PUT", `customers/${key}`, customer);
  }

  /** Moves the clock on to the next time of day in UTC, at least one minute ahead. */
  async until(hours: number, minutes: number): Promise<void> {
    const clock = (await (await this.request.get(`${this.dev.sandbox}/sandbox/clock`)).json()) as { now: string };
    this.now = Date.parse(clock.now);
    const wanted = new Date(this.now);
    wanted.setUTCHours(hours, minutes, 4, 0);
    const at = wanted.getTime() > this.now ? wanted.getTime() : wanted.getTime() + DAY_MS;
    await this.call("POST", "clock", { advance_seconds: Math.max(1, Math.round((at - this.now) / 1000)) });
  }

  /** A customer does something in the chat with the first tenant's number. */
  async says(customer: string, action: object): Promise<void> {
    await this.call("POST", `customers/${customer}/threads/${this.dev.tenants[0]?.phone_number_id}/messages`, action);
  }

  /** A customer writes a text. */
  async writes(customer: string, text: string): Promise<void> {
    await this.says(customer, { type: "text", text });
  }

  /** A customer opens the chat. */
  async reads(customer: string): Promise<void> {
    await this.call("POST", `customers/${customer}/threads/${this.dev.tenants[0]?.phone_number_id}/open`, {});
  }

  /** The messages on a customer's phone. */
  async thread(customer: string): Promise<{ id: string; from: string; type: string }[]> {
    const path = `${this.dev.sandbox}/sandbox/customers/${customer}/threads/${this.dev.tenants[0]?.phone_number_id}`;
    return ((await (await this.request.get(path)).json()) as { messages: { id: string; from: string; type: string }[] }).messages;
  }

  /** The customer taps a button of the business's latest message. */
  async taps(customer: string, index: number): Promise<void> {
    const last = (await this.thread(customer)).filter((message) => message.from === "business").at(-1);
    await this.says(customer, { type: "button", message_id: last?.id, index });
  }

  /** Waits until the business's message number `count` is on the customer's phone. */
  async arrived(customer: string, count: number): Promise<void> {
    await expect
      .poll(async () => (await this.thread(customer)).filter((message) => message.from === "business").length)
      .toBeGreaterThanOrEqual(count);
  }
}
