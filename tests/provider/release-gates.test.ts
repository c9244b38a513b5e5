import { describe, expect, test } from "@jest/globals";
import { judge, percentileOf } from "../../provider/release-gates.ts";
import type { Gates, Sample } from "../../provider/release-gates.ts";

const gates: Gates = {
  smoke: [
    { request: "{}", status: 200, answer: { b: [1], a: 2 } },
    { request: "x", status: 400 },
  ],
  maxErrorShare: 20,
  latency: { percentile: 90, maxMs: 100 },
  minimumSamples: 4,
};
const good: Sample = { smoke: 0, status: 200, text: '{"a":2,"b":[1]}', ms: 10 };
const refused: Sample = { smoke: 1, status: 400, text: "no", ms: 10 };
const round = [good, refused];
const bad: Sample = { ...good, status: 500, text: "boom" };

describe("judge", () => {
  test.each<[string, Sample[], "pass" | "hold" | "fail", RegExp]>([
    ["enough, as expected", [...round, ...round], "pass", /^$/],
    ["nothing yet", [], "hold", /smoke request 1 is not answered yet/],
    ["one of two smoke requests", [good], "hold", /smoke request 2 is not answered yet/],
    ["too few", round, "hold", /2 of at least 4 samples: too few/],
    ["too few, some of them wrong: still no pass, and no fail", [...round, bad], "hold", /3 of at least 4/],
    ["a wrong status", [bad], "fail", /smoke request 1 was answered 500, not 200: boom/],
    ["another answer", [{ ...good, text: "{}" }], "fail", /was answered \{\}, not \{"b":\[1\],"a":2\}/],
    ["no JSON", [{ ...good, text: "<html>" }], "fail", /was answered <html>, not/],
    ["no answer", [{ ...good, status: 0, text: "ECONNREFUSED" }], "fail", /got no answer: ECONNREFUSED/],
    ["errors up to the limit", [...round, ...round, bad], "pass", /^$/],
    [
      "errors above it",
      [...round, ...round, bad, bad],
      "fail",
      /error share 33\.3 % of 6 requests, allowed are 20 %/,
    ],
    [
      "a slow one at the edge",
      [...round, ...round, { ...good, ms: 500 }],
      "fail",
      /p90 500 ms of 5 requests, allowed are 100 ms/,
    ],
    [
      "slow ones beyond the percentile",
      [...Array.from({ length: 9 }, () => round).flat(), { ...good, ms: 900 }],
      "pass",
      /^$/,
    ],
  ])("%s", (_what, samples, gate, reason) => {
    const verdict = judge(gates, samples);
    expect(verdict.gate).toBe(gate);
    expect(verdict.reason).toMatch(reason);
  });

  test("percentiles by rank", () => {
    expect([50, 90, 100, 0].map((p) => percentileOf([4, 1, 3, 2], p))).toEqual([2, 4, 4, 1]);
    expect(percentileOf([], 50)).toBe(0);
  });
});
