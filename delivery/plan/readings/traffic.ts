/** How the traffic of each online endpoint moves. Pure. */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import { compare } from "../changes.ts";
import type { Change, Resources } from "../changes.ts";
import { at } from "./references.ts";

export interface TrafficMove {
  readonly endpoint: string;
  /** `blue 90, green 10`; `none` without traffic. */
  readonly before: string;
  readonly after: string;
  /** Of a managed release: the candidate's percentages, step by step. */
  readonly steps?: readonly number[];
}

const TYPE = "azureml:index:EndpointTraffic";
const NEW = "a new deployment 100";

function mapOf(state: ResourceState | undefined): string {
  if (!state) return "none";
  const { traffic, mirrorTraffic } = state.inputs;
  const live = words(traffic);
  const copies =
    isObject(mirrorTraffic) && Object.keys(mirrorTraffic).length > 0 ? words(mirrorTraffic) : undefined;
  return copies ? `${live}; copies to ${copies}` : live;
}

function words(map: Value | undefined): string {
  if (map === UNKNOWN) return NEW;
  const entries = isObject(map) ? Object.entries(map).filter(([, weight]) => weight !== 0) : [];
  const named = entries
    .sort(([a], [b]) => compare(a, b))
    .map(([name, weight]) => `${name} ${typeof weight === "number" ? String(weight) : "?"}`);
  return named.join(", ") || "none";
}

const stepsOf = (state: ResourceState | undefined): number[] | undefined => {
  const steps = at(state?.inputs, "release.steps");
  if (!Array.isArray(steps)) return undefined;
  return steps.flatMap((step) => {
    const percent = isObject(step) ? step["percent"] : step;
    return typeof percent === "number" ? [percent] : [];
  });
};

export function trafficMoves(before: Resources, after: Resources, changes: readonly Change[]): TrafficMove[] {
  return changes
    .filter(({ type }) => type === TYPE)
    .flatMap(({ urn, kind }) => {
      const now = kind === "delete" ? undefined : after.get(urn);
      const move = {
        endpoint: nameOf(urn).replace(/-traffic$/, ""),
        before: mapOf(before.get(urn)),
        after: mapOf(now),
      };
      const steps = stepsOf(now);
      if (move.before === move.after && kind !== "replace") return [];
      return [{ ...move, ...(steps && steps.length > 0 && { steps }) }];
    });
}
