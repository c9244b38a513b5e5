/** What Spark jobs, nodes and components share. */
import { z } from "zod";
import { choose, isMapping, keys, required, scalars, text } from "../fields.ts";
import { environment } from "./parts.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

const byFile = keys({ file: required });
const byClass = keys({
  class_name: z.never({ error: "a class is not supported by Microsoft's client: name a file" }),
});
type Entry = { file: string } | { class_name: string };

export const sparkFields = {
  code: text.optional(),
  entry: choose<Entry>((value) => (isMapping(value) && "class_name" in value ? byClass : byFile)),
  py_files: z.array(text).optional(),
  jars: z.array(text).optional(),
  files: z.array(text).optional(),
  archives: z.array(text).optional(),
  conf: z.record(z.string(), scalars).optional(),
  environment: environment.nullable().optional(),
  args: text.optional(),
};

/** A runtime version may be written as a number. */
export const sparkResources = keys({
  instance_type: text.optional(),
  runtime_version: z.union([text, z.number()]).optional(),
});

/** Of a node: the sizes that Spark runs on there. */
export const nodeResources = keys({
  instance_type: z.preprocess(
    (value) => (typeof value === "string" ? value.toLowerCase() : value),
    z.enum([4, 8, 16, 32, 64].map((cores) => `standard_e${String(cores)}s_v3`) as [string, ...string[]]),
  ),
  runtime_version: z.union([text, z.number()]),
});

export const readEntry = (entry: Entry): Record<string, Template> =>
  "file" in entry
    ? { file: entry.file, sparkJobEntryType: "SparkJobPythonEntry" }
    : { className: entry.class_name, sparkJobEntryType: "SparkJobScalaEntry" };

export const readSparkResources = (
  raw: z.infer<typeof sparkResources>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> => ({
  instanceType: raw.instance_type,
  runtimeVersion: reader.version(raw.runtime_version, [...path, "runtime_version"]),
});

/** On a cluster of its own it runs as that, else as its user, unless it says otherwise. */
export const sparkIdentity = (compute: string | undefined): { type: "managed" | "user_identity" } => ({
  type: compute === undefined ? "user_identity" : "managed",
});

const DYNAMIC = "spark.dynamicAllocation.enabled";
const isDynamic = (conf: Readonly<Record<string, unknown>>): boolean => /^true$/i.test(String(conf[DYNAMIC]));

/** Where executors come and go, it begins with the least of them. */
export function readConf<Value>(conf: Readonly<Record<string, Value>> | undefined): Record<string, Value> {
  const given = { ...conf };
  const least = given["spark.dynamicAllocation.minExecutors"];
  if (isDynamic(given) && least !== undefined) given["spark.executor.instances"] ??= least;
  return given;
}
export const readNodeConf = (conf: Readonly<Record<string, Template>> | undefined): Template =>
  conf && readConf(conf);

const CORES = ["spark.driver.cores", "spark.executor.cores"];
/** What a run has to say of drivers and executors, unless executors come and go. */
const NEEDED = [...CORES, "spark.driver.memory", "spark.executor.memory"];

/** The rules of Spark's settings: the client refuses a job without them. */
export function checkConf(
  conf: Readonly<Record<string, unknown>> | undefined,
  reader: Reader,
  path: KeyPath,
): void {
  const given = conf ?? {};
  for (const name of NEEDED)
    if (given[name] === undefined)
      reader.problem([...path, name], `is missing in conf; a Spark run needs it`);
  const dynamic = isDynamic(given);
  const bounds = ["spark.dynamicAllocation.minExecutors", "spark.dynamicAllocation.maxExecutors"];
  for (const name of dynamic ? bounds : ["spark.executor.instances"])
    if (given[name] === undefined)
      reader.problem([...path, name], `is missing in conf; a Spark run needs it`);
}
