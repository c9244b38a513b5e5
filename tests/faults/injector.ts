/** Lets one fault at a time strike what it can, and counts how often it did. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Reset } from "@azure-ml-as-code/local/cloud/arm/faults.ts";
import type { CloudOptions } from "@azure-ml-as-code/local/cloud/server.ts";
import { hits } from "./kinds.ts";
import type { Crash, FaultKind } from "./kinds.ts";

const SLOW_MS = 20;

interface Armed {
  readonly kind: FaultKind;
  count: number;
  /** Something was written since: from then on reads can be older than it. */
  wrote: boolean;
  readonly ended: Promise<void>;
  readonly over: () => void;
}

export interface Injector {
  /** For `createCloud`. */
  readonly hooks: Required<Pick<CloudOptions, "faults" | "operationFaults">>;
  arm(kind: FaultKind): void;
  /** How often it struck. Operations that it held go on. */
  disarm(): number;
  /** Whether the armed fault hits; counts it. */
  strikes(applies: (kind: FaultKind) => boolean): FaultKind | undefined;
}

const isStale = ({ http }: FaultKind) => http !== undefined && "stale" in http;

/** `crash` ends a process; what it returns is done to the connection. */
export function injector(crash: (what: Crash) => Reset | undefined): Injector {
  let armed: Armed | undefined;
  const strikes: Injector["strikes"] = (applies) => {
    if (!armed || !applies(armed.kind) || (armed.kind.times === "once" && armed.count > 0)) return undefined;
    armed.count++;
    return armed.kind;
  };
  return {
    strikes,
    hooks: {
      faults: ({ method, url }) => {
        const hit = strikes(
          (kind) =>
            (kind.http ?? kind.crash) !== undefined &&
            hits(kind, method, url) &&
            (armed!.wrote || !isStale(kind)),
        );
        if (armed && method !== "GET") armed.wrote = true;
        if (hit?.crash) return crash(hit.crash);
        return hit?.http;
      },
      operationFaults: () => {
        const hit = strikes((kind) => kind.operation !== undefined);
        if (hit?.operation === "slow") return { holds: sleep(SLOW_MS) };
        return hit?.operation === "never" ? { holds: armed!.ended } : hit?.operation;
      },
    },
    arm(kind) {
      let over: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (over = resolve));
      armed = { kind, count: 0, wrote: false, ended, over: () => over() };
    },
    disarm() {
      const mine = armed;
      armed = undefined;
      mine?.over();
      return mine?.count ?? 0;
    },
  };
}
