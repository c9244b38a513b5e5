/** The monitor's protocol messages: registrations read from them, transforms called with them. */
import type * as AliasPb from "@pulumi/pulumi/proto/alias_pb.js";
import type * as CallbackPb from "@pulumi/pulumi/proto/callback_pb.js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type * as Pb from "@pulumi/pulumi/proto/resource_pb.js";
import type * as CallbackService from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import type * as EngineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as MonitorService from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { requireProto } from "@azure-ml-as-code/protocol/grpc.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Alias, Goal, Timeouts } from "./resource.ts";

const load = (name: string): unknown => requireProto(`@pulumi/pulumi/proto/${name}.js`);

export const monitorPb = load("resource_pb") as typeof Pb;
export const enginePb = load("engine_pb") as typeof EnginePb;
export const callbackPb = load("callback_pb") as typeof CallbackPb;
export const { ResourceMonitorService } = load("resource_grpc_pb") as typeof MonitorService;
export const { EngineService: engineService } = load("engine_grpc_pb") as typeof EngineService;
export const { CallbacksService } = load("callback_grpc_pb") as typeof CallbackService;

export type RegisterRequest = Pb.RegisterResourceRequest;
export type Options = Pb.TransformResourceOptions;

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration such as `1h30m`; 0 for an empty text. @throws Error for other texts. */
export function seconds(text: string): number {
  if (text === "") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|h|m|s)/g)];
  if (parts.map(([part]) => part).join("") !== text)
    throw new Error(`"${text}" is not a duration, such as 90s, 5m or 1h30m`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
}

function timeouts(message: Pb.RegisterResourceRequest.CustomTimeouts | undefined): Timeouts {
  if (!message) return {};
  const given: [keyof Timeouts, string][] = [
    ["create", message.getCreate()],
    ["update", message.getUpdate()],
    ["delete", message.getDelete()],
    ["read", message.getRead()],
  ];
  return Object.fromEntries(given.flatMap(([key, text]) => (text === "" ? [] : [[key, seconds(text)]])));
}

function alias(message: AliasPb.Alias): Alias {
  const spec = message.getSpec();
  if (!spec) return message.getUrn();
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

/** The options of a registration, in the form that transforms take and give back. */
export function optionsOf(request: RegisterRequest): Options {
  const options = new monitorPb.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect()!);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  const timeout = request.getCustomtimeouts();
  if (timeout) options.setCustomTimeouts(timeout);
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete()!);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  request.getProvidersMap().forEach((ref, name) => void options.getProvidersMap().set(name, ref));
  options.setImport(request.getImportid());
  options.setReplaceWithList(request.getReplaceWithList());
  const trigger = request.getReplacementTrigger();
  if (trigger) options.setReplacementTrigger(trigger);
  return options;
}

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly inputs: PropertyMap;
  readonly options: Options;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly provider: string;
  /** URNs for engines that know no other aliases. */
  readonly aliasUrns: readonly string[];
}

export function goalOf(registration: Registration): Goal {
  const { type, name, custom, parent, inputs, options, provider } = registration;
  const trigger = options.getReplacementTrigger()?.toJavaScript() as Value | undefined;
  return {
    type,
    name,
    custom,
    inputs,
    parent,
    provider,
    protect: options.hasProtect() ? options.getProtect() : undefined,
    dependencies: registration.dependencies,
    propertyDependencies: registration.propertyDependencies,
    deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
    ignoreChanges: options.getIgnoreChangesList(),
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    aliases: [...registration.aliasUrns, ...options.getAliasesList().map(alias)],
    importId: options.getImport(),
    customTimeouts: timeouts(options.getCustomTimeouts()),
    replaceOnChanges: options.getReplaceOnChangesList(),
    replacementTrigger: trigger ?? undefined,
    retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
    deletedWith: options.getDeletedWith(),
    replaceWith: options.getReplaceWithList(),
  };
}

/** What a registration asks for and this engine does not do, by name. */
export function unsupported(request: RegisterRequest): string[] {
  const hooks = request.getHooks();
  const asked: [string, boolean][] = [
    ["remote components", request.getRemote()],
    ["parameterized packages", request.getPackageref() !== ""],
    ["state migrations", request.getStateMigrationsList().length > 0],
    ["environment variable mappings of providers", request.getEnvvarmappingsMap().getLength() > 0],
    [
      "resource hooks",
      hooks !== undefined && Object.values(hooks.toObject()).some((list) => list.length > 0),
    ],
    ["checksums of plugins", request.getPluginchecksumsMap().getLength() > 0],
    ["hidden differences (hideDiffs)", request.getHidediffsList().length > 0],
    ["snippets", request.getSnippetid() !== ""],
    // What SDKs of before 2023 send means something else.
    ["aliases as older SDKs write them", request.getAliasesList().length > 0 && !request.getAliasspecs()],
    ["SDKs that know no partly known values", !request.getSupportspartialvalues()],
  ];
  return asked.flatMap(([name, is]) => (is ? [name] : []));
}
