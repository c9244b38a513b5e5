/** What of a stage goes on to the next: the version that serves there, alone and well. Pure. */
import { assetOf } from "./live.ts";
import type { AssetVersion, LiveEndpoint } from "./live.ts";
import { Refusal } from "./refusal.ts";

export interface Promoted {
  readonly model: AssetVersion;
  /** Of the deployments that serve it; absent where the model brings its own. */
  readonly environment?: AssetVersion;
}

const unique = <T extends AssetVersion>(assets: readonly (T | undefined)[]): T[] => [
  ...new Map(assets.flatMap((asset) => (asset ? [[asset.version, asset] as const] : []))).values(),
];

/**
 * The one version of a model that all of its traffic goes to.
 * @throws Refusal if it never served, does not serve now, or serves in several versions: a release is under way, or half done.
 */
export function servedVersion(endpoints: readonly LiveEndpoint[], name: string, stage: string): Promoted {
  const all = endpoints.flatMap(({ traffic, deployments }) =>
    deployments
      .map((deployment) => ({
        weight: traffic[deployment.name] ?? 0,
        state: deployment.state,
        model: assetOf(deployment.model),
        environment: assetOf(deployment.environment),
      }))
      .filter(({ model }) => model?.name.toLowerCase() === name.toLowerCase()),
  );
  if (all.length === 0)
    throw new Refusal(`${name} was never deployed in stage ${stage}: there is no deployment of it`);
  const serving = all.filter(({ weight, state }) => weight > 0 && state.toLowerCase() === "succeeded");
  const versions = unique(serving.map(({ model }) => model));
  const [model, ...others] = versions;
  if (!model) throw new Refusal(`${name} does not serve in stage ${stage}: no deployment of it has traffic`);
  if (others.length > 0)
    throw new Refusal(
      `${name} serves in stage ${stage} in ${String(versions.length)} versions (${versions.map(({ version }) => version).join(", ")}): finish the release first`,
    );
  const environments = unique(serving.map(({ environment }) => environment));
  if (environments.length > 1)
    throw new Refusal(
      `${name} serves in stage ${stage} with ${String(environments.length)} environments (${environments.map((one) => `${one.name}:${one.version}`).join(", ")}): promote it when it serves with one`,
    );
  return { model, ...(environments[0] && { environment: environments[0] }) };
}
