import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cycleOf, planMoves } from "@azure-ml-as-code/local/jobs/graph.ts";
import type { GraphStep, StepState } from "@azure-ml-as-code/local/jobs/graph.ts";

const step = (name: string, ...after: string[]): GraphStep => ({ name, after });
const DIAMOND = [step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")];
const on = { continueOnStepFailure: true, canceled: false };
const stop = { ...on, continueOnStepFailure: false };

describe("cycleOf", () => {
  test("names the ring, and only the ring", () => {
    expect(cycleOf(DIAMOND)).toBeUndefined();
    expect(cycleOf([step("x", "a"), step("a", "c"), step("b", "a"), step("c", "b")])).toEqual([
      "a",
      "c",
      "b",
      "a",
    ]);
    expect(cycleOf([step("a", "a")])).toEqual(["a", "a"]);
  });
});

describe("planMoves", () => {
  test("starts what waits for nothing, branches at once, and the last when all are there", () => {
    expect(planMoves(DIAMOND, {}, on).start).toEqual(["a"]);
    expect(planMoves(DIAMOND, { a: "Running" }, on)).toEqual({ start: [], cancel: [], skip: [] });
    expect(planMoves(DIAMOND, { a: "Completed" }, on).start).toEqual(["b", "c"]);
    expect(planMoves(DIAMOND, { a: "Completed", b: "Completed", c: "Running" }, on).start).toEqual([]);
    expect(planMoves(DIAMOND, { a: "Completed", b: "Completed", c: "Completed" }, on).start).toEqual(["d"]);
  });

  test("a failed step takes with it what needs it; the rest goes on, or ends with it", () => {
    const states = { a: "Completed", b: "Failed", c: "Running" } as const;
    expect(planMoves(DIAMOND, states, on)).toEqual({ start: [], cancel: [], skip: ["d"] });
    expect(planMoves(DIAMOND, states, stop)).toEqual({ start: [], cancel: ["c"], skip: ["d"] });
    const wide = [...DIAMOND, step("e", "a")];
    expect(planMoves(wide, { a: "Completed", b: "Failed", c: "Completed" }, on).start).toEqual(["e"]);
    expect(planMoves(wide, { a: "Completed", b: "Failed", c: "Completed" }, stop)).toMatchObject({
      start: [],
      skip: ["d", "e"],
      end: "Failed",
    });
  });

  test("canceled: nothing starts, what runs is ended, and the end says so", () => {
    const canceled = { ...on, canceled: true };
    expect(planMoves(DIAMOND, { a: "Running" }, canceled)).toEqual({
      start: [],
      cancel: ["a"],
      skip: ["b", "c", "d"],
    });
    expect(planMoves(DIAMOND, { a: "Completed" }, canceled).end).toBe("Canceled");
  });

  /** Any graph without rings: a step waits for steps before it. */
  const graphs = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    .map((waits) =>
      waits.map((after, at) =>
        step(`s${at}`, ...new Set(at === 0 ? [] : after.map((each) => `s${each % at}`))),
      ),
    );

  test("whatever fails and in whatever order: every step ends once, none before what it needs, and the end is right", () => {
    fc.assert(
      fc.property(
        graphs,
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        (steps, fails, picks, continueOnStepFailure) => {
          const states: Record<string, StepState> = {};
          const started: string[] = [];
          for (let turn = 0; ; turn++) {
            const moves = planMoves(steps, states, { continueOnStepFailure, canceled: false });
            for (const name of moves.skip) states[name] = "Skipped";
            if (moves.end) {
              const all = steps.map(({ name }) => states[name]);
              expect(all.every((state) => state && !["Waiting", "Running"].includes(state))).toBe(true);
              expect(moves.end).toBe(all.includes("Failed") ? "Failed" : "Completed");
              if (!all.includes("Failed")) expect(all.every((state) => state === "Completed")).toBe(true);
              expect(new Set(started).size).toBe(started.length);
              return;
            }
            for (const name of moves.start) {
              const { after } = steps.find((each) => each.name === name)!;
              expect(after.every((other) => states[other] === "Completed")).toBe(true);
              states[name] = "Running";
              started.push(name);
            }
            for (const name of moves.cancel) states[name] = "Canceled";
            const running = steps.filter(({ name }) => states[name] === "Running");
            const ends = running[picks[turn]! % Math.max(1, running.length)];
            if (ends) states[ends.name] = fails[steps.indexOf(ends)] ? "Failed" : "Completed";
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
