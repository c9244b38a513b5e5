import { describe, expect, test } from "@jest/globals";
import { firstStep, isSettled, nextStep, pauseOf } from "../../../provider/azure/operation.ts";
import type { Answer, Step } from "../../../provider/azure/operation.ts";

const answer = (
  status: number,
  body: Answer["body"] = null,
  headers: Record<string, string> = {},
): Answer => ({
  status,
  headers: { "retry-after-ms": "7", ...headers },
  body,
});
const state = (provisioningState: string) => ({ properties: { provisioningState } });
const running = (how: "status" | "location" | "resource", url: string): Step => ({
  state: "running",
  how,
  url,
  afterMs: 7,
});
const done: Step = { state: "done" };

describe("a first answer", () => {
  test.each<[string, Answer, Step]>([
    [
      "names a status document",
      answer(201, state("Succeeded"), { "azure-asyncoperation": "/op", location: "/r" }),
      running("status", "/op"),
    ],
    ["is 202 with a location", answer(202, null, { location: "/r" }), running("location", "/r")],
    [
      "is 201 with a location that is only the resource",
      answer(201, state("Succeeded"), { location: "/r" }),
      done,
    ],
    ["tells by the resource itself", answer(200, state("Updating")), running("resource", "/self")],
    ["is final", answer(200, state("Succeeded")), done],
    ["is final and has no state", answer(200, { a: 1 }), done],
    ["is empty", answer(204), done],
    [
      "failed at once",
      answer(200, state("Failed")),
      { state: "failed", code: "OperationFailed", message: "no reason given" },
    ],
  ])("%s", (_what, first, step) => expect(firstStep(first, "/self")).toEqual(step));
});

describe("a poll", () => {
  const status = { how: "status", url: "/op" } as const;
  const failed = {
    status: "Failed",
    error: { code: "Quota", message: "too many", details: [{ message: "of F4s" }] },
  };
  test.each<[string, Answer, { how: "status" | "location" | "resource"; url: string }, Step]>([
    ["in progress", answer(200, { status: "InProgress" }), status, running("status", "/op")],
    ["without a status", answer(200, {}), status, running("status", "/op")],
    [
      "moved",
      answer(200, { status: "Running" }, { "azure-asyncoperation": "/op2" }),
      status,
      running("status", "/op2"),
    ],
    ["succeeded", answer(200, { status: "Succeeded" }), status, done],
    ["failed", answer(200, failed), status, { state: "failed", code: "Quota", message: "too many of F4s" }],
    [
      "canceled",
      answer(200, { status: "Canceled" }),
      status,
      { state: "failed", code: "OperationCanceled", message: "no reason given" },
    ],
    [
      "location not over",
      answer(202, null, { location: "/r2" }),
      { how: "location", url: "/r" },
      running("location", "/r2"),
    ],
    ["location over", answer(200, {}), { how: "location", url: "/r" }, done],
    [
      "resource not over",
      answer(200, state("Creating")),
      { how: "resource", url: "/r" },
      running("resource", "/r"),
    ],
    ["resource over", answer(200, state("Succeeded")), { how: "resource", url: "/r" }, done],
  ])("%s", (_what, poll, asked, step) => expect(nextStep(poll, asked)).toEqual(step));
});

test.each<[string, Record<string, string>, number]>([
  ["milliseconds", { "retry-after-ms": "25", "retry-after": "9" }, 25],
  ["milliseconds, Azure's other name", { "x-ms-retry-after-ms": "30" }, 30],
  ["seconds", { "retry-after": "2" }, 2_000],
  ["a date that is over", { "retry-after": "Thu, 01 Jan 2026 00:00:00 GMT" }, 0],
  ["nothing", {}, 1_234],
  ["nonsense", { "retry-after": "soon" }, 1_234],
])("the pause asked for as %s", (_what, headers, ms) => expect(pauseOf(headers, 1_234)).toBe(ms));

test("an endpoint without a state is settled, one that changes is not", () => {
  expect(["", "succeeded", "failed"].map(isSettled)).toEqual([true, true, true]);
  expect(["creating", "updating", "deleting"].map(isSettled)).toEqual([false, false, false]);
});
