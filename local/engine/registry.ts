/** Provider resources: loaded, checked, configured, and found by their reference (`URN::ID`). */
import { randomUUID } from "node:crypto";
import { ProviderError } from "@azure-ml-as-code/protocol/client.ts";
import type { DiffAnswer } from "@azure-ml-as-code/protocol/client.ts";
import type { CheckRequest, CheckResult, DiffRequest } from "@azure-ml-as-code/protocol/provider.ts";
import { hasUnknown, sameValue, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { Plugin, PluginHost } from "./plugins.ts";
import { annotateSecrets, sendable } from "./properties.ts";
import { configuredProvider, unconfiguredProvider } from "./provider.ts";
import type { InvokableProvider, ResourceProvider } from "./provider.ts";
import type { ResourceState } from "./resource.ts";
import { BUILTIN } from "./stack-references.ts";
import { label, nameOf, packageOfProvider, providerRef, typeOf } from "./urn.ts";

/** The engine's own settings of a provider: never sent. */
export const INTERNAL = "__internal";

const config = (inputs: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== INTERNAL));
/** Which plugin a resource or function wants, when it names no provider; `""` for any. */
export interface PluginWish {
  readonly version: string;
  readonly pluginDownloadURL: string;
}

/** The inputs of a provider resource that wants a certain plugin, in the form in which the state has them. */
export function providerInputs(inputs: PropertyMap, { version, pluginDownloadURL }: PluginWish): PropertyMap {
  if (version === "" && pluginDownloadURL === "") return inputs;
  return {
    ...inputs,
    ...(version !== "" && { version }),
    [INTERNAL]: pluginDownloadURL === "" ? {} : { pluginDownloadURL },
  };
}

/** CheckConfig and DiffConfig take no secrets. */
const plain = (inputs: PropertyMap): PropertyMap =>
  sendable(config(inputs), { secrets: false, resources: false });

export interface ProviderRegistry extends ResourceProvider {
  get(ref: string): InvokableProvider | undefined;
  /** Configures the provider of an unchanged or old entry. `checked`: it was loaded by {@link ResourceProvider.check}. */
  same(state: ResourceState, checked: boolean): Promise<void>;
  /** How the provider sees a change from one configuration to another. */
  diffConfig(ref: string, old: ResourceState, news: PropertyMap): Promise<DiffAnswer>;
}

const isBuiltin = (urn: string) => packageOfProvider(typeOf(urn)) === BUILTIN;

/** @param builtin what the engine itself provides; it has no plugin and no settings. */
export function providerRegistry(
  host: PluginHost,
  preview: boolean,
  builtin: InvokableProvider,
): ProviderRegistry {
  /** Loaded by a check, not configured yet: by URN. */
  const loaded = new Map<string, Plugin>();
  const configured = new Map<string, InvokableProvider>();
  const plugins = new Map<string, Plugin>();

  const launch = (urn: string) => host.launch(packageOfProvider(typeOf(urn)));
  async function take(urn: string): Promise<Plugin> {
    const plugin = loaded.get(urn);
    loaded.delete(urn);
    return plugin ?? (await launch(urn));
  }

  async function configure(urn: string, id: string, inputs: PropertyMap, plugin: Plugin): Promise<void> {
    const ref = providerRef(urn, id);
    const args = config(inputs);
    plugins.set(ref, plugin);
    if (hasUnknown({ ...args, version: null })) {
      configured.set(ref, unconfiguredProvider);
      return;
    }
    const answer = await plugin.client
      .configure({ urn, name: nameOf(urn), type: typeOf(urn), id, args })
      .catch((error: unknown) => {
        throw new Error(`the provider ${label(urn)} refuses its settings: ${(error as Error).message}`);
      });
    // A provider with a handshake counts as supporting previews, whatever Configure says.
    const protocol = plugin.handshake ? { ...plugin.handshake, supportsPreview: true } : answer;
    configured.set(ref, configuredProvider(plugin.client, protocol));
  }

  async function diffWith(
    plugin: Plugin,
    request: Omit<DiffRequest, "id"> & { id: string },
  ): Promise<DiffAnswer> {
    const news = plain(request.news);
    try {
      const answer = await plugin.client.diffConfig({
        ...request,
        id: "",
        oldInputs: plain(request.oldInputs),
        olds: plain(request.olds),
        news,
      });
      return answer.undecided === true ? { ...answer, changes: !sameValue(request.olds, news) } : answer;
    } catch (error) {
      const unknownCall = error instanceof ProviderError && error.code === UNIMPLEMENTED;
      if (!unknownCall) throw error;
      return { changes: !sameValue(request.olds, news) };
    }
  }

  async function checkWith(
    plugin: Plugin,
    { urn, name, type, olds, news }: CheckRequest,
  ): Promise<CheckResult> {
    try {
      return await plugin.client.checkConfig({ urn, name, type, olds: plain(olds), news: plain(news) });
    } catch (error) {
      if (error instanceof ProviderError && error.code === UNIMPLEMENTED) return { inputs: config(news) };
      throw error;
    }
  }

  return {
    get: (ref) => configured.get(ref),
    async check(request) {
      if (isBuiltin(request.urn)) return { inputs: request.news };
      const plugin = await launch(request.urn);
      const { inputs, failures } = await checkWith(plugin, request);
      loaded.set(request.urn, plugin);
      const internal = request.news[INTERNAL];
      const version = request.news["version"];
      return {
        inputs: {
          ...(version !== undefined && { version }),
          ...annotateSecrets(inputs, request.news),
          ...(internal !== undefined && { [INTERNAL]: internal }),
        },
        ...(failures && { failures }),
      };
    },
    async diff(request) {
      if (isBuiltin(request.urn)) return { changes: false };
      const plugin = loaded.get(request.urn) ?? plugins.get(providerRef(request.urn, request.id));
      if (!plugin) throw new Error(`the provider ${label(request.urn)} was not loaded before its diff`);
      return diffWith(plugin, request);
    },
    async create({ urn, properties }) {
      const id = preview ? UNKNOWN : randomUUID();
      if (isBuiltin(urn)) configured.set(providerRef(urn, id), builtin);
      else await configure(urn, id, properties, await take(urn));
      return { id, properties: config(properties) };
    },
    async update({ urn, id, news }) {
      await configure(urn, id, news, await take(urn));
      return { properties: config(news) };
    },
    delete({ urn, id }) {
      configured.delete(providerRef(urn, id));
      return Promise.resolve();
    },
    read: () => Promise.reject(new Error("provider resources cannot be read")),
    async same({ urn, id, inputs }, checked) {
      if (configured.has(providerRef(urn, id))) return;
      if (isBuiltin(urn)) configured.set(providerRef(urn, id), builtin);
      else await configure(urn, id, inputs, checked ? await take(urn) : await launch(urn));
    },
    async diffConfig(ref, old, news) {
      const plugin = plugins.get(ref);
      if (!plugin) throw new Error(`the provider ${ref} is not configured`);
      const urn = ref.slice(0, ref.lastIndexOf("::"));
      const named = { urn, name: nameOf(urn), type: typeOf(urn) };
      return diffWith(plugin, {
        ...named,
        id: "",
        oldInputs: old.inputs,
        olds: old.outputs,
        news,
        ignoreChanges: [],
      });
    },
  };
}

/** gRPC's status for a call that the provider does not know. */
const UNIMPLEMENTED = 12;
