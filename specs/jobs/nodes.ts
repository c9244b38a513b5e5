/** The nodes of a pipeline: each a component, its own or one that exists, with inputs bound to it. */
import { z } from "zod";
import { anything, choose, isMapping, keys, text, texts, words } from "../fields.ts";
import { didYouMean } from "../nearest.ts";
import { snakeKeys, hole, snake } from "../template.ts";
import {
  commandComponentSchema,
  componentBody,
  parallelComponentSchema,
  parallelFields,
  pythonList,
  readCommandSpec,
  readParallelSpec,
  readSparkSpec,
  readTask,
  sparkComponentSchema,
} from "./components.ts";
import { inputs, isBinding, nodeOutputs, readInputs, readOutputs } from "./inputs.ts";
import {
  commandFields,
  commandLimits,
  distribution,
  environment,
  jobFields,
  jobIdentity,
  queueSettings,
  readCommandLimits,
  readCompute,
  readDistribution,
  readEnvironment,
  readJobIdentity,
  readQueue,
  readResources,
  readServices,
  readVariables,
  resources,
  services,
} from "./parts.ts";
import {
  checkConf,
  nodeResources,
  readEntry,
  readSparkResources,
  sparkFields,
  sparkResources,
} from "./spark.ts";
import { readAlgorithm, readPolicy, samplingAlgorithm, sweepFields } from "./sweep.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Reference, Template } from "../types.ts";

const common = {
  $schema: text.optional(),
  inputs: inputs.optional(),
  outputs: nodeOutputs.optional(),
  properties: texts.optional(),
  comment: text.optional(),
  compute: text.optional(),
};
const component = choose<string | Readonly<Record<string, unknown>>>((value) =>
  isMapping(value) ? anything : text.min(1),
);
const commandExtras = {
  environment_variables: anything.optional(),
  resources: resources.optional(),
  distribution: distribution.optional(),
  queue_settings: queueSettings.optional(),
  limits: commandLimits.optional(),
  services: services.optional(),
  identity: jobIdentity.optional(),
};
const inline = {
  name: jobFields.name,
  display_name: text.optional(),
  experiment_name: text.optional(),
  description: text.optional(),
  tags: texts.optional(),
};

const SCHEMAS = {
  command: {
    referred: keys({
      ...common,
      ...commandExtras,
      component,
      type: words(["command"]).optional(),
      command: text.optional(),
      code: text.nullable().optional(),
      environment: environment.optional(),
    }),
    inline: keys({
      ...common,
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
      ...common,
      ...parallelFields,
      component,
      type: words(["parallel"]),
      environment_variables: anything.optional(),
      identity: jobIdentity.optional(),
    }),
    inline: keys({
      ...common,
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
      ...common,
      ...sparkFields,
      entry: sparkFields.entry.optional(),
      component,
      type: words(["spark"]),
      resources: nodeResources.optional(),
      identity: jobIdentity.optional(),
    }),
    inline: keys({
      ...common,
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
      ...common,
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
    referred: keys({ ...common, component, type: words(["pipeline"]) }),
    inline: keys({}),
  },
} as const;
type NodeType = keyof typeof SCHEMAS;

/** A node as the YAML has it; which schema it meets depends on its type and on whether it has a component. */
export type RawNode = Readonly<Record<string, unknown>>;
/** Not `automl`, which the client knows too: its settings are not mapped in a pipeline, so it is a problem. */
const NODE_TYPES = Object.keys(SCHEMAS);

const anyNode = z.looseObject({
  type: z.enum(NODE_TYPES as [string, ...string[]]).optional(),
});
export const nodes = z.record(
  z.string(),
  choose<RawNode>((value) => {
    if (!isMapping(value)) return anyNode;
    const schemas = SCHEMAS[typeOf(value) as NodeType] as (typeof SCHEMAS)[NodeType] | undefined;
    if (!schemas) return anyNode;
    const referred = "component" in value || typeOf(value) === "sweep" || typeOf(value) === "pipeline";
    return referred ? schemas.referred.loose() : schemas.inline;
  }),
);
const typeOf = (node: RawNode): string => String("type" in node ? node["type"] : "command").toLowerCase();

/** Every node of a pipeline. */
export const readNodes = (
  raw: Readonly<Record<string, RawNode>>,
  reader: Reader,
  path: KeyPath,
  pipelineOf: PipelineOf,
): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(raw).map(([name, node]) => [
      name,
      { name, ...readNode(typeOf(node), node, reader, [...path, name], pipelineOf) },
    ]),
  );

/** The body of the pipeline component that a file holds; given from outside, as pipelines are made of nodes. */
export type PipelineOf = (file: Reader) => Record<string, Template> | undefined;
type Read = (raw: never, reader: Reader, path: KeyPath, pipelineOf: PipelineOf) => Record<string, Template>;

function readNode(
  type: string,
  raw: RawNode,
  reader: Reader,
  path: KeyPath,
  pipelineOf: PipelineOf,
): Record<string, Template> {
  const read = READERS[type as NodeType] as Read | undefined;
  const common = raw as z.infer<(typeof SCHEMAS)["pipeline"]["referred"]>;
  const bound = snakeAll(readInputs(common.inputs, reader, [...path, "inputs"]));
  const given = readNodeOutputs(common.outputs, reader, [...path, "outputs"]);
  const known = SCHEMAS[type as NodeType] as (typeof SCHEMAS)[NodeType] | undefined;
  if (known && raw["component"] !== undefined)
    for (const key of Object.keys(raw))
      if (!(key in known.referred.shape)) {
        const meant = didYouMean(key, Object.keys(known.referred.shape));
        reader.ignored(
          [...path, key],
          `key "${key}" is ignored by Microsoft's tools beside a component${meant}`,
        );
      }
  return {
    type,
    inputs: Object.keys(bound).length > 0 ? bound : undefined,
    outputs: Object.keys(given).length > 0 ? given : undefined,
    properties: common.properties,
    comment: common.comment,
    computeId: readCompute(common.compute, reader, [...path, "compute"]),
    ...read?.(raw as never, reader, path, pipelineOf),
  };
}

const snakeAll = (all: Readonly<Record<string, Template>>): Record<string, Template> =>
  Object.fromEntries(Object.entries(all).map(([name, item]) => [name, snakeKeys(item as object)]));

const snakeServices = (all: Readonly<Record<string, Template>>): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(snakeAll(all)).map(([name, item]) => {
      const { nodes, ...rest } = item as Record<string, Template>;
      return [name, { ...rest, nodes: nodes && snakeKeys(nodes as object) }];
    }),
  );

function readNodeOutputs(
  raw: z.infer<typeof nodeOutputs> | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const given = Object.entries(raw ?? {}).filter(([, item]) => item !== null);
  const mapped = readOutputs(Object.fromEntries(given), reader, path);
  return Object.fromEntries(
    given.map(([name, item]) => {
      if (typeof item === "string") return [name, { value: item, type: "literal" }];
      const binding = item?.path;
      const { assetName, assetVersion, uri, ...rest } = mapped[name] as Record<string, Template>;
      return [
        name,
        isBinding(binding)
          ? { value: binding, type: "literal", mode: rest["mode"] }
          : snakeKeys({ ...rest, uri, name: assetName, version: assetVersion }),
      ];
    }),
  );
}

/** What a node's component is: an id, or a component of its own. */
interface Referred {
  readonly componentId: Template;
  readonly _source: string;
}

/** `azureml:…`, a registry's, or a file with a component. */
function readComponent(
  text: string,
  reader: Reader,
  path: KeyPath,
  make: (file: Reader, value: unknown) => Record<string, Template> | undefined,
): Referred {
  if (text.startsWith("azureml:")) {
    const registry = text.startsWith("azureml://");
    return {
      componentId: hole(
        reader.asset(/^azureml:[^/@:]+$/.test(text) ? `${text}@default` : text, "component", path),
      ),
      _source: registry ? "REMOTE.REGISTRY" : "REMOTE.WORKSPACE.COMPONENT",
    };
  }
  const file = reader.include(text, path);
  const body = file && make(file, file.source.value);
  if (file) reader.adopt(file, path);
  return { componentId: local(body ?? {}, file?.source.file), _source: "YAML.COMPONENT" };
}

const local = (body: Record<string, Template>, path?: string): Template => {
  const reference: Reference = {
    kind: "local",
    type: "component",
    ...(path !== undefined && { path }),
    spec: { body },
  };
  return hole(reference);
};

/** A component's file, by its own schema. */
const bySchema =
  <Schema extends z.ZodType>(
    schema: Schema,
    type: string,
    spec: (raw: z.infer<Schema>, file: Reader) => Record<string, Template>,
    seen: (raw: z.infer<Schema>, file: Reader) => void = () => undefined,
  ) =>
  (file: Reader): Record<string, Template> | undefined => {
    const checked = file.check(schema);
    if (checked === undefined) return undefined;
    seen(checked, file);
    return componentBody(checked as never, type, spec(checked, file), file, true);
  };

const READERS: Readonly<Record<NodeType, Read>> = {
  command: (raw: z.infer<(typeof SCHEMAS)["command"]["referred"]>, reader, path) => ({
    ...readCommandNode(raw, reader, path),
    ...("component" in raw
      ? commandComponentOf(raw.component, reader, [...path, "component"])
      : inlineCommand(raw, reader, path)),
  }),
  sweep: (raw: z.infer<(typeof SCHEMAS)["sweep"]["referred"]>, reader, path) => {
    const { componentId, _source } = commandComponentOf(raw.trial, reader, [...path, "trial"]);
    return {
      trial: componentId,
      _source,
      limits: raw.limits,
      sampling_algorithm:
        raw.sampling_algorithm === undefined || typeof raw.sampling_algorithm === "string"
          ? raw.sampling_algorithm
          : snakeKeys(readAlgorithm(raw.sampling_algorithm) as object),
      objective: raw.objective,
      early_termination: raw.early_termination && snakeKeys(readPolicy(raw.early_termination)),
      search_space: raw.search_space as Template,
      queue_settings: raw.queue_settings && snakeKeys(readQueue(raw.queue_settings)),
      resources: raw.resources && snakeKeys(readResources(raw.resources)),
    };
  },
  parallel: readParallelNode,
  spark: readSparkNode,
  pipeline: (raw: z.infer<(typeof SCHEMAS)["pipeline"]["referred"]>, reader, path, pipelineOf) => ({
    ...(typeof raw.component === "string"
      ? readComponent(raw.component, reader, [...path, "component"], pipelineOf)
      : {}),
  }),
};

const commandComponentOf = (
  given: string | Readonly<Record<string, unknown>>,
  reader: Reader,
  path: KeyPath,
): Referred => {
  if (typeof given === "string")
    return readComponent(given, reader, path, bySchema(commandComponentSchema, "command", readCommandSpec));
  const checked = commandComponentSchema.safeParse(given);
  if (!checked.success) {
    reader.refuse(given, checked.error.issues, path);
    return { componentId: undefined, _source: "YAML.COMPONENT" };
  }
  const spec = readCommandSpec(checked.data, reader.under(path));
  return {
    componentId: local(componentBody(checked.data, "command", spec, reader.under(path), true)),
    _source: "YAML.COMPONENT",
  };
};

function inlineCommand(
  raw: z.infer<(typeof SCHEMAS)["command"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Referred {
  const spec: Record<string, Template> = {
    command: raw.command,
    code: raw.code ? hole({ kind: "prefixed", of: reader.jobCode(raw.code, [...path, "code"]) }) : undefined,
    environment: raw.environment
      ? hole({ kind: "prefixed", of: readEnvironment(raw.environment, reader, [...path, "environment"]) })
      : undefined,
    type: "command",
    inputs: Object.keys(raw.inputs ?? {}),
    outputs: Object.keys(raw.outputs ?? {}),
  };
  return {
    componentId: local({ properties: { componentSpec: spec, isAnonymous: true, isArchived: false } }),
    _source: "YAML.JOB",
  };
}

function readCommandNode(
  raw: z.infer<(typeof SCHEMAS)["command"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const variables = readVariables(raw.environment_variables, reader, [...path, "environment_variables"]);
  const { display_name, tags } = raw as { display_name?: string; tags?: Record<string, string> };
  return {
    display_name,
    tags,
    resources: raw.resources && snakeKeys(readResources(raw.resources)),
    distribution: raw.distribution && nodeDistribution(readDistribution(raw.distribution)),
    limits: raw.limits && snakeKeys(readCommandLimits(raw.limits)),
    environment_variables: Object.keys(variables).length > 0 ? variables : undefined,
    queue_settings: raw.queue_settings && snakeKeys(readQueue(raw.queue_settings)),
    services: raw.services && snakeServices(readServices(raw.services, reader, [...path, "services"])),
    identity: raw.identity && snakeKeys(readJobIdentity(raw.identity)),
  };
}

const SIZES = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;
/** Ray's own keys stay as ARM has them. */
const nodeDistribution = (all: Record<string, Template>): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(all).map(([key, item]) => [
      /^(include|dashboard|head|worker(?!C))/.test(key) ? key : snake(key),
      item,
    ]),
  );

/** `10` items, or `10kb`. */
function batchSize(text: string | undefined, reader: Reader, path: KeyPath): Template {
  if (text === undefined || isBinding(text)) return text;
  const [, digits, unit] = /^\s*(\d+)\s*(kb|mb|gb)?\s*$/i.exec(text) ?? [];
  if (digits === undefined) {
    reader.problem(
      path,
      `found ${JSON.stringify(text)}; allowed: a whole number, maybe with kb, mb or gb after it`,
    );
    return undefined;
  }
  return Number(digits) * (unit === undefined ? 1 : SIZES[unit.toLowerCase() as keyof typeof SIZES]);
}

function readParallelNode(
  raw: z.infer<(typeof SCHEMAS)["parallel"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  let of: z.infer<typeof parallelComponentSchema> | undefined;
  let from: Reader | undefined;
  const referred: Referred =
    typeof raw.component === "string"
      ? readComponent(
          raw.component,
          reader,
          [...path, "component"],
          bySchema(parallelComponentSchema, "parallel", readParallelSpec, (seen, file) => {
            of = seen;
            from = file;
          }),
        )
      : {
          componentId: local({
            properties: { componentSpec: { ...readParallelSpec(raw, reader), type: "parallel" } },
          }),
          _source: "YAML.JOB",
        };
  const variables = readVariables(raw.environment_variables, reader, [...path, "environment_variables"]);
  const taskOf = raw.task ?? of?.task;
  const keysOf = raw.partition_keys ?? of?.partition_keys;
  const used = raw.resources ?? of?.resources;
  return {
    ...referred,
    resources: used && snakeKeys(readResources(used)),
    error_threshold: raw.error_threshold,
    mini_batch_error_threshold: raw.mini_batch_error_threshold ?? of?.mini_batch_error_threshold,
    environment_variables: Object.keys(variables).length > 0 ? variables : undefined,
    max_concurrency_per_instance: raw.max_concurrency_per_instance ?? of?.max_concurrency_per_instance,
    task:
      taskOf && readTask(taskOf, raw.task ? reader : (from ?? reader), [...(raw.task ? path : []), "task"]),
    input_data: raw.input_data ?? of?.input_data,
    retry_settings: raw.retry_settings ?? of?.retry_settings,
    logging_level: raw.logging_level,
    mini_batch_size: batchSize(raw.mini_batch_size ?? of?.mini_batch_size, reader, [
      ...path,
      "mini_batch_size",
    ]),
    partition_keys: keysOf && pythonList(keysOf),
    identity: raw.identity && snakeKeys(readJobIdentity(raw.identity)),
  };
}

function readSparkNode(
  raw: z.infer<(typeof SCHEMAS)["spark"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  let of: z.infer<typeof sparkComponentSchema> | undefined;
  const referred: Referred =
    typeof raw.component === "string"
      ? readComponent(
          raw.component,
          reader,
          [...path, "component"],
          bySchema(sparkComponentSchema, "spark", readSparkSpec, (seen) => {
            of = seen;
          }),
        )
      : inlineSpark(raw, reader, path);
  const entry = raw.entry ?? of?.entry;
  return {
    ...referred,
    resources: raw.resources && snakeKeys(readSparkResources(raw.resources, reader, [...path, "resources"])),
    py_files: raw.py_files ?? of?.py_files,
    jars: raw.jars ?? of?.jars,
    files: raw.files ?? of?.files,
    archives: raw.archives ?? of?.archives,
    conf: raw.conf ?? of?.conf,
    args: raw.args ?? of?.args,
    entry: entry && snakeKeys(readEntry(entry)),
    // A Spark node runs as its user unless it says otherwise.
    identity: snakeKeys(readJobIdentity(raw.identity ?? { type: "user_identity" })),
  };
}

function inlineSpark(
  raw: z.infer<(typeof SCHEMAS)["spark"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Referred {
  checkConf(raw.conf, reader, [...path, "conf"]);
  const spec: Record<string, Template> = {
    code: raw.code ? hole({ kind: "prefixed", of: reader.jobCode(raw.code, [...path, "code"]) }) : undefined,
    environment: raw.environment
      ? hole({ kind: "prefixed", of: readEnvironment(raw.environment, reader, [...path, "environment"]) })
      : undefined,
    entry: raw.entry,
    conf: raw.conf,
    args: raw.args,
    type: "spark",
  };
  return {
    componentId: local({ properties: { componentSpec: spec, isAnonymous: true, isArchived: false } }),
    _source: "YAML.JOB",
  };
}
