import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { giveUp, mapAt, next, stableOf, stepProblems, stepsOf } from "../../provider/release-plan.ts";
import type { Action, Moment, Step } from "../../provider/release-plan.ts";
import { receivers, weightOf, withoutDeployment } from "../../provider/traffic-plan.ts";
import type { Traffic, Weights } from "../../provider/traffic-plan.ts";

const steps: readonly Step[] = [
  { percent: 10, bakeSeconds: 60 },
  { percent: 50, bakeSeconds: 120 },
  { percent: 100, bakeSeconds: 30 },
];
const on = (traffic: Weights, mirrorTraffic: Weights = {}): Traffic => ({ traffic, mirrorTraffic });
const moment = (change: Partial<Moment>): Moment => ({
  steps,
  candidate: "new",
  stable: { old: 100 },
  live: on({ old: 100 }),
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
  const write = (traffic: Weights, mirror?: Weights): Action => ({ kind: "write", to: on(traffic, mirror) });
  const mirror: Step = { percent: 30, bakeSeconds: 40 };
  const mirrored = on({ old: 100 }, { new: 30 });
  test.each<[string, Partial<Moment>, Action]>([
    ["before the first request, gates alone count", {}, write({ old: 90, new: 10 })],
    ["not proven yet", { gate: "hold" }, { kind: "wait", seconds: 1 }],
    ["fails before the first request", { gate: "fail" }, { kind: "giveUp", why: "gate" }],
    ["bakes", { live: on({ old: 90, new: 10 }), bakedSeconds: 20 }, { kind: "wait", seconds: 40 }],
    ["baked and passed", { live: on({ old: 90, new: 10 }), bakedSeconds: 60 }, write({ old: 50, new: 50 })],
    [
      "baked, too few samples",
      { live: on({ old: 90, new: 10 }), bakedSeconds: 60, gate: "hold" },
      { kind: "wait", seconds: 1 },
    ],
    [
      "fails while it bakes",
      { live: on({ old: 50, new: 50 }), bakedSeconds: 1, gate: "fail" },
      { kind: "giveUp", why: "gate", to: on({ old: 100 }) },
    ],
    ["last step", { live: on({ NEW: 50, old: 50 }), bakedSeconds: 120 }, write({ new: 100 })],
    ["at 100 it bakes too", { live: on({ new: 100 }), bakedSeconds: 29 }, { kind: "wait", seconds: 1 }],
    [
      "fails at 100",
      { live: on({ new: 100 }), bakedSeconds: 29, gate: "fail" },
      { kind: "giveUp", why: "gate", to: on({ old: 100 }) },
    ],
    ["done", { live: on({ new: 100 }), bakedSeconds: 30 }, { kind: "done" }],
    [
      "done, however late",
      { live: on({ new: 100 }), bakedSeconds: 30, elapsedSeconds: 2000 },
      { kind: "done" },
    ],
    [
      "too late",
      { live: on({ old: 90, new: 10 }), bakedSeconds: 60, elapsedSeconds: 1001 },
      { kind: "giveUp", why: "deadline", to: on({ old: 100 }) },
    ],
    [
      "resumed between two steps: bakes there",
      { live: on({ old: 70, new: 30 }) },
      { kind: "wait", seconds: 60 },
    ],
    [
      "resumed between two steps: goes on",
      { live: on({ old: 70, new: 30 }), bakedSeconds: 60 },
      write({ old: 50, new: 50 }),
    ],
    ["nothing to go back to: at once", { live: on({}), stable: undefined }, write({ new: 100 })],
    ["mirrors first", { mirror }, write({ old: 100 }, { new: 30 })],
    [
      "mirrors in place of what was left",
      { mirror, live: on({ x: 50, old: 50 }) },
      write({ old: 100 }, { new: 30 }),
    ],
    ["bakes while mirrored", { mirror, live: mirrored, bakedSeconds: 39 }, { kind: "wait", seconds: 1 }],
    [
      "holds while mirrored",
      { mirror, live: mirrored, bakedSeconds: 40, gate: "hold" },
      { kind: "wait", seconds: 1 },
    ],
    [
      "from the mirror to the first step",
      { mirror, live: mirrored, bakedSeconds: 40 },
      write({ old: 90, new: 10 }),
    ],
    [
      "fails while mirrored: the mirror goes",
      { mirror, live: mirrored, gate: "fail" },
      { kind: "giveUp", why: "gate", to: on({ old: 100 }) },
    ],
    [
      "has traffic: is not mirrored any more",
      { mirror, live: on({ old: 90, new: 10 }), bakedSeconds: 60 },
      write({ old: 50, new: 50 }),
    ],
    ["nothing to mirror from", { mirror, live: on({}), stable: undefined }, write({ new: 100 })],
    [
      "nothing to go back to: stays",
      { live: on({ new: 100 }), stable: undefined, gate: "fail" },
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
const mirrors = fc.option(
  fc.record({ percent: fc.integer({ min: 1, max: 50 }), bakeSeconds: fc.integer({ min: 0, max: 50 }) }),
  { nil: undefined },
);
/** What Azure takes: a sum of 0 or 100, one mirror of at most 50 percent that has no live traffic. */
function expectTaken({ traffic, mirrorTraffic }: Traffic): void {
  expect([0, 100]).toContain(sum(traffic));
  expect(Object.keys(mirrorTraffic).length).toBeLessThanOrEqual(1);
  for (const [name, percent] of Object.entries(mirrorTraffic))
    expect([percent <= 50, weightOf(traffic, name)]).toEqual([true, 0]);
}

describe("the laws of a release, from any live map, with any plan, whatever the gates say, killed anywhere", () => {
  test("sums, monotony, bakes, at most steps + 2 writes, one write to give up, nothing left with a weight", () => {
    fc.assert(
      fc.property(
        fc.record({
          start: maps,
          proven: maps,
          steps: plans,
          mirror: mirrors,
          // A killed run forgets what was baked, and nothing else.
          gates: fc.array(fc.constantFrom<Gate | "kill">("pass", "pass", "pass", "hold", "fail", "kill"), {
            maxLength: 60,
          }),
          deadlineSeconds: fc.nat(600),
        }),
        ({ start, proven, steps: plan, mirror, gates, deadlineSeconds }) => {
          let stable = stableOf(start, "new", proven);
          if (stable) expect([sum(stable), weightOf(stable, "new")]).toEqual([100, 0]);
          let live = on(start);
          let [bakedSeconds, elapsedSeconds, writes] = [0, 0, 0];
          for (const event of [...gates, ...Array.from({ length: 900 }, (): Gate => "pass")]) {
            // From every state giving up is one write, after which the candidate has nothing and all else has 100.
            const back = giveUp(live, "new", stable).to;
            if (back) expect(back).toEqual(on(stable!));
            if (!back && stable) expect(receivers(live)).not.toContain("new");
            if (event === "kill") {
              bakedSeconds = 0;
              elapsedSeconds = 0;
              stable = stableOf(live.traffic, "new", proven);
              continue;
            }
            const action = next({
              ...{ mirror, steps: plan, candidate: "new", stable, live, gate: event },
              ...{ bakedSeconds, elapsedSeconds, deadlineSeconds },
            });
            if (action.kind === "done") {
              // Whatever is deleted from here on has no weight.
              expect(live).toEqual(on({ new: 100 }));
              expect(bakedSeconds).toBeGreaterThanOrEqual(plan.at(-1)!.bakeSeconds);
              return;
            }
            if (action.kind === "giveUp") {
              expect(action.to).toEqual(back);
              expect(writes + (action.to ? 1 : 0)).toBeLessThanOrEqual(plan.length + 2);
              return;
            }
            if (action.kind === "wait") {
              expect(action.seconds).toBeGreaterThan(0);
              bakedSeconds += action.seconds;
              elapsedSeconds += action.seconds;
              continue;
            }
            const before = weightOf(live.traffic, "new");
            const isMirrored = weightOf(live.mirrorTraffic, "new") > 0;
            const reached = isMirrored ? mirror : plan.findLast(({ percent }) => percent <= before);
            expect(event).toBe("pass");
            expectTaken(action.to);
            expect(sum(action.to.traffic)).toBe(100);
            if (weightOf(action.to.mirrorTraffic, "new") > 0)
              expect([before, isMirrored]).toEqual([0, false]);
            else expect(weightOf(action.to.traffic, "new")).toBeGreaterThan(before);
            if ((before > 0 || isMirrored) && reached)
              expect(bakedSeconds).toBeGreaterThanOrEqual(reached.bakeSeconds);
            expect(++writes).toBeLessThanOrEqual(plan.length + 1);
            [live, bakedSeconds] = [action.to, 0];
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

  test("a deployment that goes has no weight before it goes, and the others share it; the only one stays", () => {
    fc.assert(
      fc.property(maps, fc.constantFrom("old", "a", "new", "OLD"), (live, gone) => {
        const after = withoutDeployment(on(live), gone);
        const others = Object.keys(live).filter((name) => name !== gone.toLowerCase());
        expect(after === undefined).toBe(weightOf(live, gone) > 0 && others.length === 0);
        if (!after) return;
        expectTaken(after);
        expect(sum(after.traffic)).toBe(sum(live));
        expect(receivers(after)).not.toContain(gone.toLowerCase());
        for (const name of others) expect(weightOf(after.traffic, name)).toBeGreaterThanOrEqual(live[name]!);
      }),
    );
  });
});
