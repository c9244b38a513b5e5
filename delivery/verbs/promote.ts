/** `npm run promote -- --from S --to T MODEL`: what serves in one stage becomes what the next one's file pins. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { endpointsOf } from "./live.ts";
import { mark, marksOf, passed, registryId, shareEnvironment, shareModel } from "./ml-registry.ts";
import { servedVersion } from "./promotion-plan.ts";
import { Refusal, usage } from "./refusal.ts";
import { stageFacts, writePins } from "./stage-file.ts";
import type { Pin } from "./stage-file.ts";

export interface PromoteOptions {
  readonly root: string;
  readonly from: string;
  readonly to: string;
  readonly model: string;
  readonly azure: Azure;
  readonly env: NodeJS.ProcessEnv;
  readonly now?: () => Date;
}

/**
 * Writes the pin into the target stage's file, and on the registry's version that it passed. Asked again, it does the same.
 * @returns what was done, for people.
 * @throws Refusal: nothing was changed.
 */
export async function promote(options: PromoteOptions): Promise<string> {
  const { root, azure, env, model: name, now = () => new Date() } = options;
  const from = stageFacts(root, options.from, env, "--from");
  const to = stageFacts(root, options.to, env, "--to");
  const { promotion } = to.settings;
  if (!promotion)
    throw usage(
      `--to ${to.name}: the stage takes models from no other; set azure-ml:promotion.from and .registry in Pulumi.${to.name}.yaml`,
    );
  if (promotion.from !== from.name)
    throw usage(`--from ${from.name}: stage ${to.name} takes its models from stage ${promotion.from}`);
  const { model, environment } = servedVersion(await endpointsOf(azure, from.workspaceId), name, from.name);
  const registry = await registryId(azure, to.subscriptionId, promotion.registry);
  const other = [model, environment].find(
    (asset) => asset?.registry && asset.registry !== promotion.registry,
  );
  if (other)
    throw new Refusal(
      `${name} came to stage ${from.name} from registry ${other.registry!}, not ${promotion.registry}`,
    );

  if (model.registry === undefined) await shareModel(azure, registry, from.workspaceId, model);
  if (environment && environment.registry === undefined) await shareEnvironment(azure, registry, environment);
  if (!(passed(from.name) in ((await marksOf(azure, registry, model)) ?? {})))
    await mark(azure, registry, model, { [passed(from.name)]: now().toISOString() });

  // What a rollback of the model goes back to is the environment that it had, also where that is the same.
  const moved = promotion.models?.[model.name]?.version !== model.version;
  const beside = environment && promotion.environments?.[environment.name]?.version;
  const pins: Pin[] = [
    { kind: "models", name: model.name, version: model.version },
    ...(environment
      ? [
          {
            ...{ kind: "environments" as const, name: environment.name, version: environment.version },
            ...(moved && beside !== undefined && { previous: beside }),
          },
        ]
      : []),
  ];
  writePins(root, to.name, pins);
  const what = pins.map((pin) => `${pin.name}:${pin.version}`).join(" with ");
  return `${what} passed stage ${from.name}: pinned in Pulumi.${to.name}.yaml, from registry ${promotion.registry}. Commit that, then npm run deploy -- --stage ${to.name}`;
}
