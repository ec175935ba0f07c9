import { adminClient } from "@parlance/api-client-admin";
import { ApiError, type Problem } from "@parlance/ui";

/** The API of this origin. */
export const api = adminClient();

let onSessionEnd: () => void = () => undefined;

/** Registers what happens when an answer says that nobody is signed in any more. */
export function whenSessionEnds(handler: () => void): void {
  onSessionEnd = handler;
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Ends the session in this tab: the person signs in again and comes back. */
export function endSession(): void {
  onSessionEnd();
}

/** Waits for an answer: its data, or an ApiError. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw refusal(response.status, error);
}

/** Makes the error of a refused request and notices the end of a session. */
export function refusal(status: number, body: unknown): ApiError {
  const problem: Problem = typeof body === "object" && body !== null ? body : {};
  if (status === 401 && problem.code !== "bad-credentials") endSession();
  return new ApiError(status, problem);
}
