/** Any object of the wire. */
export type Json = Record<string, unknown>;
/** What a route answers; status 0 cuts the connection. */
export type Answer = { status?: number; body?: unknown };
/** Answers a call from its path, body and address. */
export type Handler = (match: RegExpMatchArray, body: Json, url: URL) => Answer;
/** Which call a handler answers, as "METHOD /path". */
export type Route = [RegExp, Handler];

/** A problem as the API words it. */
export function problem(status: number, code: string, title: string, detail: string, more: Json = {}): Answer {
  return { status, body: { type: `/docs/errors/${code}`, title, status, code, detail, request_id: "req_mock", ...more } };
}

/** One page of rows by `limit` and `cursor`. */
export function page(rows: Json[], url: URL): Answer {
  const limit = Number(url.searchParams.get("limit") ?? 50);
  const start = Number(url.searchParams.get("cursor") ?? 0);
  return {
    body: { items: rows.slice(start, start + limit), next_cursor: start + limit < rows.length ? String(start + limit) : null },
  };
}

/** A row, or not found. */
export function one(row: Json | undefined): Answer {
  return row
    ? { body: row }
    : problem(404, "not-found", "Not found", "There is no such thing here. Check the id and the tenant in the address.");
}
