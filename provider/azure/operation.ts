/**
 * ARM's long-running operations: what an answer says about whether it is over, and where to ask next.
 * Contract: `Azure-AsyncOperation` names a status document, `Location` an address that answers 202 until it is over;
 * without either, the resource's own `provisioningState` tells.
 */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import { readError } from "./errors.ts";

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; `null` for an empty body. */
  readonly body: Value;
}

type How = "status" | "location" | "resource";
export type Step =
  | { readonly state: "done" }
  | { readonly state: "failed"; readonly code: string; readonly message: string }
  | { readonly state: "running"; readonly how: How; readonly url: string; readonly afterMs: number };

/** When the service names no time: between the ten seconds of azure-native and what a person likes to wait. */
const DEFAULT_PAUSE_MS = 5_000;
const PAUSES: readonly (readonly [header: string, ms: (value: string) => number])[] = [
  ["retry-after-ms", Number],
  ["x-ms-retry-after-ms", Number],
  ["retry-after", (value) => Number(value) * 1_000],
  ["retry-after", (value) => Date.parse(value) - Date.now()],
];

/** Milliseconds that the service asks to wait. */
export function pauseOf(headers: Answer["headers"], otherwise = DEFAULT_PAUSE_MS): number {
  for (const [header, ms] of PAUSES) {
    const pause = ms(headers[header] ?? "x");
    if (Number.isFinite(pause)) return Math.max(0, pause);
  }
  return otherwise;
}

const text = (value: unknown, key: string): string => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" ? found.toLowerCase() : "";
};
/** In lower case; `""` if the resource has none. */
export const provisioningState = (body: Value): string =>
  text(isObject(body) ? body["properties"] : undefined, "provisioningState");
export const isSettled = (state: string): boolean => ["", "succeeded", "failed", "canceled"].includes(state);

/** The step that a state in words stands for. */
function judge(state: string, answer: Answer, running: Step): Step {
  if (["failed", "canceled", "cancelled"].includes(state))
    return { state: "failed", ...failure(state, answer) };
  return state === "succeeded" || state === "" ? { state: "done" } : running;
}

function failure(state: string, { body, status }: Answer): { code: string; message: string } {
  const { code, message } = readError(body, status);
  return {
    code: code.startsWith("HTTP ") ? `Operation${state[0]!.toUpperCase()}${state.slice(1)}` : code,
    message,
  };
}

/** After the first answer of a PUT, PATCH, POST or DELETE to `resource` (its URL). */
export function firstStep(answer: Answer, resource: string): Step {
  const afterMs = pauseOf(answer.headers);
  const status = answer.headers["azure-asyncoperation"];
  if (status) return { state: "running", how: "status", url: status, afterMs };
  const location = answer.headers["location"];
  if (answer.status === 202 && location) return { state: "running", how: "location", url: location, afterMs };
  return judge(provisioningState(answer.body), answer, {
    state: "running",
    how: "resource",
    url: resource,
    afterMs,
  });
}

/** After an answer to a poll. */
export function nextStep(answer: Answer, asked: { readonly how: How; readonly url: string }): Step {
  const { how } = asked;
  const url =
    (how === "location" ? answer.headers["location"] : answer.headers["azure-asyncoperation"]) ?? asked.url;
  const running: Step = { state: "running", how, url, afterMs: pauseOf(answer.headers) };
  if (how === "location") return answer.status === 202 ? running : { state: "done" };
  // A status document always has a status; one without is not over.
  if (how === "status") return judge(text(answer.body, "status") || "running", answer, running);
  return judge(provisioningState(answer.body), answer, running);
}
