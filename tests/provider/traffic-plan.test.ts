import { describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import fc from "fast-check";
import {
  receivers,
  sameWeights,
  spelledLike,
  trafficFailures,
  trafficOf,
  weightsOf,
  withTraffic,
} from "../../provider/traffic-plan.ts";
import type { Weights } from "../../provider/traffic-plan.ts";

const reasons = (traffic: Value | undefined, mirror?: Value) =>
  trafficFailures(traffic, mirror).map(({ property, reason }) => `${property}: ${reason}`);

describe("trafficFailures", () => {
  test.each<[string, Value, Value | undefined, string[]]>([
    ["all to one", { blue: 100 }, undefined, []],
    ["none", {}, undefined, []],
    ["zeros", { blue: 0, green: 0 }, undefined, []],
    ["shares", { blue: 33, green: 67 }, {}, []],
    ["mirroring", { blue: 100 }, { green: 50 }, []],
    [
      "too little",
      { blue: 60, green: 30 },
      undefined,
      ["traffic: the shares sum to 90; they must sum to 100, or to 0 for no traffic"],
    ],
    [
      "a fraction",
      { blue: 99.5, green: 0.5 },
      undefined,
      [
        "traffic: blue is 99.5; a share is a whole number from 0 to 100",
        "traffic: green is 0.5; a share is a whole number from 0 to 100",
      ],
    ],
    [
      "a negative share",
      { blue: 110, green: -10 },
      undefined,
      [
        "traffic: blue is 110; a share is a whole number from 0 to 100",
        "traffic: green is -10; a share is a whole number from 0 to 100",
      ],
    ],
    ["text", { blue: "100" }, undefined, ["traffic: blue is 100; a share is a whole number from 0 to 100"]],
    ["no map", 100, undefined, ["traffic: must be a map of percent by deployment name"]],
    [
      "one name in two cases",
      { blue: 50, Blue: 50 },
      undefined,
      ["traffic: Blue is there twice: Azure does not tell names apart by case"],
    ],
    ["two mirrors", { a: 100 }, { b: 10, c: 10 }, ["mirrorTraffic: names b, c; one deployment can mirror"]],
    [
      "too much mirroring",
      { a: 100 },
      { b: 51 },
      ["mirrorTraffic: b is 51; at most 50 percent can be mirrored"],
    ],
    [
      "live and mirrored",
      { a: 100 },
      { A: 10 },
      ["mirrorTraffic: A has live traffic; a deployment gets live or mirrored requests"],
    ],
    ["unknown map", UNKNOWN, UNKNOWN, []],
    ["unknown share", { blue: UNKNOWN, green: 10 }, undefined, []],
    [
      "a known share that is wrong beside an unknown one",
      { blue: UNKNOWN, green: 101 },
      undefined,
      ["traffic: green is 101; a share is a whole number from 0 to 100"],
    ],
  ])("%s", (_what, traffic, mirror, expected) => expect(reasons(traffic, mirror)).toEqual(expected));
});

test("receivers are the names with a share, once each", () => {
  const traffic = trafficOf({ traffic: { blue: 100, green: 0 }, mirrorTraffic: { red: 5, BLUE: 1 } });
  expect(receivers(traffic)).toEqual(["BLUE", "red"]);
});

test("withTraffic keeps every other property as it was read", () => {
  const live = { authMode: "Key", properties: { a: "b" }, traffic: { blue: 100 }, mirrorTraffic: {} };
  expect(withTraffic(live, { traffic: { green: 100, blue: 0 }, mirrorTraffic: {} })).toEqual({
    ...live,
    traffic: { green: 100 },
  });
});

describe("for any maps", () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/);
  /** Shares that sum to 100, over any number of deployments. */
  const whole = fc
    .uniqueArray(fc.tuple(name, fc.integer({ min: 0, max: 100 })), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 6,
    })
    .map((entries): Weights => {
      let left = 100;
      const shares = entries.map(([key, share], i): [string, number] => {
        const taken = i === entries.length - 1 ? left : Math.min(share, left);
        left -= taken;
        return [key, taken];
      });
      return Object.fromEntries(shares);
    });
  const shouted = (weights: Weights): Weights =>
    Object.fromEntries(
      Object.entries(weights)
        .reverse()
        .map(([key, weight]) => [key.toUpperCase(), weight]),
    );

  test("a map that sums to 100 is valid, and off by one it is not", () =>
    fc.assert(
      fc.property(whole, (weights) => {
        expect(trafficFailures({ ...weights }, undefined)).toEqual([]);
        expect(trafficFailures({ ...weights, "one-more-name": 1 }, undefined)).toHaveLength(1);
      }),
    ));

  test("order, case and zeros make no difference", () =>
    fc.assert(
      fc.property(whole, (weights) => {
        expect(sameWeights(weights, shouted(weights))).toBe(true);
        expect(sameWeights(weights, weightsOf({ ...weights, "a-zero-entry": 0 }))).toBe(true);
      }),
    ));

  test("what is written is exactly what is wanted, sums to 100, has no zeros, and written once is not written again", () =>
    fc.assert(
      fc.property(whole, whole, (from, to) => {
        const live = { authMode: "Key", traffic: { ...from }, mirrorTraffic: {} };
        const wanted = { traffic: to, mirrorTraffic: {} };
        const written = withTraffic(live, wanted);
        expect(written === undefined).toBe(sameWeights(from, to));
        const after = weightsOf((written ?? live).traffic);
        expect(sameWeights(after, to)).toBe(true);
        expect(Object.values(after).reduce((sum, share) => sum + share, 0)).toBe(100);
        expect(Object.values(after)).not.toContain(0);
        expect(withTraffic(written ?? live, wanted)).toBeUndefined();
      }),
    ));

  test("spelling as another map does changes names only", () =>
    fc.assert(
      fc.property(whole, (weights) => {
        expect(spelledLike(weights, shouted(weights))).toEqual(weights);
      }),
    ));
});
