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
import type { Callback, Transforms } from "./transforms.ts";
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

  function propertyDependencies(request: RegisterRequest, inputs: PropertyMap): Record<string, string[]> {
    const all = request.getDependenciesList();
    const map = request.getPropertydependenciesMap();
    if (map.getLength() === 0) return Object.fromEntries(Object.keys(inputs).map((key) => [key, all]));
    const result: Record<string, string[]> = {};
    map.forEach((message, key) => {
      result[key] = message.getUrnsList();
    });
    return result;
  }

  return {
    async goal(request) {
      const [type, name, custom, parent] = [
        request.getType(),
        request.getName(),
        request.getCustom(),
        request.getParent(),
      ];
      inherit(request, family.get(parent));
      const own = request.getTransformsList();
      const declared = fromStruct(request.getObject());
      const byProperty = propertyDependencies(request, declared);
      const callbacks = transformsFor(own, parent);
      const options = optionsOf(request);
      const providers = Object.fromEntries(request.getProvidersMap().getEntryList());
      if (custom)
        options.setProvider(inheritedProvider(options.getProvider(), providers, parent, packageOf(type)));
      const result = await caller.run(
        callbacks,
        { type, name, custom, parent },
        { inputs: own.length > 0 ? upgradeOutputs(declared, byProperty) : declared, options },
      );
      const found = Object.entries(result.inputs).map(
        ([key, value]) => [key, outputDependencies(value)] as const,
      );
      // As the Pulumi engine does it: only the resource's own transforms may change what it depends on.
      const transformed = own.length > 0;
      const inputs = await hashAssets(versionedReferences(downgradeOutputs(result.inputs)), directory);
      const goal = goalOf({
        ...{ type, name, custom, parent, inputs, options: result.options },
        dependencies: transformed
          ? unique([...result.options.getDependsOnList(), ...found.flatMap(([, urns]) => urns)])
          : request.getDependenciesList(),
        propertyDependencies: transformed
          ? Object.fromEntries(found)
          : Object.fromEntries(
              [...Object.entries(byProperty), ...found].map(([key, urns]) => [
                key,
                unique([...(byProperty[key] ?? []), ...urns]),
              ]),
            ),
        provider:
          custom && !isProviderType(type)
            ? await providerFor(type, result.options.getProvider(), {
                version: result.options.getVersion(),
                pluginDownloadURL: result.options.getPluginDownloadUrl(),
              })
            : "",
        aliasUrns: request.getAliasurnsList(),
      });
      const componentProviders = custom
        ? {}
        : {
            ...family.get(parent)?.providers,
            ...Object.fromEntries(result.options.getProvidersMap().getEntryList()),
          };
      return {
        goal,
        settle: (urn) =>
          void family.set(urn, { parent, goal, transforms: own, providers: componentProviders }),
      };
    },
    provider: (token, named, parent, wish) =>
      providerFor(token, inheritedProvider(named, {}, parent, packageOf(token)), wish),
    addStackTransform: (callback) => void stackTransforms.push(callback),
    close: () => caller.close(),
  };
}
