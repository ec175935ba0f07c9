import { translate } from "./i18n/i18n";

/** The body of a refused request (RFC 9457 with our members). */
export type Problem = {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  request_id?: string;
  fields?: { field: string; message: string }[] | null;
  retry_after_secs?: number | null;
};

/** An error as a person reads it: what happened, what was kept, what to do, what to quote. */
export type Explained = {
  title: string;
  detail?: string;
  kept?: string;
  next?: string;
  quote?: string;
  fields: Record<string, string>;
  status: number;
  code: string;
};

/** A refused request, thrown by every call to the API. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** True when the request never got an answer. */
export function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof ApiError && error.status === 0);
}

/** True when the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return isNetworkError(error) || (error instanceof ApiError && [502, 503, 504].includes(error.status));
}

function spareWords(status: number): { title: string; next?: string } {
  if (status === 403) return { title: translate("error.forbidden.title"), next: translate("error.forbidden.next") };
  if (status === 404) return { title: translate("error.notFound.title"), next: translate("error.notFound.next") };
  if (status === 409) return { title: translate("error.conflict.title"), next: translate("error.conflict.next") };
  if (status === 429) return { title: translate("error.throttled.title"), next: translate("error.throttled.next") };
  return { title: translate("error.unexpected.title"), next: translate("error.unexpected.next") };
}

/** The one function that turns any failure into words; `kept` says what was kept of the person's work. */
export function explain(error: unknown, kept?: string): Explained {
  if (isNetworkError(error)) {
    return {
      title: translate("error.network.title"),
      kept: kept ?? translate("error.network.kept"),
      next: translate("error.network.next"),
      fields: {},
      status: 0,
      code: "network",
    };
  }
  if (error instanceof ApiError) {
    const { problem, status } = error;
    const spare = spareWords(status);
    const fields: Record<string, string> = {};
    for (const entry of problem.fields ?? []) fields[entry.field] = entry.message;
    const title = problem.title ?? spare.title;
    return {
      title,
      detail: problem.detail === title ? undefined : problem.detail,
      kept,
      next: problem.detail ? undefined : spare.next,
      quote: [problem.code, problem.request_id].filter(Boolean).join(" · ") || undefined,
      fields,
      status,
      code: problem.code ?? `http-${status}`,
    };
  }
  return {
    title: translate("error.client.title"),
    detail: error instanceof Error ? error.message : undefined,
    kept,
    next: translate("error.client.next"),
    fields: {},
    status: 0,
    code: "client",
  };
}
