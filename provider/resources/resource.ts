/** What a resource type of this provider is made of, and what it may use while it works. */
import type * as Protocol from "@azure-ml-as-code/protocol/provider.ts";
import type { Azure } from "../azure/arm.ts";

/** One call's means: where it works, until when, and whom it tells. */
export interface Run {
  readonly azure: Azure;
  /** The project's root: what relative paths start from. */
  readonly root: string;
  readonly subscriptionId: string | undefined;
  /** Aborts when the run is cancelled or the resource's time is over. */
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Milliseconds since 1970, as Azure counts them. */
  now(): number;
  /** Shows what is going on; the last one is named when time runs out. */
  progress(message: string): void;
  /** Stays in the run's output. */
  warn(message: string): void;
  sleep(ms: number): Promise<void>;
}

/** Milliseconds between two looks at something that gives no time itself. */
export interface Pace {
  /** The second try of a request that was not answered, where the service names no time; later ones wait longer. */
  readonly retry: number;
  /** A deployment that is not ready, an endpoint that somebody else changes. */
  readonly poll: number;
  /** A write that does not show yet, and how long that may last. */
  readonly verify: number;
  readonly verifyFor: number;
  /** The longest between two requests to a deployment that is being released. */
  readonly probe: number;
  /** The least between two looks at what Azure Monitor counted. */
  readonly metrics: number;
  /** A role assignment that does not work yet, and how long that may last. */
  readonly role: number;
  readonly roleFor: number;
}

export const PACE: Pace = {
  retry: 500,
  poll: 5_000,
  verify: 1_000,
  verifyFor: 60_000,
  probe: 500,
  metrics: 15_000,
  role: 5_000,
  roleFor: 600_000,
};

/** Like the protocol's provider, for one type; no call in a preview but `check`, `diff`, `read` and those told so. */
export interface Resource {
  /** Minutes for create, update, delete unless `customTimeouts` says otherwise. */
  readonly minutes: number;
  check(request: Protocol.CheckRequest, run: Run): Promise<Protocol.CheckResult>;
  diff(request: Protocol.DiffRequest): Protocol.DiffResult;
  create(request: Protocol.CreateRequest, run: Run): Promise<Protocol.CreateResult>;
  read(request: Protocol.ReadRequest, run: Run): Promise<Protocol.ReadResult>;
  update(request: Protocol.UpdateRequest, run: Run): Promise<Protocol.UpdateResult>;
  delete(request: Protocol.DeleteRequest, run: Run): Promise<void>;
}
