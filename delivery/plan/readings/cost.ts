/** What compute may cost a month, by a price table that the stage gives. No price, no guess. Pure. */
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import { compare } from "../changes.ts";
import type { Resources } from "../changes.ts";
import { factsOf } from "../importance.ts";
import { at, textAt } from "./references.ts";

export interface Prices {
  /** Day that the prices are of. */
  readonly asOf: string;
  readonly currency: string;
  /** By VM size. */
  readonly perHour: Readonly<Record<string, number>>;
}

/** So many machines of a size, at least and at most. */
interface Machines {
  readonly size: string;
  readonly min: number;
  readonly max: number;
}

export interface CostChange {
  /** `compute cpu-cluster` */
  readonly what: string;
  readonly before?: Machines | undefined;
  readonly after?: Machines | undefined;
  /** A month of 730 hours, at least and at most; absent without a price for the sizes. */
  readonly monthly?: {
    readonly before: readonly [number, number];
    readonly after: readonly [number, number];
  };
}

const HOURS = 730;
const number = (state: ResourceState, path: string): number | undefined => {
  const value = at(state.inputs, path);
  return typeof value === "number" ? value : undefined;
};

function machinesOf(state: ResourceState): Machines | undefined {
  if (state.type.endsWith(":machinelearningservices:Compute")) {
    const size = textAt(state.inputs, "properties.properties.vmSize");
    if (!size) return undefined;
    const scale = "properties.properties.scaleSettings";
    const max = number(state, `${scale}.maxNodeCount`) ?? 1;
    return { size, min: number(state, `${scale}.minNodeCount`) ?? (max > 1 ? 0 : 1), max };
  }
  if (/^azureml:index:OnlineDeployment$|:machinelearningservices:OnlineDeployment$/.test(state.type)) {
    const size = textAt(state.inputs, "properties.instanceType");
    const count = number(state, "sku.capacity") ?? 1;
    return size ? { size, min: count, max: count } : undefined;
  }
  return undefined;
}

const same = (a: Machines | undefined, b: Machines | undefined) =>
  a?.size === b?.size && a?.min === b?.min && a?.max === b?.max;

/** Of what is deployed before and after, not of the hour in which a release has both. */
export function costChanges(before: Resources, after: Resources, prices: Prices | undefined): CostChange[] {
  const urns = [...new Set([...before.keys(), ...after.keys()])].sort(compare);
  return urns.flatMap((urn) => {
    const [old, now] = [before.get(urn), after.get(urn)];
    const [was, is] = [old && machinesOf(old), now && machinesOf(now)];
    if (same(was, is)) return [];
    const month = (machines: Machines | undefined): [number, number] | undefined => {
      if (!machines) return [0, 0];
      const price = prices?.perHour[machines.size];
      return price === undefined ? undefined : [machines.min * price * HOURS, machines.max * price * HOURS];
    };
    const [from, to] = [month(was), month(is)];
    return [
      {
        what: `${factsOf((now ?? old)!.type).words} \`${nameOf(urn)}\``,
        before: was,
        after: is,
        ...(from && to && { monthly: { before: from, after: to } }),
      },
    ];
  });
}
