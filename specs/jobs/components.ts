/** Components: what a registered one says, and what a pipeline refers to by its file. */
import { z } from "zod";
import {
  anything,
  boolean,
  choose,
  isMapping,
  keys,
  readOnly,
  text,
  texts,
  version,
  whole,
  words,
} from "../fields.ts";
import { hole } from "../template.ts";
import { commandFields, environment, readEnvironment, resourcesFields } from "./parts.ts";
import { checkConf, sparkFields } from "./spark.ts";
import type { Reader } from "../reader.ts";
import type { Hole, KeyPath, Template } from "../types.ts";

const PRIMITIVES = ["boolean", "integer", "number", "string"] as const;
const CONTENT = [
  "path",
  "custom_model",
  "mlflow_model",
  "mltable",
  "triton_model",
  "uri_file",
  "uri_folder",
] as const;
const MODES = [
  "direct",
  "download",
  "eval_download",
  "eval_mount",
  "mount",
  "ro_mount",
  "rw_mount",
  "upload",
  "link",
] as const;
const value = z.union([z.string(), z.number(), z.boolean()]);
const parameter = keys({
  type: words(PRIMITIVES),
  optional: boolean.optional(),
  default: value.optional(),
  description: text.optional(),
  max: value.optional(),
  min: value.optional(),
  enum: z.array(text).optional(),
});
const inputPort = keys({
  type: words(CONTENT),
  optional: boolean.optional(),
  default: text.optional(),
  description: text.optional(),
  mode: words(MODES).optional(),
});
type Port = Readonly<Record<string, unknown>> & { type: string };
const isPrimitive = (raw: unknown): boolean =>
  isMapping(raw) && (PRIMITIVES as readonly unknown[]).includes(String(raw["type"]).toLowerCase());
const anyPort = keys({ type: words([...PRIMITIVES, ...CONTENT]) });
const portOf = (primitive: z.ZodType, content: z.ZodType) =>
  choose<Port>((raw) => {
    const known =
      isMapping(raw) && [...PRIMITIVES, ...CONTENT].includes(String(raw["type"]).toLowerCase() as never);
    return (known ? (isPrimitive(raw) ? primitive : content) : anyPort.loose()) as z.ZodType<Port>;
  });
const inputPorts = z.record(z.string(), portOf(parameter, inputPort));
const contentOutput = keys({
  type: words(CONTENT),
  description: text.optional(),
  mode: words(MODES).optional(),
});
const primitiveOutput = z.looseObject({ type: words(PRIMITIVES), description: text.optional() });
const outputPorts = z.record(z.string(), portOf(primitiveOutput, contentOutput));

const componentName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]*$/, "lower-case letters, digits and underscores, no digit first");

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

/** A default, a bound: as text, in the form that its type has in Python. */
function asText(raw: unknown, type: string, reader: Reader, path: KeyPath): Template {
  if (typeof raw !== "string" && typeof raw !== "number" && typeof raw !== "boolean") return undefined;
  if (type === "number" && typeof raw !== "boolean") {
    const parsed = Number(raw);
    return Number.isInteger(parsed) ? parsed.toFixed(1) : String(parsed);
  }
  if (type === "boolean" && typeof raw === "string") return /^true$/i.test(raw) ? "True" : "False";
  return reader.scalar(raw, path);
}

function readPort(raw: Port, reader: Reader, path: KeyPath): Template {
  const primitive = isPrimitive(raw);
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([key, item]) => item !== undefined && !(key === "optional" && item === false))
      .map(([key, item]) => [
        key,
        primitive && ["default", "min", "max"].includes(key)
          ? asText(item, raw.type, reader, [...path, key])
          : (item as Template),
      ]),
  );
}
const readPorts = (
  raw: Readonly<Record<string, Port>> | undefined,
  reader: Reader,
  path: KeyPath,
): Template =>
  raw && Object.keys(raw).length > 0
    ? Object.fromEntries(
        Object.entries(raw).map(([name, port]) => [name, readPort(port, reader, [...path, name])]),
      )
    : undefined;

const source = (raw: RawComponent, type: string, reader: Reader, anonymous: boolean) => ({
  name: anonymous ? "azureml_anonymous" : raw.name,
  version: anonymous ? "1" : reader.version(raw.version, ["version"]),
  $schema: raw.$schema,
  display_name: raw.display_name,
  description: raw.description,
  tags: raw.tags && Object.keys(raw.tags).length > 0 ? raw.tags : undefined,
  is_deterministic: raw.is_deterministic ?? true,
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
  anonymous: boolean,
  properties: Readonly<Record<string, Template>> = {},
): Record<string, Template> {
  return {
    properties: {
      componentSpec: { ...own, ...source(raw, type, reader, anonymous) },
      description: raw.description,
      isAnonymous: anonymous,
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
  resources: keys(resourcesFields).optional(),
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
});

export function readTask(raw: z.infer<typeof task>, reader: Reader, path: KeyPath): Record<string, Template> {
  return {
    ...raw,
    code: raw.code === undefined ? undefined : readCode(raw.code, reader, [...path, "code"]),
    environment: readEnvironmentName(raw.environment, reader, [...path, "environment"]),
  };
}
export const readParallelSpec = (
  { partition_keys, ...raw }: RawParallel,
  reader: Reader,
): Record<string, Template> => ({
  resources: raw.resources as Template,
  logging_level: raw.logging_level,
  task: raw.task && readTask(raw.task, reader, ["task"]),
  mini_batch_size: raw.mini_batch_size,
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
  checkConf(raw.conf, reader, ["conf"]);
  return {
    code: raw.code === undefined ? undefined : readCode(raw.code, reader, ["code"]),
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
