/**
 * Traffic maps of an online endpoint: percent by deployment name. Pure.
 * Azure compares names without case and drops zero entries (its own tools send none), so do all functions here.
 */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

export type Weights = Readonly<Record<string, number>>;
export interface Traffic {
  readonly traffic: Weights;
  readonly mirrorTraffic: Weights;
}

const isWeight = (value: Value | undefined): value is number => typeof value === "number" && value !== 0;

/** The positive entries of a map as it came from a program or from Azure; anything else is an empty map. */
export const weightsOf = (value: Value | undefined): Weights =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter((entry): entry is [string, number] =>
      isWeight(entry[1]),
    ),
  );

export const trafficOf = (properties: Value | undefined): Traffic => {
  const { traffic, mirrorTraffic } = isObject(properties) ? properties : {};
  return { traffic: weightsOf(traffic), mirrorTraffic: weightsOf(mirrorTraffic) };
};

const folded = (weights: Weights): [string, number][] =>
  Object.entries(weights)
    .filter(([, weight]) => weight !== 0)
    .map(([name, weight]): [string, number] => [name.toLowerCase(), weight])
    .sort(([a], [b]) => (a < b ? -1 : 1));

export const sameWeights = (a: Weights, b: Weights): boolean =>
  JSON.stringify(folded(a)) === JSON.stringify(folded(b));

export const sameTraffic = (a: Traffic, b: Traffic): boolean =>
  sameWeights(a.traffic, b.traffic) && sameWeights(a.mirrorTraffic, b.mirrorTraffic);

/** `weights` with the names spelled as `like` spells them; names that it lacks stay. */
export function spelledLike(like: Weights, weights: Weights): Weights {
  const spelling = new Map(Object.keys(like).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [spelling.get(name.toLowerCase()) ?? name, weight]),
  );
}

const isName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
/** Percent of a deployment; 0 where the map does not name it. */
export const weightOf = (map: Weights, name: string): number =>
  Object.entries(map).find(([key]) => isName(key, name))?.[1] ?? 0;
/** The entries that get requests, but for this one. */
export const without = (map: Weights, name: string): Weights =>
  Object.fromEntries(Object.entries(map).filter(([key, weight]) => weight > 0 && !isName(key, name)));

/** `map` scaled to a sum of `total`, in whole numbers, the largest remainders rounded up; none where nothing is left. */
export function scaled(map: Weights, total: number): Weights {
  const entries = Object.entries(map);
  const sum = entries.reduce((all, [, weight]) => all + weight, 0);
  const exact = entries.map(([name, weight]) => ({ name, share: (weight * total) / sum }));
  const short = total - exact.reduce((all, { share }) => all + Math.floor(share), 0);
  const first = new Set(
    [...exact]
      .sort((a, b) => (b.share % 1) - (a.share % 1))
      .slice(0, short)
      .map(({ name }) => name),
  );
  return Object.fromEntries(
    exact
      .map(({ name, share }) => [name, Math.floor(share) + (first.has(name) ? 1 : 0)] as const)
      .filter(([, weight]) => weight > 0),
  );
}

/** Both maps when a deployment goes: the others share what it had. Nothing where no other has live traffic. */
export function withoutDeployment({ traffic, mirrorTraffic }: Traffic, name: string): Traffic | undefined {
  const rest = without(traffic, name);
  const mirrored = without(mirrorTraffic, name);
  if (Object.keys(rest).length > 0) return { traffic: scaled(rest, 100), mirrorTraffic: mirrored };
  return weightOf(traffic, name) > 0 ? undefined : { traffic, mirrorTraffic: mirrored };
}

/** The deployments that get requests, live or mirrored: they must exist and be ready before the map is written. */
export const receivers = ({ traffic, mirrorTraffic }: Traffic): string[] => [
  ...new Map(
    [traffic, mirrorTraffic].flatMap((map) =>
      Object.keys(weightsOf(map)).map((name) => [name.toLowerCase(), name]),
    ),
  ).values(),
];

/**
 * The endpoint's properties with this traffic, or `undefined` if they have it already and nothing is to be written.
 * All else stays as it was read.
 */
export function withTraffic(
  properties: Value | undefined,
  wanted: Traffic,
): Record<string, Value> | undefined {
  if (sameTraffic(trafficOf(properties), wanted)) return undefined;
  return {
    ...(isObject(properties) ? properties : {}),
    traffic: { ...weightsOf({ ...wanted.traffic }) },
    mirrorTraffic: { ...weightsOf({ ...wanted.mirrorTraffic }) },
  };
}

const percent = (value: Value) => `${typeof value === "object" ? JSON.stringify(value) : value}`;

/** Every rule of one map that the known values break; `[]` while the map itself is unknown. */
function mapProblems(value: Value | undefined): string[] {
  if (value === undefined || value === null || value === UNKNOWN) return [];
  if (!isObject(value)) return ["must be a map of percent by deployment name"];
  const entries = Object.entries(value).filter(([, weight]) => weight !== UNKNOWN);
  const names = Object.keys(value);
  const twins = names.filter(
    (name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== i,
  );
  return [
    ...entries
      .filter(
        ([, weight]) => !(Number.isInteger(weight) && (weight as number) >= 0 && (weight as number) <= 100),
      )
      .map(([name, weight]) => `${name} is ${percent(weight)}; a share is a whole number from 0 to 100`),
    ...twins.map((name) => `${name} is there twice: Azure does not tell names apart by case`),
  ];
}

const isKnownMap = (value: Value | undefined): value is Record<string, Value> =>
  isObject(value) && Object.values(value).every((weight) => typeof weight === "number");

/** Rules of https://learn.microsoft.com/azure/machine-learning: sums, and how mirroring may be combined. */
export function trafficFailures(traffic: Value | undefined, mirror: Value | undefined): CheckFailure[] {
  const failures = [
    ...mapProblems(traffic).map((reason) => ({ property: "traffic", reason })),
    ...mapProblems(mirror).map((reason) => ({ property: "mirrorTraffic", reason })),
  ];
  const live = weightsOf(traffic);
  const copied = weightsOf(mirror);
  const total = Object.values(live).reduce((a, b) => a + b, 0);
  const fail = (property: string, broken: boolean, reason: string) => {
    if (broken) failures.push({ property, reason });
  };
  fail(
    "traffic",
    isKnownMap(traffic) && total !== 0 && total !== 100,
    `the shares sum to ${total}; they must sum to 100, or to 0 for no traffic`,
  );
  const names = Object.keys(copied);
  fail("mirrorTraffic", names.length > 1, `names ${names.join(", ")}; one deployment can mirror`);
  for (const name of names) {
    const lower = name.toLowerCase();
    fail(
      "mirrorTraffic",
      copied[name]! > 50,
      `${name} is ${copied[name]!}; at most 50 percent can be mirrored`,
    );
    fail(
      "mirrorTraffic",
      Object.keys(live).some((other) => other.toLowerCase() === lower),
      `${name} has live traffic; a deployment gets live or mirrored requests`,
    );
  }
  return failures;
}
