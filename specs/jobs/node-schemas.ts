/** The schemas of a pipeline's nodes: which a node meets depends on its type and on whether it names a component. */
import { z } from "zod";
import { anything, choose, isMapping, keys, text, words } from "../fields.ts";
import { automlNode } from "./automl-node.ts";
import { bindable } from "./bindings.ts";
import { parallelFields } from "./components.ts";
import { nodeCommon, nodeComponent as component, nodeInline as inline } from "./node-parts.ts";
import {
  commandFields,
  commandLimits,
  distribution,
  environment,
  jobIdentity,
  queueSettings,
  resources,
  services,
} from "./parts.ts";
import { nodeResources, sparkFields, sparkResources } from "./spark.ts";
import { samplingAlgorithm, sweepFields } from "./sweep.ts";
import { TRANSFER } from "./transfer-node.ts";

const commandExtras = {
  environment_variables: anything.optional(),
  resources: resources.optional(),
  distribution: distribution.optional(),
  queue_settings: queueSettings.optional(),
  limits: commandLimits.optional(),
  services: services.optional(),
  identity: jobIdentity.optional(),
};
export const SCHEMAS = {
  command: {
    referred: keys({
      ...nodeCommon,
      ...commandExtras,
      component,
      type: words(["command"]).optional(),
      command: text.optional(),
      code: text.nullable().optional(),
      environment: environment.optional(),
    }),
    inline: keys({
      ...nodeCommon,
      ...commandExtras,
      ...inline,
      command: commandFields.command,
      code: text.optional(),
      environment: environment.optional(),
      type: words(["command"]).optional(),
    }),
  },
  parallel: {
    referred: keys({
      ...nodeCommon,
      ...parallelFields,
      component,
      type: words(["parallel"]),
      environment_variables: anything.optional(),
      identity: jobIdentity.optional(),
    }),
    inline: keys({
      ...nodeCommon,
      ...parallelFields,
      type: words(["parallel"]),
      environment: environment.optional(),
      environment_variables: anything.optional(),
      identity: jobIdentity.optional(),
      ...inline,
    }),
  },
  spark: {
    referred: keys({
      ...nodeCommon,
      ...sparkFields,
      entry: sparkFields.entry.optional(),
      component,
      type: words(["spark"]),
      resources: nodeResources.optional(),
      identity: jobIdentity.optional(),
    }),
    inline: keys({
      ...nodeCommon,
      ...sparkFields,
      ...inline,
      type: words(["spark"]),
      resources: sparkResources.optional(),
      identity: jobIdentity.optional(),
      services: services.optional(),
    }),
  },
  sweep: {
    referred: keys({
      ...nodeCommon,
      ...sweepFields,
      sampling_algorithm: samplingAlgorithm.optional(),
      trial: component,
      type: words(["sweep"]),
      queue_settings: queueSettings.optional(),
      resources: resources.optional(),
    }),
    inline: keys({}),
  },
  pipeline: {
    referred: keys({ ...nodeCommon, component, type: words(["pipeline"]) }),
    inline: keys({}),
  },
  data_transfer: TRANSFER,
} as const;
export type NodeType = keyof typeof SCHEMAS;

/** A node as the YAML has it; which schema it meets depends on its type and on whether it has a component. */
export type RawNode = Readonly<Record<string, unknown>>;
/** Those, and `automl`, which is no component. */
const NODE_TYPES = [...Object.keys(SCHEMAS), "automl"];

const anyNode = z.looseObject({
  type: z.enum(NODE_TYPES as [string, ...string[]]).optional(),
});

/** What a node with a component says may be bound, but not what it is. */
const BINDABLE = Object.fromEntries(
  Object.entries(SCHEMAS).map(([type, { referred }]) => [
    type,
    bindable<z.ZodType<RawNode>>(referred.loose() as never, ["type", "component", "trial", "inputs"]),
  ]),
) as Readonly<Record<NodeType, z.ZodType<RawNode>>>;

/** Whether a node runs a component that it names. */
export const isReferred = (node: RawNode): boolean =>
  "component" in node || typeOf(node) === "sweep" || typeOf(node) === "pipeline";

/** `command` unless the node says otherwise. */
export const typeOf = (node: RawNode): string =>
  String("type" in node ? node["type"] : "command").toLowerCase();

export const nodes = z.record(
  z.string().regex(/^[a-z_][a-z0-9_]*$/, "lower-case letters, digits and underscores, no digit first"),
  choose<RawNode>((value) => {
    if (!isMapping(value)) return anyNode;
    const type = typeOf(value);
    if (type === "automl") return automlNode;
    const schemas = SCHEMAS[type as NodeType] as (typeof SCHEMAS)[NodeType] | undefined;
    if (!schemas) return anyNode;
    return isReferred(value) ? BINDABLE[type as NodeType] : (schemas.inline as z.ZodType<RawNode>);
  }),
);
