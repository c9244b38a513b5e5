/** `npm run rollback -- --stage S ENDPOINT`: back to what served before. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { changeEndpoint, inProperties } from "@azure-ml-as-code/provider/azure/endpoint.ts";
import { PACE } from "@azure-ml-as-code/provider/resources/resource.ts";
import type { Run } from "@azure-ml-as-code/provider/resources/resource.ts";
import { withTraffic } from "@azure-ml-as-code/provider/traffic-plan.ts";
import type { Weights } from "@azure-ml-as-code/provider/traffic-plan.ts";
import { deploy } from "./deploy.ts";
import type { DeployOptions } from "./deploy.ts";
import { assetOf, endpointsOf } from "./live.ts";
import type { LiveEndpoint } from "./live.ts";
import { Refusal } from "./refusal.ts";
import { candidateOf, wayBack } from "./rollback-plan.ts";
import { stageFacts, writePins } from "./stage-file.ts";
import type { StageFacts } from "./stage-file.ts";

/** Longer than Azure takes for a write of an endpoint. */
const WRITE_MS = 600_000;

const runOf = (azure: Azure, root: string, subscriptionId: string, tell: (line: string) => void): Run => {
  const signal = AbortSignal.timeout(WRITE_MS);
  return {
    ...{ azure, root, subscriptionId, signal, pace: PACE, now: Date.now, progress: tell, warn: tell },
    sleep: (ms) => sleep(ms, undefined, { signal }),
  };
};

/** As the YAML names it, or as Azure does: with the stage's suffix. */
function find(endpoints: readonly LiveEndpoint[], name: string, stage: string): LiveEndpoint {
  const online = endpoints.filter(({ kind }) => kind === "online");
  const found =
    online.find((one) => one.name === name) ??
    online.find(
      (one) => one.name.startsWith(`${name}-`) && /^[a-z0-9]{6}$/.test(one.name.slice(name.length + 1)),
    );
  if (found) return found;
  const known = online.map((one) => one.name).join(", ") || "none";
  throw new Refusal(`stage ${stage} has no online endpoint ${name}; it has: ${known}`);
}

/** The pin of the model that the endpoint serves, and the version that was pinned before it. */
function former({ settings }: StageFacts, endpoint: LiveEndpoint) {
  const model = assetOf(candidateOf(endpoint)?.model);
  const pin = model && settings.promotion?.models?.[model.name];
  return model && pin && { name: model.name, version: pin.version, previous: pin.previous };
}

const shown = (to: Weights) =>
  Object.entries(to)
    .map(([name, percent]) => `${name} ${String(percent)}`)
    .join(", ");

/** @returns what was done, for people. @throws Refusal: nothing was changed, or the release of the former version failed. */
export async function rollback(
  options: Omit<DeployOptions, "acceptance"> & { endpoint: string },
): Promise<string> {
  const { root, stage, azure, env, tell } = options;
  const facts = stageFacts(root, stage, env);
  const endpoint = find(await endpointsOf(azure, facts.workspaceId), options.endpoint, stage);
  const pinned = former(facts, endpoint);
  const way = wayBack(endpoint);
  const { previous } = pinned ?? {};
  const environment = assetOf(candidateOf(endpoint)?.environment)?.name ?? "";
  const besides = facts.settings.promotion?.environments?.[environment]?.previous;
  const pinBack = () => {
    if (!pinned || previous === undefined) return;
    writePins(root, stage, [
      { kind: "models", name: pinned.name, version: previous, previous: null },
      ...(besides === undefined
        ? []
        : [{ kind: "environments" as const, name: environment, version: besides, previous: null }]),
    ]);
  };

  if (way.kind === "atOnce") {
    const run = runOf(azure, root, facts.subscriptionId, tell);
    const to = { traffic: way.to, mirrorTraffic: {} };
    await changeEndpoint({ id: endpoint.id, wanted: inProperties((live) => withTraffic(live, to)) }, run);
    pinBack();
    const next =
      previous === undefined
        ? "Revert the change that brought the other version: the next up would release it again"
        : `Pulumi.${stage}.yaml pins ${previous} again: commit that`;
    return `${endpoint.name}: ${shown(way.to)}, at once. ${next}`;
  }
  if (!pinned || previous === undefined)
    throw new Refusal(
      `${endpoint.name} has nothing to go back to: no earlier deployment is there, and Pulumi.${stage}.yaml names no previous version${pinned ? ` of ${pinned.name}` : ""}. Revert the change in git, then npm run deploy`,
    );
  pinBack();
  await deploy(options);
  return `${endpoint.name}: released ${pinned.name}:${previous} again. Pulumi.${stage}.yaml pins it: commit that`;
}
