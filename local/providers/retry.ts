/** When a request is sent again and how long a poll waits. Pure. */
import type { PipelineResponse, RetryModifiers, RetryStrategy } from "@azure/core-rest-pipeline";

/** Milliseconds. */
export interface Delays {
  /** Before the second, third and fourth try of a request. */
  readonly retries: readonly number[];
  /** Between polls, where the service does not say. */
  readonly poll: number;
  readonly pollDelete: number;
}

/** azure-native's own (client_azcore.go, section 6.3 of the contract notes). */
export const DELAYS: Delays = { retries: [20_000, 60_000, 120_000], poll: 10_000, pollDelete: 30_000 };

const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);

const isBusy = ({ status, bodyAsText }: PipelineResponse) =>
  status === 409 && errorOf(bodyAsText).code === "AnotherOperationInProgress";

/** Wait that an answer asks for, in milliseconds; `undefined` where it does not ask. */
export function retryAfter({ headers }: Pick<PipelineResponse, "headers">): number | undefined {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const milliseconds = Number(headers.get(name));
    if (milliseconds > 0) return milliseconds;
  }
  const value = headers.get("retry-after");
  if (!value) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return milliseconds > 0 ? milliseconds : undefined;
}

/** Transport errors, overload, and ARM's "another operation is in progress"; any other conflict is an answer. */
export const retryStrategy = (delays: readonly number[]): RetryStrategy => ({
  name: "localCloudRetry",
  retry({ retryCount, response, responseError }): RetryModifiers {
    const delay = delays[retryCount];
    const again = response ? TRANSIENT.has(response.status) || isBusy(response) : isTransport(responseError);
    if (!again || delay === undefined) return { skipStrategy: true };
    return { retryAfterInMs: (response && retryAfter(response)) ?? delay };
  },
});

/**
 * No answer at all. What was cancelled or never sent is not tried again, nor what nobody listens for:
 * a local cloud that is not running does not start by waiting.
 */
const isTransport = (error: { code?: string; name?: string; statusCode?: number } | undefined) =>
  error?.name === "RestError" && error.statusCode === undefined && error.code !== "ECONNREFUSED";

export interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly ErrorBody[];
}

/** The `error` of an answer of ARM or Graph; `{}` if the body is something else. */
export function errorOf(body: string | null | undefined): ErrorBody {
  try {
    const parsed = JSON.parse(body ?? "") as { error?: ErrorBody } | null;
    return parsed?.error ?? {};
  } catch {
    return {};
  }
}
