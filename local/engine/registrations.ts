/** Makes goals of the program's registrations: inheritance from parents, transforms, providers. */
import { fromStruct } from "@azure-ml-as-code/protocol/grpc.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { hashAssets } from "./assets.ts";
import { goalOf, optionsOf } from "./messages.ts";
import type { RegisterRequest } from "./messages.ts";
import { downgradeOutputs, outputDependencies, upgradeOutputs, versionedReferences } from "./properties.ts";
import { providerInputs } from "./registry.ts";
import type { PluginWish } from "./registry.ts";
import type { Goal } from "./resource.ts";
import { transforms } from "./transforms.ts";
import type { Callback, Transformable, Transforms } from "./transforms.ts";
import { isProviderType, packageOf, packageOfProvider, splitProviderRef, typeOf } from "./urn.ts";

interface Family {
  readonly parent: string;
  readonly goal: Goal;
  readonly transforms: readonly Callback[];
  /** Providers of a component, by package. */
  readonly providers: Readonly<Record<string, string>>;
}

export interface Registrations {
  /** The goal of a request, with the provider that manages it. */
  goal(request: RegisterRequest): Promise<{ goal: Goal; settle: (urn: string) => void }>;
  /** The provider for a read or a function: the one it names, its parents', else the default one. */
  provider(token: string, named: string, parent: string, wish: PluginWish): Promise<string>;
  addStackTransform(callback: Callback): void;
  close(): void;
}

const unique = (urns: readonly string[]): string[] => [...new Set(urns)];

/** What each property depends on; SDKs that do not say let every one depend on all. */
function propertyDependencies(request: RegisterRequest, inputs: PropertyMap): Record<string, string[]> {
  const map = request.getPropertydependenciesMap();
  const all = request.getDependenciesList();
  if (map.getLength() === 0) return Object.fromEntries(Object.keys(inputs).map((key) => [key, all]));
  const result: Record<string, string[]> = {};
  map.forEach((message, key) => {
    result[key] = message.getUrnsList();
  });
  return result;
}

/** As the Pulumi engine does it: only the resource's own transforms may change what it depends on. */
function dependencies(
  request: RegisterRequest,
  result: Transformable,
  declared: Readonly<Record<string, readonly string[]>>,
): Pick<Goal, "dependencies" | "propertyDependencies"> {
  const found = Object.fromEntries(
    Object.entries(result.inputs).map(([key, value]) => [key, outputDependencies(value)]),
  );
  if (request.getTransformsList().length > 0)
    return {
      dependencies: unique([...result.options.getDependsOnList(), ...Object.values(found).flat()]),
      propertyDependencies: found,
    };
  const keys = unique([...Object.keys(declared), ...Object.keys(found)]);
  return {
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      keys.map((key) => [key, unique([...(declared[key] ?? []), ...(found[key] ?? [])])]),
    ),
  };
}

/** @param defaultProvider registers and names the default provider of a type or token. */
export function registrations(
  directory: string,
  defaultProvider: (token: string, wish: PluginWish) => Promise<string>,
): Registrations {
  const family = new Map<string, Family>();
  const stackTransforms: Callback[] = [];
  const caller: Transforms = transforms();

  function inherit(request: RegisterRequest, parent: Family | undefined): void {
    if (!parent) return;
    const { goal } = parent;
    if (request.getDeletedwith() === "") request.setDeletedwith(goal.deletedWith);
    if (!request.hasProtect() && goal.protect !== undefined) request.setProtect(goal.protect);
    if (!request.hasRetainondelete() && goal.retainOnDelete !== undefined)
      request.setRetainondelete(goal.retainOnDelete);
    if (request.getProvider() !== "" || goal.provider === "") return;
    const pkg = packageOfProvider(typeOf(splitProviderRef(goal.provider).urn));
    if (!request.getCustom() || pkg === packageOf(request.getType())) request.setProvider(goal.provider);
  }

  /** The resource's own transforms, then its parents', then the stack's. */
  function transformsFor(own: readonly Callback[], parent: string): Callback[] {
    const all = [...own];
    for (let urn = parent; urn !== ""; urn = family.get(urn)?.parent ?? "")
      all.push(...(family.get(urn)?.transforms ?? []));
    return [...all, ...stackTransforms];
  }

  const inheritedProvider = (
    named: string,
    own: Readonly<Record<string, string>>,
    parent: string,
    pkg: string,
  ) => (named !== "" ? named : (own[pkg] ?? family.get(parent)?.providers[pkg] ?? ""));

  async function providerFor(token: string, named: string, wish: PluginWish): Promise<string> {
    return named === "" ? defaultProvider(token, wish) : named;
  }

  return {
    async goal(request) {
      const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
      const custom = request.getCustom();
      const above = family.get(parent);
      inherit(request, above);
      const own = request.getTransformsList();
      const declared = fromStruct(request.getObject());
      const byProperty = propertyDependencies(request, declared);
      const options = optionsOf(request);
      const providers = Object.fromEntries(request.getProvidersMap().getEntryList());
      if (custom)
        options.setProvider(inheritedProvider(options.getProvider(), providers, parent, packageOf(type)));
      const result = await caller.run(
        transformsFor(own, parent),
        { type, name, custom, parent },
        { inputs: own.length > 0 ? upgradeOutputs(declared, byProperty) : declared, options },
      );
      const wish = {
        version: result.options.getVersion(),
        pluginDownloadURL: result.options.getPluginDownloadUrl(),
      };
      const plain = versionedReferences(downgradeOutputs(result.inputs));
      const managed = custom && !isProviderType(type);
      const goal = goalOf({
        ...{ type, name, custom, parent, options: result.options },
        ...dependencies(request, result, byProperty),
        inputs: isProviderType(type) ? providerInputs(plain, wish) : await hashAssets(plain, directory),
        provider: managed ? await providerFor(type, result.options.getProvider(), wish) : "",
        aliasUrns: request.getAliasurnsList(),
      });
      const chosen = Object.fromEntries(result.options.getProvidersMap().getEntryList());
      const kin = {
        parent,
        goal,
        transforms: own,
        providers: custom ? {} : { ...above?.providers, ...chosen },
      };
      return { goal, settle: (urn) => void family.set(urn, kin) };
    },
    provider: (token, named, parent, wish) =>
      providerFor(token, inheritedProvider(named, {}, parent, packageOf(token)), wish),
    addStackTransform: (callback) => void stackTransforms.push(callback),
    close: () => caller.close(),
  };
}
