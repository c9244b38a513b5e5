/** What an endpoint goes back to. Pure. */
import { stableOf } from "@azure-ml-as-code/provider/release-plan.ts";
import type { Weights } from "@azure-ml-as-code/provider/traffic-plan.ts";
import type { LiveDeployment, LiveEndpoint } from "./live.ts";

export type WayBack =
  /** What served before is there still: one write. */
  | { readonly kind: "atOnce"; readonly to: Weights }
  /** It is gone: the former version has to be released again. */
  | { readonly kind: "release" };

const newest = (deployments: readonly LiveDeployment[]): LiveDeployment | undefined =>
  deployments.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];

/** The deployment that came last among those with traffic: what is gone back from. */
export const candidateOf = ({ traffic, deployments }: LiveEndpoint): LiveDeployment | undefined =>
  newest(deployments.filter(({ name }) => (traffic[name] ?? 0) > 0));

/**
 * Where others share the traffic, they take it all. Where the candidate has all of it, the last one that was made before
 * it does, if it is there and well: one that was made later is what a failed release left.
 */
export function wayBack(endpoint: LiveEndpoint): WayBack {
  const { traffic, deployments } = endpoint;
  const candidate = candidateOf(endpoint);
  if (!candidate) return { kind: "release" };
  const beside = stableOf(traffic, candidate.name, {});
  if (beside) return { kind: "atOnce", to: beside };
  const before = newest(
    deployments.filter(
      ({ name, createdAt, state }) =>
        name !== candidate.name && createdAt < candidate.createdAt && state.toLowerCase() === "succeeded",
    ),
  );
  return before ? { kind: "atOnce", to: { [before.name]: 100 } } : { kind: "release" };
}
