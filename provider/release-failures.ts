/** Everything that can be wrong with a release before it begins. Pure. */
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import { hasUnknown, isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { MAX_MIRROR, MONITORED_PERCENTILES, stepProblems, stepsOf } from "./release-plan.ts";
import type { ReleasePlan } from "./release-plan.ts";

const isNumber = (value: Value | undefined, least: number, most = Infinity): value is number =>
  typeof value === "number" && value >= least && value <= most;
const KINDS = ["allAtOnce", "canary", "linear", "steps"];
const MEASURES = ["probes", "azureMonitor"];

interface Known {
  readonly release: PropertyMap;
  readonly gates: PropertyMap;
  readonly plan: PropertyMap;
}
type Rule = readonly [path: string, broken: (known: Known) => boolean, reason: string];

const latencyOf = ({ gates }: Known): PropertyMap | undefined =>
  isObject(gates["latency"]) ? gates["latency"] : undefined;
const isPlan = ({ plan }: Known) =>
  KINDS.some((kind) => kind === plan["kind"]) &&
  (plan["percent"] === undefined || isNumber(plan["percent"], 1)) &&
  (plan["kind"] !== "steps" || Array.isArray(plan["steps"]));

/** A release without a gate would be a release without a rollback, hence the requests that are required. */
const RULES: readonly Rule[] = [
  [
    ".plan",
    (known) => !isPlan(known),
    `must be of kind ${KINDS.slice(0, -1).join(", ")} or steps, with percentages from 1`,
  ],
  [
    ".mirror",
    ({ release: { mirror } }) =>
      mirror !== undefined &&
      !(
        isObject(mirror) &&
        Number.isInteger(mirror["percent"]) &&
        isNumber(mirror["percent"], 1, MAX_MIRROR) &&
        isNumber(mirror["bakeSeconds"], 0)
      ),
    `must be 1 to ${MAX_MIRROR} percent with a bake time: more cannot be mirrored`,
  ],
  [
    ".gates.smoke",
    ({ gates: { smoke } }) => !(Array.isArray(smoke) && smoke.length > 0),
    "needs a request: without one nothing could be judged",
  ],
  [".gates.maxErrorShare", ({ gates }) => !isNumber(gates["maxErrorShare"], 0, 100), "must be a percentage"],
  [
    ".gates.maxErrorShareAboveStable",
    ({ gates: { maxErrorShareAboveStable: above } }) => above !== undefined && !isNumber(above, 0, 100),
    "must be percentage points",
  ],
  [".gates.minimumSamples", ({ gates }) => !isNumber(gates["minimumSamples"], 1), "must be at least 1"],
  [
    ".gates.measure",
    ({ gates: { measure } }) => measure !== undefined && !MEASURES.some((known) => known === measure),
    `must be ${MEASURES.join(" or ")}`,
  ],
  [
    ".gates.latency",
    (known) => {
      const latency = latencyOf(known);
      return latency !== undefined && !["maxMs", "maxTimesStable"].some((key) => isNumber(latency[key], 0));
    },
    "needs maxMs, maxTimesStable or both",
  ],
  [
    ".gates.latency.percentile",
    (known) => {
      const latency = latencyOf(known);
      return latency !== undefined && !isNumber(latency["percentile"], 1, 100);
    },
    "must be a percentage",
  ],
  [
    ".gates.latency.percentile",
    (known) => {
      const percentile = latencyOf(known)?.["percentile"];
      return (
        known.gates["measure"] === "azureMonitor" &&
        isNumber(percentile, 1, 100) &&
        !MONITORED_PERCENTILES.includes(percentile)
      );
    },
    `is ${MONITORED_PERCENTILES.join(", ")} in Azure Monitor`,
  ],
  [".deadlineSeconds", ({ release }) => !isNumber(release["deadlineSeconds"], 1), "must be at least 1"],
];

/** Everything that is wrong with `release`. */
export function releaseFailures(release: Value | undefined): CheckFailure[] {
  if (release === undefined || release === null || hasUnknown(release)) return [];
  const fail = (path: string, reason: string) => ({ property: `release${path}`, reason });
  if (!isObject(release)) return [fail("", "must be a plan with gates")];
  const { plan, gates } = release;
  const known = { release, plan: isObject(plan) ? plan : {}, gates: isObject(gates) ? gates : {} };
  return [
    ...RULES.filter(([, broken]) => broken(known)).map(([path, , reason]) => fail(path, reason)),
    ...(isPlan(known)
      ? stepProblems(stepsOf(plan as unknown as ReleasePlan)).map((reason) => fail(".plan", reason))
      : []),
  ];
}
