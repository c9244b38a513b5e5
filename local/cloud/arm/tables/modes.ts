/** How the services answer long-running verbs: statuses and headers as their specifications have them. */
import type { LongRunning, NameRule } from "../table.ts";

const both = ["Azure-AsyncOperation", "Location"] as const;

export const asyncPut: LongRunning = { create: 201, update: 200, headers: ["Azure-AsyncOperation"] };
export const acceptedPut: LongRunning = { update: 202, headers: ["Location"] };
export const acceptedBoth: LongRunning = { update: 202, headers: both };
export const acceptedLocation: LongRunning = { update: 202, headers: ["Location"] };

/** What most of ARM takes. */
export const nameRule = (pattern: RegExp, says: string, code = "InvalidResourceName"): NameRule => ({
  pattern,
  says,
  code,
});
