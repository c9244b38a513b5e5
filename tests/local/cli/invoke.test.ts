import { describe, expect, test } from "@jest/globals";
import { progressOf } from "../../../local/client/batch.ts";
import type { Job } from "../../../local/client/batch.ts";
import { nearest } from "../../../local/client/endpoints.ts";
import { newLines } from "../../../local/client/online.ts";
import { choose } from "../../../local/cli/find.ts";
import type { Found } from "../../../local/cli/find.ts";
import { firstRows, progressLine } from "../../../local/cli/invoke-batch.ts";
import { overridesOf, wholeNumber } from "../../../local/cli/invoke.ts";
import { percentile, summarizeRequests } from "../../../local/cli/request-summary.ts";

const found = (spec: string): Found => ({
  kind: "online",
  spec,
  workspaceId: "/w",
  endpoint: {
    id: `/w/${spec}`,
    name: `${spec}-abc`,
    properties: {
      authMode: "Key",
      scoringUri: "",
      provisioningState: "Succeeded",
      traffic: {},
      mirrorTraffic: {},
    },
  },
});

describe("an endpoint is found", () => {
  const all = [found("breast-cancer"), found("diabetes")];
  test.each([["diabetes"], ["DIABETES"], ["diabetes-abc"]])("as %s", (name) => {
    expect(choose(all, name)).toBe(all[1]);
  });
  test("or else the nearest names are told", () => {
    expect(() => choose(all, "diabets")).toThrow('no endpoint "diabets". Did you mean diabetes?');
    expect(() => choose([], "x")).toThrow("npm run local up");
    expect(nearest("zzzzzzzzz", ["diabetes"])).toEqual([]);
  });
});

test("settings of an invocation are where the request has them", () => {
  expect(
    overridesOf({ "mini-batch-size": "5", "instance-count": "2", "max-retries": "1", "retry-timeout": "30" }),
  ).toEqual({
    miniBatchSize: 5,
    resources: { instanceCount: 2 },
    retrySettings: { maxRetries: 1, timeout: "PT30S" },
  });
  expect(() => overridesOf({ "mini-batch-size": "many" })).toThrow('--mini-batch-size is "many"');
  expect(() => wholeNumber("count", "0", 1)).toThrow("from 1 on");
});

test("many requests are summed up by status, deployment and latency", () => {
  const times = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(times, 0.5), percentile(times, 0.95), percentile([], 0.5)]).toEqual([50, 95, 0]);
  const requests = times.map((milliseconds) => ({
    status: milliseconds > 98 ? 429 : 200,
    deployment: milliseconds % 2 ? "blue" : "green",
    milliseconds,
  }));
  const text = summarizeRequests(requests, 2).join("\n");
  expect(text).toMatch(/100 requests in 2\.0 s, 50\.0 a second/);
  expect(text).toMatch(/200 × 98, 429 × 2\n.*blue × 50, green × 50\n.*p50 50 ms {2}p95 95 ms/);
});

test("following a log shows each line once, though only its end is seen", () => {
  expect(newLines(["a", "b"], ["a", "b", "c"])).toEqual(["c"]);
  expect(newLines(["a", "b", "c"], ["b", "c", "d"])).toEqual(["d"]);
  expect(newLines(["a"], ["x", "y"])).toEqual(["x", "y"]);
  expect(newLines(["a", "b"], ["a", "b"])).toEqual([]);
});

test("a job's progress is its children's together", () => {
  const step = { items: 4, succeeded: 3, failed: 1, miniBatches: 2, planned: 4 };
  const told = {
    name: "j",
    displayName: "j",
    experiment: null,
    jobType: null,
    status: "Running",
    createdAt: "",
  };
  const one = { ...told, startedAt: null, endedAt: null, error: null, progress: null, outputs: {} };
  const job: Job = {
    ...one,
    children: [
      { ...one, progress: step },
      { ...one, progress: step },
    ],
  };
  expect(progressOf(job)).toEqual({ items: 8, succeeded: 6, failed: 2, miniBatches: 4, planned: 8 });
  expect(progressLine(job)).toContain("4 of 8 mini-batches, 8 items, 2 failed");
  expect(firstRows("1\n2\n3\n", 2)).toEqual(["1", "2", "… 1 more"]);
});
