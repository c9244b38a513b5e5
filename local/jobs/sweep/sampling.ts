/** What a sweep tries next, and what is wrong with what it is to try. Pure: Bayesian sampling alone asks elsewhere. */
import type { Sampling, SearchSpace, SweepSpec } from "../../contracts-jobs.ts";
import { type Dimension, readDimension, told, valueAt } from "./space.ts";
import { SOBOL_DIMENSIONS, sobolOf, uniformOf } from "./uniform.ts";

export type Drawn = Readonly<Record<string, string>>;

/** What each algorithm of Azure ML can draw from. */
const DRAWN_BY: Readonly<Record<Sampling["algorithm"], ReadonlySet<string> | undefined>> = {
  random: undefined,
  grid: new Set(["choice"]),
  bayesian: new Set(["choice", "uniform", "quniform"]),
};

const nameOf = (dimension: Dimension) => (dimension.kind === "choice" ? "choice" : dimension.name);

/** The dimensions in the order of their names as they are written. */
export function readSpace(space: SearchSpace): { dimensions: [string, Dimension][]; problems: string[] } {
  const read = Object.entries(space).map(([name, raw]) => [name, readDimension(name, raw)] as const);
  return {
    dimensions: read.flatMap(([name, found]): [string, Dimension][] =>
      "problem" in found ? [] : [[name, found]],
    ),
    problems: read.flatMap(([, found]) => ("problem" in found ? [found.problem] : [])),
  };
}

export function sweepProblems(spec: SweepSpec): string[] {
  const { job, space, sampling, policy } = spec;
  const { dimensions, problems } = readSpace(space);
  const can = DRAWN_BY[sampling.algorithm];
  const sobol = sampling.rule === "sobol" && dimensions.length > SOBOL_DIMENSIONS;
  return [
    ...(Object.keys(space).length === 0 ? [`the search space of '${job}' is empty`] : problems),
    ...dimensions
      .filter(([, dimension]) => can && !can.has(nameOf(dimension)))
      .map(
        ([name, dimension]) =>
          `search_space.${name} is ${nameOf(dimension)}, and ${sampling.algorithm} sampling draws from ${[...can!].join(", ")}`,
      ),
    ...(sobol
      ? [
          `a Sobol sequence has ${SOBOL_DIMENSIONS} dimensions here, and the search space ${dimensions.length}`,
        ]
      : []),
    ...(sampling.algorithm === "bayesian" && policy
      ? ["bayesian sampling takes no early termination policy"]
      : []),
    ...(spec.maxTrials >= 1 ? [] : ["limits.maxTotalTrials is a whole number above 0"]),
    ...(spec.metric === "" ? ["objective.primaryMetric is missing"] : []),
    ...(policy?.type === "bandit" && !policy.slackFactor && !policy.slackAmount
      ? ["a bandit policy needs slackFactor or slackAmount above 0"]
      : []),
    ...(policy?.type === "truncation" &&
    !((policy.truncationPercentage ?? 0) >= 1 && (policy.truncationPercentage ?? 0) <= 99)
      ? ["truncationPercentage is a whole number from 1 to 99"]
      : []),
  ];
}

/** Trials that there can be: a grid has an end. */
export function trialCount({
  space,
  sampling,
  maxTrials,
}: Pick<SweepSpec, "space" | "sampling" | "maxTrials">): number {
  if (sampling.algorithm !== "grid") return maxTrials;
  const sizes = readSpace(space).dimensions.map(([, one]) => (one.kind === "choice" ? one.values.length : 1));
  return Math.min(
    maxTrials,
    sizes.reduce((product, size) => product * size, 1),
  );
}

/** The values of a trial of a random or grid sweep. `seed` is the sweep's, or what stands for one that has none. */
export function draw(space: SearchSpace, sampling: Sampling, seed: number | string, trial: number): Drawn {
  const { dimensions } = readSpace(space);
  const base = sampling.logBase ?? Math.E;
  let rest = trial;
  return Object.fromEntries(
    dimensions.map(([name, dimension], place) => {
      if (sampling.algorithm === "grid" && dimension.kind === "choice") {
        const { length } = dimension.values;
        const value = dimension.values[rest % length];
        rest = Math.floor(rest / length);
        return [name, told(value)];
      }
      const u =
        sampling.rule === "sobol" ? sobolOf(seed, trial, place) : uniformOf(seed, "draw", trial, name);
      return [name, valueAt(dimension, u, base)];
    }),
  );
}
