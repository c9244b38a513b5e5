/** The faults of the bench, as a table; and whether each hits a request. Pure. */
import type { Fault, OperationFault } from "@azure-ml-as-code/local/cloud/server.ts";
import type { BlobRefusal } from "@azure-ml-as-code/local/cloud/blob/requests.ts";

/** Which of the requests of one operation of the engine. */
type At = "any" | "write" | "poll" | "read";
/** A process that ends without a word while a write is under way. */
export type Crash = "cloud" | "engine" | "provider";

export interface FaultKind {
  readonly id: string;
  /** What happens, for the table in the docs. */
  readonly about: string;
  /** Hits the first request it can, or every one until the faults end. */
  readonly times: "once" | "always";
  readonly at: At;
  readonly http?: Fault;
  /** `never`: holds until the faults end. */
  readonly operation?: OperationFault | "slow" | "never";
  readonly crash?: Crash;
  readonly blob?: BlobRefusal;
}

const refusal = (status: number, code: string, headers?: Readonly<Record<string, string>>): Fault => ({
  status,
  code,
  message: "A fault was injected.",
  ...(headers && { headers }),
});
/** Clients that know milliseconds wait one; the others a second, which no test wants to. */
const SOON = { "retry-after-ms": "1" };

const HTTP: readonly (readonly [id: string, about: string, fault: Fault, at: At])[] = [
  ["429", "throttled, with the time to wait", refusal(429, "TooManyRequests", SOON), "any"],
  ["429-silent", "throttled, without a time to wait", refusal(429, "TooManyRequests"), "any"],
  ["500", "500 InternalServerError", refusal(500, "InternalServerError"), "any"],
  ["502", "502 from a gateway", refusal(502, "BadGateway"), "any"],
  ["503", "503 ServerBusy", refusal(503, "ServiceUnavailable"), "any"],
  ["504", "504 from a gateway", refusal(504, "GatewayTimeout"), "any"],
  ["busy", "409 of a running operation", refusal(409, "AnotherOperationInProgress"), "write"],
  ["reset-before", "the connection breaks before the write counts", { reset: "before" }, "write"],
  ["reset-after", "the connection breaks after the write took effect", { reset: "after" }, "write"],
  ["stale", "reads show what was before the last write", { stale: true }, "read"],
  ["role", "the role assignment does not work yet: 403", refusal(403, "AuthorizationFailed"), "any"],
  ["token", "the token has expired: 401", refusal(401, "ExpiredAuthenticationToken"), "any"],
  ["poll-503", "503 while an operation is followed", refusal(503, "ServiceUnavailable"), "poll"],
  ["poll-reset", "the connection breaks while an operation is followed", { reset: "before" }, "poll"],
];

export const FAULTS: readonly FaultKind[] = [
  ...HTTP.flatMap(([id, about, http, at]): FaultKind[] =>
    (["once", "always"] as const).map((times) => ({ id: `${id}/${times}`, about, times, at, http })),
  ),
  { id: "slow", about: "operations take their time", times: "always", at: "any", operation: "slow" },
  { id: "never", about: "operations never end", times: "always", at: "any", operation: "never" },
  {
    id: "fails-late/always",
    about: "operations fail after they were accepted",
    times: "always",
    at: "any",
    operation: { fails: { code: "InternalServerError", message: "A fault was injected." } },
  },
  {
    id: "disk",
    about: "the disk of the blob server is full",
    times: "always",
    at: "any",
    blob: { status: 500, code: "InternalError", message: "ENOSPC: no space left on device" },
  },
  ...(["cloud", "engine", "provider"] as const).map((crash): FaultKind => ({
    id: `crash-${crash}`,
    about: `the process of the ${crash} ends while a write is under way`,
    times: "once",
    at: "write",
    crash,
  })),
];

const OPERATION = /\/locations\/[^/]+\/[a-z]+\/[0-9a-f-]{36}(\?|$)/i;
const WRITES = new Set(["PUT", "PATCH", "DELETE", "POST"]);

const KINDS: Readonly<Record<At, (method: string, url: string) => boolean>> = {
  any: () => true,
  write: (method) => WRITES.has(method),
  poll: (_, url) => OPERATION.test(url),
  read: (method, url) => method === "GET" && !OPERATION.test(url),
};

export const hits = ({ at }: FaultKind, method: string, url: string): boolean => KINDS[at](method, url);
