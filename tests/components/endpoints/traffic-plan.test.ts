import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { trafficProblems } from "../../../components/endpoints/traffic-plan.ts";

const valid = {
  traffic: { blue: 90, green: 10 },
  mirrorTraffic: {},
  deployments: ["blue", "green", "shadow"],
};

describe("trafficProblems", () => {
  test.each([
    ["a split", {}],
    ["none", { traffic: {} }],
    ["all zero", { traffic: { blue: 0 } }],
    ["a mirror", { mirrorTraffic: { shadow: 50 } }],
    ["names in other letters", { traffic: { Blue: 100 } }],
    ["zero for what is not there", { traffic: { blue: 100, gone: 0 } }],
  ])("takes %s", (_, change) => {
    expect(trafficProblems({ ...valid, ...change })).toEqual([]);
  });

  test.each([
    ["a sum of 90", { traffic: { blue: 90 } }, "sums to 90"],
    ["a stranger", { traffic: { red: 100 } }, "goes to red"],
    ["a mirror that is not there", { mirrorTraffic: { red: 10 } }, "goes to red"],
    ["half a percent", { traffic: { blue: 99.5, green: 0.5 } }, "whole numbers"],
    ["less than nothing", { traffic: { blue: 110, green: -10 } }, "whole numbers"],
    [
      "two mirrors",
      { mirrorTraffic: { shadow: 10, green: 10 }, traffic: { blue: 100 } },
      "one deployment can mirror",
    ],
    ["a mirror of 60", { mirrorTraffic: { shadow: 60 } }, "at most 50"],
    ["a live mirror", { mirrorTraffic: { green: 10 } }, "cannot both mirror and be live"],
    ["21 deployments", { deployments: [...valid.deployments, ...Array<string>(18).fill("x")] }, "at most 20"],
  ])("fails %s", (_, change, message) => {
    const problems = trafficProblems({ ...valid, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test("fails all at once", () => {
    expect(trafficProblems({ ...valid, traffic: { red: 30 }, mirrorTraffic: { shadow: 70 } })).toHaveLength(
      3,
    );
  });

  test("takes every split of 100 over the deployments, and no other sum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (blue, green) => {
        const problems = trafficProblems({ ...valid, traffic: { blue, green } });
        expect(problems.length === 0).toBe([0, 100].includes(blue + green));
      }),
    );
  });
});
