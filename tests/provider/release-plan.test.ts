import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mapAt, next, stableOf, stepProblems, stepsOf } from "../../provider/release-plan.ts";
import type { Action, Moment, Step } from "../../provider/release-plan.ts";
import { weightOf } from "../../provider/traffic-plan.ts";
import type { Weights } from "../../provider/traffic-plan.ts";

const steps: readonly Step[] = [
  { percent: 10, bakeSeconds: 60 },
  { percent: 50, bakeSeconds: 120 },
  { percent: 100, bakeSeconds: 30 },
];
const moment = (change: Partial<Moment>): Moment => ({
  steps,
  candidate: "new",
  stable: { old: 100 },
  live: { old: 100 },
  bakedSeconds: 0,
  gate: "pass",
  elapsedSeconds: 0,
  deadlineSeconds: 1000,
  ...change,
});
const sum = (map: Weights) => Object.values(map).reduce((all, weight) => all + weight, 0);

describe("stepsOf", () => {
  test.each([
    ["all at once", { kind: "allAtOnce", bakeSeconds: 5 }, [100]],
    ["canary", { kind: "canary", percent: 10, bakeSeconds: 5 }, [10, 100]],
    ["linear", { kind: "linear", percent: 30, bakeSeconds: 5 }, [30, 60, 90, 100]],
    ["linear that divides", { kind: "linear", percent: 25, bakeSeconds: 5 }, [25, 50, 75, 100]],
    ["listed", { kind: "steps", steps }, [10, 50, 100]],
  ] as const)("%s", (_what, plan, percents) => {
    expect(stepsOf(plan).map(({ percent }) => percent)).toEqual(percents);
    expect(stepProblems(stepsOf(plan))).toEqual([]);
  });

  test("lists all that is wrong with steps", () => {
    const wrong = [50, 20, 33.5].map((percent) => ({ percent, bakeSeconds: -1 }));
    expect(stepProblems(wrong)).toHaveLength(4);
    expect(stepProblems([])).toEqual(["the last step is 100: none"]);
  });
});

describe("next", () => {
  const write = (traffic: Weights): Action => ({ kind: "write", traffic, percent: traffic["new"]! });
  test.each<[string, Partial<Moment>, Action]>([
    ["before the first request, gates alone count", {}, write({ old: 90, new: 10 })],
    ["not proven yet", { gate: "hold" }, { kind: "wait", seconds: 1 }],
    ["fails before the first request", { gate: "fail" }, { kind: "giveUp", why: "gate" }],
    ["bakes", { live: { old: 90, new: 10 }, bakedSeconds: 20 }, { kind: "wait", seconds: 40 }],
    ["baked and passed", { live: { old: 90, new: 10 }, bakedSeconds: 60 }, write({ old: 50, new: 50 })],
    [
      "baked, too few samples",
      { live: { old: 90, new: 10 }, bakedSeconds: 60, gate: "hold" },
      { kind: "wait", seconds: 1 },
    ],
    [
      "fails while it bakes",
      { live: { old: 50, new: 50 }, bakedSeconds: 1, gate: "fail" },
      { kind: "giveUp", why: "gate", traffic: { old: 100 } },
    ],
    ["last step", { live: { NEW: 50, old: 50 }, bakedSeconds: 120 }, write({ new: 100 })],
    ["at 100 it bakes too", { live: { new: 100 }, bakedSeconds: 29 }, { kind: "wait", seconds: 1 }],
    [
      "fails at 100",
      { live: { new: 100 }, bakedSeconds: 29, gate: "fail" },
      { kind: "giveUp", why: "gate", traffic: { old: 100 } },
    ],
    ["done", { live: { new: 100 }, bakedSeconds: 30 }, { kind: "done" }],
    ["done, however late", { live: { new: 100 }, bakedSeconds: 30, elapsedSeconds: 2000 }, { kind: "done" }],
    [
      "too late",
      { live: { old: 90, new: 10 }, bakedSeconds: 60, elapsedSeconds: 1001 },
      { kind: "giveUp", why: "deadline", traffic: { old: 100 } },
    ],
    ["resumed between two steps: bakes there", { live: { old: 70, new: 30 } }, { kind: "wait", seconds: 60 }],
    [
      "resumed between two steps: goes on",
      { live: { old: 70, new: 30 }, bakedSeconds: 60 },
      write({ old: 50, new: 50 }),
    ],
    ["nothing to go back to: at once", { live: {}, stable: undefined }, write({ new: 100 })],
    [
      "nothing to go back to: stays",
      { live: { new: 100 }, stable: undefined, gate: "fail" },
      { kind: "giveUp", why: "gate" },
    ],
  ])("%s", (_what, change, action) => {
    expect(next(moment(change))).toEqual(action);
  });
});

describe("stableOf", () => {
  test.each<[string, Weights, Weights, Weights | undefined]>([
    ["what is live", { old: 100 }, {}, { old: 100 }],
    ["what is live beside the candidate, whole", { old: 30, new: 70 }, {}, { old: 100 }],
    ["a mix", { a: 45, b: 45, new: 10 }, {}, { a: 50, b: 50 }],
    ["not the candidate of an interrupted release", { old: 50, failed: 50 }, { old: 100 }, { old: 100 }],
    ["what somebody put in its place by hand", { hotfix: 100 }, { old: 100 }, { hotfix: 100 }],
    ["the last proven, when only the candidate is live", { new: 100 }, { old: 100 }, { old: 100 }],
    ["nothing", { new: 100 }, { new: 100 }, undefined],
    ["nothing at first", {}, {}, undefined],
  ])("%s", (_what, live, proven, stable) => {
    expect(stableOf(live, "new", proven)).toEqual(stable);
  });
});

/** Live maps that Azure takes: any split of 100 over some of five names, or none. */
const maps = fc
  .array(fc.tuple(fc.constantFrom("old", "a", "b", "c", "new"), fc.integer({ min: 1, max: 99 })), {
    maxLength: 5,
  })
  .map((pairs): Weights => {
    const distinct = [...new Map(pairs)];
    const rest = distinct.slice(1).map(([name, part]) => [name, Math.floor(part / 4)] as const);
    const first = distinct[0];
    return first
      ? Object.fromEntries(
          [[first[0], 100 - rest.reduce((all, [, part]) => all + part, 0)] as const, ...rest].filter(
            ([, weight]) => weight > 0,
          ),
        )
      : {};
  });
const plans = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 6 })
  .chain((percents) =>
    fc.tuple(
      ...[...percents.sort((a, b) => a - b), 100].map((percent) =>
        fc.integer({ min: 0, max: 50 }).map((bakeSeconds): Step => ({ percent, bakeSeconds })),
      ),
    ),
  );
type Gate = Moment["gate"];

describe("the laws of a release, from any live map, with any plan, whatever the gates say", () => {
  test("sums, monotony, bakes, one write a step, one write to give up", () => {
    fc.assert(
      fc.property(
        maps,
        maps,
        plans,
        fc.array(fc.constantFrom<Gate>("pass", "pass", "pass", "pass", "hold", "fail"), { maxLength: 60 }),
        fc.nat(600),
        (start, proven, plan, gates, deadlineSeconds) => {
          const stable = stableOf(start, "new", proven);
          if (stable) expect([sum(stable), weightOf(stable, "new")]).toEqual([100, 0]);
          let live = start;
          let [bakedSeconds, elapsedSeconds, writes] = [0, 0, 0];
          for (const gate of [...gates, ...Array.from({ length: 700 }, (): Gate => "pass")]) {
            const action = next({
              ...{ steps: plan, candidate: "new", stable, live, gate },
              ...{ bakedSeconds, elapsedSeconds, deadlineSeconds },
            });
            if (action.kind === "done") {
              expect(live).toEqual({ new: 100 });
              expect(bakedSeconds).toBeGreaterThanOrEqual(plan.at(-1)!.bakeSeconds);
              return;
            }
            if (action.kind === "giveUp") {
              const after = action.traffic ?? live;
              if (stable) expect(action.traffic ?? stable).toEqual(stable);
              if (stable) expect(weightOf(after, "new")).toBe(0);
              return;
            }
            if (action.kind === "wait") {
              expect(action.seconds).toBeGreaterThan(0);
              bakedSeconds += action.seconds;
              elapsedSeconds += action.seconds;
              continue;
            }
            const before = weightOf(live, "new");
            const reached = plan.findLast(({ percent }) => percent <= before);
            expect(gate).toBe("pass");
            expect(sum(action.traffic)).toBe(100);
            expect(weightOf(action.traffic, "new")).toBeGreaterThan(before);
            if (before > 0 && reached) expect(bakedSeconds).toBeGreaterThanOrEqual(reached.bakeSeconds);
            expect(++writes).toBeLessThanOrEqual(plan.length);
            [live, bakedSeconds] = [action.traffic, 0];
          }
          throw new Error("neither done nor given up");
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("a map at any step sums to 100 and keeps the others' proportions, to the nearest whole", () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: 1, max: 100 }), (live, percent) => {
        const stable = stableOf(live, "new", {});
        const map = mapAt(percent, "new", stable);
        expect(sum(map)).toBe(100);
        for (const [name, weight] of Object.entries(stable ?? {}))
          expect(Math.abs(weightOf(map, name) - (weight * (100 - percent)) / 100)).toBeLessThan(1);
      }),
    );
  });
});
