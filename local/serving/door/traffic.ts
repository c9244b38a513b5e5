/** Which deployment answers a request. Pure. */
import type { OnlineEndpointView } from "../../contracts.ts";

/**
 * A name drawn by weight. `draw` is in [0, 1). Weights of zero and below never win; `undefined` when none is positive.
 * The weights need not sum to 100.
 */
export function drawByWeight(weights: Readonly<Record<string, number>>, draw: number): string | undefined {
  const positive = Object.entries(weights).filter(([, weight]) => weight > 0);
  const total = positive.reduce((sum, [, weight]) => sum + weight, 0);
  let rest = draw * total;
  for (const [name, weight] of positive) {
    if (rest < weight) return name;
    rest -= weight;
  }
  return positive.at(-1)?.[0]; // rounding
}

export interface Route {
  /** Names as the caller or the endpoint wrote them; ids as serving knows them. */
  readonly name: string;
  readonly id: string;
  /** A deployment that gets a copy. */
  readonly mirror?: string;
}

export interface NoRoute {
  readonly status: 404;
  readonly code: string;
  readonly message: string;
}

const idOf = (view: OnlineEndpointView, name: string): string | undefined =>
  view.deployments[name.toLowerCase()];

/**
 * The deployment named by the `azureml-model-deployment` header, whatever its weight, else one by the endpoint's traffic;
 * and the mirror, which a named request doesn't have. `draws` are two independent numbers in [0, 1).
 */
export function route(
  view: OnlineEndpointView,
  asked: string | undefined,
  draws: readonly [number, number],
): Route | NoRoute {
  if (asked !== undefined) {
    const id = idOf(view, asked);
    return id === undefined
      ? {
          status: 404,
          code: "DeploymentNotFound",
          message: `endpoint ${view.name} has no deployment ${asked}`,
        }
      : { name: asked, id };
  }
  const weights = Object.fromEntries(
    Object.entries(view.traffic).filter(([name]) => idOf(view, name) !== undefined),
  );
  const name = drawByWeight(weights, draws[0]);
  if (name === undefined)
    return {
      status: 404,
      code: "NoTraffic",
      message: `endpoint ${view.name} has no deployment with a positive traffic weight`,
    };
  const mirrored = Object.entries(view.mirrorTraffic).find(([, percent]) => draws[1] * 100 < percent)?.[0];
  const mirror = mirrored === undefined ? undefined : idOf(view, mirrored);
  return { name, id: idOf(view, name)!, ...(mirror !== undefined && { mirror }) };
}
