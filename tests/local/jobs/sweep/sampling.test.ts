/** What sweeps draw, against the definitions of the distributions. Seeds are fixed: a test that passes passes always. */
import { describe, expect, test } from "@jest/globals";
import type { Sampling, SearchSpace } from "@azure-ml-as-code/local/contracts-jobs.ts";
import { draw, sweepProblems, trialCount } from "@azure-ml-as-code/local/jobs/sweep/sampling.ts";
import { normalQuantile } from "@azure-ml-as-code/local/jobs/sweep/space.ts";
import { SOBOL_DIMENSIONS, sobolBits } from "@azure-ml-as-code/local/jobs/sweep/uniform.ts";
import { sweep } from "../support.ts";

const COUNT = 2_000;
const random: Sampling = { algorithm: "random", seed: 7 };
const values = (space: unknown, sampling = random) =>
  Array.from({ length: COUNT }, (_, trial) => draw({ x: space }, sampling, sampling.seed ?? 0, trial)["x"]!);
const numbers = (space: unknown, sampling = random) => values(space, sampling).map(Number);

/** Greatest distance between what was drawn and a distribution function (Kolmogorov, Smirnov). */
function distance(drawn: readonly number[], cdf: (x: number) => number): number {
  const sorted = drawn.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((x, i) =>
      Math.max(Math.abs(cdf(x) - i / sorted.length), Math.abs((i + 1) / sorted.length - cdf(x))),
    ),
  );
}
/** Above it one draw in a thousand lies. */
const CRITICAL = 1.95 / Math.sqrt(COUNT);

/** The standard normal distribution function: a series that needs no table. */
function phi(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0; // the series would overflow
  let [sum, term] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) sum += term *= (x * x) / i;
  return Math.min(1, Math.max(0, 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)));
}
const clip = (share: number) => Math.min(1, Math.max(0, share));

const CONTINUOUS: readonly [name: string, space: unknown, cdf: (x: number) => number][] = [
  ["uniform", ["uniform", [-1, 3]], (x) => clip((x + 1) / 4)],
  ["loguniform", ["loguniform", [-6, -1]], (x) => clip((Math.log(x) + 6) / 5)],
  ["normal", ["normal", [10, 3]], (x) => phi((x - 10) / 3)],
  ["lognormal", ["lognormal", [0, 0.5]], (x) => phi(Math.log(x) / 0.5)],
];
/** Distribution function before rounding, and the step. */
const STEPS: readonly [name: string, space: unknown, q: number, cdf: (x: number) => number][] = [
  ["quniform", ["quniform", [0, 20, 5]], 5, (x) => clip(x / 20)],
  ["qloguniform", ["qloguniform", [0, 4, 2]], 2, (x) => (x <= 0 ? 0 : clip(Math.log(x) / 4))],
  ["qnormal", ["qnormal", [10, 3, 2]], 2, (x) => phi((x - 10) / 3)],
  ["qlognormal", ["qlognormal", [1, 0.5, 0.5]], 0.5, (x) => (x <= 0 ? 0 : phi((Math.log(x) - 1) / 0.5))],
];
/** Greatest χ² that one draw in a thousand exceeds, by degrees of freedom (Wilson and Hilferty). */
const chiLimit = (freedom: number) =>
  freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
function chiSquare(
  drawn: readonly string[],
  shares: ReadonlyMap<string, number>,
): { value: number; limit: number } {
  const counts = Map.groupBy(drawn, (value) => value);
  for (const value of counts.keys()) expect(shares.get(value)).toBeGreaterThan(0);
  const cells = [...shares].filter(([, share]) => share * COUNT >= 5);
  const value = cells.reduce((sum, [name, share]) => {
    const seen = counts.get(name)?.length ?? 0;
    return sum + (seen - share * COUNT) ** 2 / (share * COUNT);
  }, 0);
  return { value, limit: chiLimit(Math.max(1, cells.length - 1)) };
}

describe("random sampling", () => {
  test.each(CONTINUOUS)("draws from %s", (_, space, cdf) => {
    expect(distance(numbers(space), cdf)).toBeLessThan(CRITICAL);
    expect(distance(numbers(space, { ...random, rule: "sobol" }), cdf)).toBeLessThan(CRITICAL / 10);
  });

  test.each(STEPS)("draws from %s in whole steps", (_, space, q, cdf) => {
    const drawn = values(space);
    for (const value of drawn.map(Number))
      expect(Math.abs(value / q - Math.round(value / q))).toBeLessThan(1e-9);
    const shares = new Map(
      Array.from({ length: 400 }, (__, i) => Number(((i - 100) * q).toPrecision(15))).flatMap((value) => {
        const share = cdf(value + q / 2) - cdf(value - q / 2);
        return share > 1e-9 ? [[String(value), share] as const] : [];
      }),
    );
    const { value, limit } = chiSquare(drawn, shares);
    expect(value).toBeLessThan(limit);
  });

  test("draws whole numbers below the bound of randint, and choices evenly", () => {
    const even = (names: readonly string[]) => new Map(names.map((name) => [name, 1 / names.length]));
    const whole = chiSquare(values(["randint", [6]]), even(["0", "1", "2", "3", "4", "5"]));
    expect(whole.value).toBeLessThan(whole.limit);
    const chosen = chiSquare(values(["choice", [["a", true, 0.5]]]), even(["a", "True", "0.5"]));
    expect(chosen.value).toBeLessThan(chosen.limit);
  });

  test("takes another base of the logarithm", () => {
    const drawn = numbers(["loguniform", [-3, 0]], { ...random, logBase: 10 });
    expect(distance(drawn, (x) => clip((Math.log10(x) + 3) / 3))).toBeLessThan(CRITICAL);
  });

  test("repeats with its seed and differs with another, whatever order trials come in", () => {
    const space: SearchSpace = { a: ["uniform", [0, 1]], b: ["normal", [0, 1]] };
    for (const rule of ["random", "sobol"] as const) {
      const at = (seed: number, trial: number) => draw(space, { algorithm: "random", rule }, seed, trial);
      const there = [0, 1, 2].map((trial) => at(1, trial));
      expect([2, 1, 0].map((trial) => at(1, trial)).toReversed()).toEqual(there);
      expect(at(2, 0)).not.toEqual(there[0]);
    }
  });
});

describe("a Sobol sequence", () => {
  test("is that of Joe and Kuo", () => {
    // scipy.stats.qmc.Sobol(scramble=False)
    const point = (index: number, dimensions: number) =>
      Array.from({ length: dimensions }, (_, dimension) => sobolBits(index, dimension) / 2 ** 32);
    expect(point(5, 5)).toEqual([0.875, 0.875, 0.125, 0.375, 0.875]);
    expect(point(7, 5)).toEqual([0.125, 0.625, 0.375, 0.125, 0.125]);
    expect(point(63, SOBOL_DIMENSIONS).slice(-5)).toEqual([0.296875, 0.296875, 0.453125, 0.015625, 0.921875]);
    expect(point(21, SOBOL_DIMENSIONS).at(-1)).toBe(0.96875);
  });
});

test("quantiles of the normal distribution are exact", () => {
  // scipy.stats.norm.ppf
  const known: readonly [number, number][] = [
    [1e-10, -6.361340902404056],
    [0.001, -3.090232306167813],
    [0.02425, -1.972961051311885],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.8, 0.8416212335729143],
    [0.999, 3.090232306167813],
  ];
  for (const [p, x] of known) expect(normalQuantile(p)).toBeCloseTo(x, 12);
});

describe("grid sampling", () => {
  const space: SearchSpace = { a: ["choice", [[1, 2]]], b: ["choice", [["x", "y", "z"]]] };
  test("tries every combination once, and then is at its end", () => {
    const spec = sweep({ space, sampling: { algorithm: "grid" }, maxTrials: 100 });
    expect(trialCount(spec)).toBe(6);
    const drawn = Array.from({ length: 6 }, (_, trial) =>
      JSON.stringify(draw(space, spec.sampling, 0, trial)),
    );
    expect(new Set(drawn).size).toBe(6);
    expect(trialCount({ ...spec, maxTrials: 4 })).toBe(4);
  });
});

test("what cannot be drawn is said, all of it", () => {
  expect(sweepProblems(sweep({ space: {} }))).toEqual(["the search space of 'sweep' is empty"]);
  expect(
    sweepProblems(
      sweep({
        space: {
          a: ["uniform", [2, 1]],
          b: ["normal", [0, 0]],
          c: ["gamma", [1]],
          d: ["quniform", [0, 1]],
          e: ["choice", [[]]],
        },
        maxTrials: 0,
        policy: { type: "bandit", evaluationInterval: 1, delayEvaluation: 0 },
      }),
    ),
  ).toEqual([
    "search_space.a goes from 2 down to 1",
    "search_space.b has the sigma 0: it is above 0",
    expect.stringContaining('search_space.c is ["gamma",[1]]: a distribution'),
    expect.stringContaining("quniform takes the numbers min_value, max_value, q"),
    "search_space.e is a choice between nothing",
    "limits.maxTotalTrials is a whole number above 0",
    "a bandit policy needs slackFactor or slackAmount above 0",
  ]);
  const bayesian = sweep({
    space: { rate: ["loguniform", [-3, 0]] },
    sampling: { algorithm: "bayesian" },
    policy: { type: "median", evaluationInterval: 1, delayEvaluation: 0 },
  });
  expect(sweepProblems(bayesian)).toEqual([
    "search_space.rate is loguniform, and bayesian sampling draws from choice, uniform, quniform",
    "bayesian sampling takes no early termination policy",
  ]);
});
