/** Which trials the early termination policies stop, on recorded reports. */
import { describe, expect, test } from "@jest/globals";
import type { TerminationPolicy } from "@azure-ml-as-code/local/contracts-jobs.ts";
import { stoppedTrials, type TrialHistory } from "@azure-ml-as-code/local/jobs/sweep/policies.ts";

const history = (reports: Readonly<Record<string, readonly number[]>>, finished: readonly string[] = []) =>
  Object.entries(reports).map(([trial, own]): TrialHistory => ({
    trial,
    reports: own,
    finished: finished.includes(trial),
  }));
const policy = (values: Partial<TerminationPolicy>): TerminationPolicy => ({
  type: "bandit",
  evaluationInterval: 1,
  delayEvaluation: 0,
  ...values,
});
const stopped = (...args: Parameters<typeof stoppedTrials>) =>
  stoppedTrials(...args).map(({ trial, interval }) => `${trial}@${interval}`);

/** Accuracies of four trials, three reports each. */
const RECORDED = history({
  good: [0.6, 0.7, 0.8],
  near: [0.5, 0.65, 0.7],
  low: [0.4, 0.5, 0.6],
  falls: [0.75, 0.3, 0.2],
});

describe("a bandit policy", () => {
  test("stops what is below best / (1 + factor) at the interval", () => {
    // At 3 the best is 0.8, and 0.8 / 1.2 = 0.667: `falls` keeps its best of 0.75.
    const at3 = policy({ slackFactor: 0.2, delayEvaluation: 3 });
    expect(stopped(at3, "maximize", RECORDED)).toEqual(["low@3"]);
    // At 1 the best is 0.75, and the bound 0.625.
    expect(stopped(policy({ slackFactor: 0.2 }), "maximize", RECORDED)).toEqual([
      "good@1",
      "near@1",
      "low@1",
    ]);
  });

  test("takes an amount, and both goals", () => {
    const amount = policy({ slackAmount: 0.15, delayEvaluation: 2, evaluationInterval: 2 });
    // At 2 the best is 0.75, the bound 0.6.
    expect(stopped(amount, "maximize", RECORDED)).toEqual(["low@2"]);
    const losses = history({ a: [1, 0.5], b: [1, 0.65], c: [1, 0.56] });
    expect(stopped(policy({ slackFactor: 0.2, delayEvaluation: 2 }), "minimize", losses)).toEqual(["b@2"]);
    expect(stopped(policy({ slackAmount: 0.05, delayEvaluation: 2 }), "minimize", losses)).toEqual([
      "b@2",
      "c@2",
    ]);
  });

  test("keeps its slack below zero", () => {
    const scores = history({ a: [-1], b: [-1.1], c: [-2] });
    expect(stopped(policy({ slackFactor: 0.2 }), "maximize", scores)).toEqual(["c@1"]);
  });

  test("leaves alone what has ended, and what has not come as far", () => {
    const some = history({ done: [0.1, 0.1], best: [0.9, 0.9], young: [0.88], worse: [0.8, 0.1] }, ["done"]);
    expect(stopped(policy({ slackAmount: 0.05, delayEvaluation: 2 }), "maximize", some)).toEqual(["worse@2"]);
  });
});

describe("a median stopping policy", () => {
  test("stops what has a best below the median of the running averages", () => {
    // Averages at 3: 0.7, 0.617, 0.5, 0.417: the median is 0.558; bests are 0.8, 0.7, 0.6, 0.75.
    const at3 = policy({ type: "median", delayEvaluation: 3 });
    expect(stopped(at3, "maximize", RECORDED)).toEqual([]);
    // Averages at 1: 0.6, 0.5, 0.4, 0.75, median 0.55.
    expect(stopped(policy({ type: "median" }), "maximize", RECORDED)).toEqual(["near@1", "low@1"]);
    const losses = history({ a: [1, 1], b: [2, 2], c: [3, 3] });
    expect(stopped(policy({ type: "median", delayEvaluation: 2 }), "minimize", losses)).toEqual(["c@2"]);
  });
});

describe("a truncation selection policy", () => {
  test("stops the given share of the worst, rounded down", () => {
    const worst = (truncationPercentage: number) =>
      stopped(policy({ type: "truncation", truncationPercentage, delayEvaluation: 3 }), "maximize", RECORDED);
    expect(worst(24)).toEqual([]);
    expect(worst(25)).toEqual(["low@3"]);
    expect(worst(50)).toEqual(["near@3", "low@3"]);
  });

  test("leaves out finished jobs where it is told to, and stops the later of equals", () => {
    const some = history({ done: [0.1], a: [0.5], b: [0.5], c: [0.9] }, ["done"]);
    const half = policy({ type: "truncation", truncationPercentage: 34 });
    expect(stopped(half, "maximize", some)).toEqual([]);
    expect(stopped({ ...half, excludeFinishedJobs: true }, "maximize", some)).toEqual(["b@1"]);
  });
});

describe("intervals", () => {
  const bad = history({ good: Array<number>(10).fill(1), bad: Array<number>(10).fill(0) });
  const late = policy({ slackAmount: 0.5, evaluationInterval: 3, delayEvaluation: 5 });
  test("are looked at in multiples, and not before the delay", () => {
    expect(stopped(late, "maximize", bad)).toEqual(["bad@6"]);
    const early = history({ good: [1, 1, 1, 1, 1], bad: [0, 0, 0, 0, 0] });
    expect(stopped(late, "maximize", early)).toEqual([]);
  });
  test("that were let pass are not asked about again", () => {
    expect(stopped(late, "maximize", bad, { bad: 9, good: 9 })).toEqual([]);
    expect(stopped(late, "maximize", bad, { bad: 8, good: 8 })).toEqual(["bad@9"]);
  });
});
