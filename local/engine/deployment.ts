/** A run of a program, as the program sees it: registrations, reads, outputs, functions. */
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { RunContext } from "./context.ts";
import { deleteLeftovers } from "./deletes.ts";
import { providerInputs } from "./registry.ts";
import type { PluginWish } from "./registry.ts";
import { registrar } from "./registrar.ts";
import type { ReadGoal } from "./registrar.ts";
import type { Goal, ResourceState } from "./resource.ts";
import { runChain } from "./runner.ts";
import { mutex } from "./scheduling.ts";
import { isStack, label, packageOf, providerRef, providerType } from "./urn.ts";

export interface ProgramRun {
  /** Resolves when the resource is as wanted. Rejects when it is not to be: the reason has been told. */
  register(goal: Goal): Promise<ResourceState>;
  read(goal: ReadGoal): Promise<ResourceState>;
  setOutputs(urn: string, outputs: PropertyMap): Promise<void>;
  invoke(
    token: string,
    provider: string,
    args: PropertyMap,
  ): Promise<{ result?: PropertyMap; failures?: readonly CheckFailure[] }>;
  /** The reference of the default provider for a type or token; it is registered when it is first asked for. */
  defaultProvider(token: string, wish: PluginWish): Promise<string>;
  /** After the program: deletes what it no longer wants, if it ended well; gives the stack its outputs. */
  finish(ok: boolean): Promise<void>;
  stackOutputs(): PropertyMap;
}

const defaultName = ({ version, pluginDownloadURL }: PluginWish): string =>
  ["default", version, pluginDownloadURL]
    .filter((part) => part !== "")
    .join("_")
    .replace(/[^A-Za-z0-9_]/g, "_");

const defaultGoal = (pkg: string, wish: PluginWish, settings: PropertyMap): Goal => ({
  type: providerType(pkg),
  name: defaultName(wish),
  custom: true,
  inputs: providerInputs(settings, wish),
  parent: "",
  dependencies: [],
  propertyDependencies: {},
  provider: "",
  ignoreChanges: [],
  additionalSecretOutputs: [],
  aliases: [],
  importId: "",
  customTimeouts: {},
  replaceOnChanges: [],
  deletedWith: "",
  replaceWith: [],
});

export function programRun(context: RunContext): ProgramRun {
  const planner = registrar(context);
  const planning = mutex();
  const registered = new Map<string, ResourceState>();
  const defaults = new Map<string, Promise<string>>();
  let stack: { state: ResourceState; outputs: PropertyMap | undefined } | undefined;

  async function make(plan: () => ReturnType<typeof planner.plan>): Promise<ResourceState> {
    const { steps, fresh } = await planning(() => {
      context.stop.check();
      return plan();
    });
    await runChain(context, steps);
    registered.set(fresh.urn, fresh);
    if (isStack(fresh.urn)) stack = { state: fresh, outputs: undefined };
    return fresh;
  }

  async function makeDefault(pkg: string, wish: PluginWish): Promise<string> {
    const { urn, id } = await make(() =>
      planner.plan(defaultGoal(pkg, wish, context.config.forPackage(pkg))),
    );
    return providerRef(urn, id);
  }

  return {
    register: (goal) => make(() => planner.plan(goal)),
    read: (goal) => make(() => planner.planRead(goal)),
    async setOutputs(urn, outputs) {
      const state = registered.get(urn);
      if (!state) throw new Error(`${label(urn)} has outputs, but was not registered`);
      if (stack?.state === state) {
        // Only at the end is it known whether they are complete.
        stack.outputs = outputs;
        return;
      }
      state.outputs = outputs;
      await context.save();
    },
    async invoke(token, ref, args) {
      const provider = context.registry.get(ref);
      if (!provider) throw new Error(`${token} names the provider ${ref}, which is not there`);
      return provider.invoke({ token, args, preview: context.preview });
    },
    defaultProvider(token, wish) {
      const pkg = packageOf(token);
      const key = JSON.stringify([pkg, wish.version, wish.pluginDownloadURL]);
      const known = defaults.get(key) ?? makeDefault(pkg, wish);
      defaults.set(key, known);
      return known;
    },
    async finish(ok) {
      try {
        if (ok && !context.stop.stopped)
          await deleteLeftovers(context, (urn) => planner.touched(urn), planner.deletedFirst);
      } finally {
        if (stack?.outputs) {
          const complete = ok && context.failures === 0 && !context.stop.stopped;
          const before = context.snapshot.base.find(({ urn }) => urn === stack!.state.urn)?.outputs;
          stack.state.outputs = complete ? stack.outputs : { ...before, ...stack.outputs };
        }
      }
    },
    stackOutputs: () => stack?.state.outputs ?? {},
  };
}
