/** Components: what a registered one says, and what a pipeline refers to by its file. */
import { z } from "zod";
import { anything, boolean, keys, readOnly, text, texts, version, whole, words } from "../fields.ts";
import { didYouMean } from "../nearest.ts";
import { hole } from "../template.ts";
import { TASKS } from "./automl-tasks.ts";
import { isBinding } from "./bindings.ts";
import { inputPorts, outputPort, outputPorts, readPorts } from "./component-ports.ts";
import { commandFields, environment, readEnvironment, resourcesFields } from "./parts.ts";
import { sparkFields } from "./spark.ts";
import type { Reader } from "../reader.ts";
import type { Hole, KeyPath, Template } from "../types.ts";

const componentName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "lower-case letters, digits and underscores, a letter first");

/** Of every component. */
export const componentFields = {
  $schema: text.optional(),
  name: componentName.optional(),
  version: version.optional(),
  display_name: text.optional(),
  description: text.optional(),
  tags: texts.optional(),
  is_deterministic: boolean.optional(),
  inputs: inputPorts.optional(),
  outputs: outputPorts.optional(),
  id: readOnly,
  creation_context: readOnly,
  intellectual_property: readOnly,
  latest_version: readOnly,
};
type RawComponent = z.infer<z.ZodObject<typeof componentFields>>;

const VARIABLES = "environment_variables";

/**
 * Keys that the client does not know in a component go to the service as they are; a job's variables do not where the
 * component has a command of its own.
 */
export function readOthers(
  raw: object,
  { shape }: z.ZodObject,
  reader: Reader,
  type: "command" | "other" = "other",
): Record<string, Template> {
  const others = Object.entries(raw).filter(([key]) => !(key in shape));
  for (const [key] of others)
    reader.ignored(
      [key],
      `key "${key}" is no key of a component; Microsoft's tools pass it on${didYouMean(key, Object.keys(shape))}`,
    );
  return Object.fromEntries(
    others.filter(([key]) => type === "other" || key !== VARIABLES) as [string, Template][],
  );
}

/** A component that belongs to the pipeline that names its file: its own name and version are nobody's. */
export function anonymous(schema: z.ZodObject): z.ZodObject {
  const made =
    withoutNames.get(schema) ??
    schema.extend({ name: z.unknown().optional(), version: z.unknown().optional() }).loose();
  withoutNames.set(schema, made);
  return made;
}
const withoutNames = new WeakMap<z.ZodObject, z.ZodObject>();

const source = (raw: RawComponent, type: string, reader: Reader, isAnonymous: boolean) => ({
  name: isAnonymous ? "azureml_anonymous" : raw.name,
  version: isAnonymous ? "1" : reader.version(raw.version, ["version"]),
  $schema: raw.$schema,
  display_name: raw.display_name,
  description: raw.description,
  tags: raw.tags && Object.keys(raw.tags).length > 0 ? raw.tags : undefined,
  is_deterministic: raw.is_deterministic ?? (type === "pipeline" ? undefined : true),
  inputs: readPorts(raw.inputs, reader, ["inputs"]),
  outputs: readPorts(raw.outputs, reader, ["outputs"]),
  type,
  _source: "YAML.COMPONENT",
});

/** The body of a component version. `properties`: those of the asset, as text. */
export function componentBody(
  raw: RawComponent,
  type: string,
  own: Readonly<Record<string, Template>>,
  reader: Reader,
  isAnonymous: boolean,
  properties: Readonly<Record<string, Template>> = {},
): Record<string, Template> {
  return {
    properties: {
      componentSpec: { ...own, ...source(raw, type, reader, isAnonymous) },
      description: raw.description,
      isAnonymous,
      isArchived: type === "pipeline" ? undefined : false,
      properties,
      tags: raw.tags ?? {},
    },
  };
}

/** Code and environment as components name them. */
const readCode = (raw: string, reader: Reader, path: KeyPath): Hole =>
  hole({ kind: "prefixed", of: reader.jobCode(raw, path) });
const readEnvironmentName = (raw: z.infer<typeof environment>, reader: Reader, path: KeyPath): Hole =>
  hole({ kind: "prefixed", of: readEnvironment(raw, reader, path) });

const looseResources = z.looseObject(resourcesFields);

export const commandComponentSchema = keys({
  ...componentFields,
  command: commandFields.command,
  code: commandFields.code,
  environment: commandFields.environment,
  distribution: commandFields.distribution,
  type: words(["command"]).optional(),
  resources: looseResources.optional(),
  properties: anything.optional(),
  additional_includes: z.array(text).optional(),
});

/** `type` stays in a component's own letters. */
const plainDistribution = (raw: { readonly type: string } | undefined): Template => raw;

export const readCommandSpec = (
  raw: z.infer<typeof commandComponentSchema>,
  reader: Reader,
): Record<string, Template> => ({
  command: raw.command,
  code: raw.code === undefined ? undefined : readCode(raw.code, reader, ["code"]),
  environment: readEnvironmentName(raw.environment, reader, ["environment"]),
  resources: raw.resources as Template,
  distribution: plainDistribution(raw.distribution),
  properties: raw.properties as Template,
  additional_includes: raw.additional_includes,
});

/** Of an asset: values as text. */
export const assetProperties = (
  raw: Readonly<Record<string, unknown>> | undefined,
  reader: Reader,
): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(raw ?? {}).map(([key, item]) => [
      key,
      typeof item === "string" || typeof item === "number" || typeof item === "boolean"
        ? reader.scalar(item, ["properties", key])
        : JSON.stringify(item),
    ]),
  );

const SIZES = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;
/** `10` items, or `10kb`. */
export function batchSize(text: string | undefined, reader: Reader, path: KeyPath): Template {
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

const task = keys({
  type: words(["run_function", "model", "function"]),
  code: text.optional(),
  entry_script: text.optional(),
  program_arguments: text.optional(),
  model: text.optional(),
  append_row_to: text.optional(),
  environment,
});
export const parallelFields = {
  resources: keys({ ...resourcesFields, instance_count: whole(-(2 ** 31)).optional() }).optional(),
  logging_level: z
    .string()
    .regex(/^(DEBUG|INFO|WARNING)$/, "DEBUG, INFO, WARNING")
    .optional(),
  task: task.optional(),
  mini_batch_size: text.optional(),
  partition_keys: z.array(text).optional(),
  input_data: text.optional(),
  retry_settings: keys({ timeout: whole(0).optional(), max_retries: whole(0).optional() }).optional(),
  max_concurrency_per_instance: whole(0).optional(),
  error_threshold: whole(-1).optional(),
  mini_batch_error_threshold: whole(-1).optional(),
};
export type RawParallel = z.infer<z.ZodObject<typeof parallelFields>>;
export const parallelComponentSchema = keys({
  ...componentFields,
  ...parallelFields,
  type: words(["parallel"]),
  properties: anything.optional(),
});

export function readTask(raw: z.infer<typeof task>, reader: Reader, path: KeyPath): Record<string, Template> {
  return {
    ...raw,
    code: raw.code === undefined ? undefined : readCode(raw.code, reader, [...path, "code"]),
    environment: readEnvironmentName(raw.environment, reader, [...path, "environment"]),
  };
}
/** In bytes or items, as text. */
function size(text: string | undefined, reader: Reader): Template {
  const read = batchSize(text, reader, ["mini_batch_size"]);
  return typeof read === "number" ? String(read) : read;
}
export const readParallelSpec = (
  { partition_keys, ...raw }: RawParallel,
  reader: Reader,
): Record<string, Template> => ({
  resources: raw.resources as Template,
  logging_level: raw.logging_level,
  task: raw.task && readTask(raw.task, reader, ["task"]),
  mini_batch_size: size(raw.mini_batch_size, reader),
  partition_keys: partition_keys && pythonList(partition_keys),
  input_data: raw.input_data,
  retry_settings: raw.retry_settings,
  max_concurrency_per_instance: raw.max_concurrency_per_instance,
  error_threshold: raw.error_threshold,
  mini_batch_error_threshold: raw.mini_batch_error_threshold,
});
/** As Python's `json.dumps` writes it. */
export const pythonList = (items: readonly string[]): string =>
  `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;

export const sparkComponentSchema = keys({
  ...componentFields,
  ...sparkFields,
  type: words(["spark"]).optional(),
  properties: anything.optional(),
  additional_includes: z.array(text).optional(),
});
export function readSparkSpec(
  raw: z.infer<typeof sparkComponentSchema>,
  reader: Reader,
): Record<string, Template> {
  return {
    // Unless it says where, its code is beside it.
    code: readCode(raw.code ?? ".", reader, ["code"]),
    entry: raw.entry,
    py_files: raw.py_files,
    jars: raw.jars,
    files: raw.files,
    archives: raw.archives,
    conf: raw.conf,
    environment: raw.environment ? readEnvironmentName(raw.environment, reader, ["environment"]) : undefined,
    args: raw.args,
    properties: raw.properties as Template,
  };
}

export const automlComponentSchema = keys({
  ...componentFields,
  type: words(["automl"]),
  task: words(Object.keys(TASKS) as [string]),
  properties: anything.optional(),
});

const SOURCES = ["type", "connection", "query", "path"] as const;
export const importComponentSchema = keys({
  ...componentFields,
  type: words(["import"]).optional(),
  source: inputPorts.refine(
    (all) => Object.keys(all).every((key) => (SOURCES as readonly string[]).includes(key)),
    `allowed in a source: ${SOURCES.join(", ")}`,
  ),
  output: outputPort,
  properties: anything.optional(),
});

/** To the service it is a command of that name. */
export function readImportComponent(
  raw: z.infer<typeof importComponentSchema>,
  reader: Reader,
): Record<string, Template> {
  const own = { command: "import" };
  const ports = { inputs: raw.source, outputs: { output: raw.output } };
  const others = readOthers(raw, importComponentSchema, reader);
  const properties = assetProperties(raw.properties, reader);
  const body = componentBody(
    { ...raw, ...ports },
    "command",
    { ...others, ...own },
    reader,
    false,
    properties,
  );
  const { componentSpec, ...rest } = body["properties"] as Record<string, Record<string, Template>>;
  const tags = { ...(raw.tags ?? {}), component_type_overwrite: "import" };
  return { properties: { ...rest, componentSpec: { ...componentSpec, tags } } };
}
