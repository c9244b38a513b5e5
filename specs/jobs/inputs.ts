/** Inputs and outputs of jobs and of the nodes of a pipeline. */
import { z } from "zod";
import { choose, isMapping, keys, scalars, text, version, words } from "../fields.ts";
import { pythonText } from "../source.ts";
import { hole } from "../template.ts";
import { SINGLE_BINDING, isBinding } from "./bindings.ts";
import type { Reader } from "../reader.ts";
import type { AssetType, KeyPath, Template } from "../types.ts";

const MODELS = ["custom_model", "mlflow_model", "triton_model"] as const;
const modes = {
  download: "Download",
  ro_mount: "ReadOnlyMount",
  rw_mount: "ReadWriteMount",
  mount: "ReadWriteMount",
  upload: "Upload",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
} as const;
const READ = ["download", "ro_mount", "direct"] as const;
const READ_TABLE = [...READ, "eval_mount", "eval_download"] as const;

interface RawInput {
  type?: string | undefined;
  mode?: keyof typeof modes | undefined;
  path?: string | undefined;
  path_on_compute?: string | undefined;
  datastore?: string | undefined;
}
type Input = string | number | boolean | { value: string | number | boolean } | RawInput;

const place = { path: text.optional(), path_on_compute: text.optional(), datastore: text.optional() };
const inputOf = (types: readonly [string, ...string[]], allowed: readonly [string, ...string[]]) =>
  keys({ ...place, type: words(types).optional(), mode: words(allowed).optional() }) as z.ZodType<RawInput>;
const dataInput = inputOf(["uri_file", "uri_folder", ...MODELS, "mltable"], READ);
const tableInput = inputOf(["mltable"], READ_TABLE);
const literal = keys({ value: scalars });

/** Text, a number, a truth value, `value: …`, or content with a `type`. */
export const input = choose<Input>((value) => {
  if (!isMapping(value)) return scalars;
  if ("value" in value) return literal;
  const table = /^mltable$/i.test(String(value["type"])) || String(value["mode"]).startsWith("eval_");
  return table && /^mltable$/i.test(String("type" in value ? value["type"] : "mltable"))
    ? tableInput
    : dataInput;
});
export const inputs = z.record(z.string(), input);

const outputMapping = keys({
  name: text.optional(),
  version: version.optional(),
  mode: words(["mount", "upload", "rw_mount", "direct"]).optional(),
  type: words(["uri_file", "uri_folder", ...MODELS, "mltable"]).optional(),
  path: text.optional(),
});
export const output = outputMapping.nullable();
export const outputs = z.record(z.string(), output);
/** Of a node: what a pipeline binds, too. */
export const nodeOutput = choose<string | z.infer<typeof output>>((value) =>
  typeof value === "string" ? z.string().regex(SINGLE_BINDING, "${{parent.outputs.NAME}}") : output,
);
export const nodeOutputs = z.record(z.string(), nodeOutput);

/** Inputs of a job as its body has them. */
export const readInputs = (
  raw: Readonly<Record<string, Input>> | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(raw ?? {}).map(([name, value]) => [name, readInput(value, reader, [...path, name])]),
  );

export function readInput(raw: Input, reader: Reader, path: KeyPath): Template {
  if (typeof raw !== "object") return { value: reader.scalar(raw, path), jobInputType: "literal" };
  if ("value" in raw) return { value: readLiteral(raw.value, reader, path), jobInputType: "literal" };
  const { type = "uri_folder", mode, path: where, datastore } = raw;
  const how = mode === undefined ? {} : { mode: modes[mode] };
  if (where === undefined) return { ...how, jobInputType: type };
  if (isBinding(where)) return { value: where, ...how, jobInputType: "literal" };
  const isModel = (MODELS as readonly string[]).includes(type);
  return {
    uri: readPlace(where, isModel ? "model" : "data", reader, [...path, "path"], datastore),
    ...how,
    jobInputType: type,
  };
}

/**
 * The client tries a truth value and a whole number before any other, and both take what they can of a number:
 * `value: 1` is `True`, and `value: 0.5` is `0`.
 */
function readLiteral(value: string | number | boolean, reader: Reader, path: KeyPath): string {
  if (typeof value !== "number") return reader.scalar(value, [...path, "value"]);
  const read = value === 0 || value === 1 ? pythonText(value === 1) : String(Math.trunc(value));
  if (Number(read) !== value)
    reader.ignored(
      [...path, "value"],
      `Microsoft's tools read ${String(value)} as ${read}; quoted, it stays`,
    );
  return read;
}

/** An asset, a URI as it is written, or what is to be uploaded. */
function readPlace(
  where: string,
  type: AssetType,
  reader: Reader,
  path: KeyPath,
  datastore?: string,
): Template {
  if (where.startsWith("azureml://registries/")) {
    const collection = /^azureml:\/\/registries\/[^/]+\/([^/]+)/.exec(where)?.[1];
    return hole(reader.asset(where, collection === "models" ? "model" : type, path));
  }
  if (/^azureml:(?!\/\/)/.test(where)) return hole(reader.asset(where, type, path));
  const reference = reader.input(where, type, path, datastore);
  // A datastore's path stays in its short form in jobs.
  return reference.kind === "upload" ? hole(reference) : where;
}

export const readOutputs = (
  raw: Readonly<Record<string, z.infer<typeof nodeOutput>>> | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(raw ?? {}).map(([name, value]) => [
      name,
      readOutput(typeof value === "string" ? {} : value, reader, [...path, name]),
    ]),
  );

function readOutput(raw: z.infer<typeof output>, reader: Reader, path: KeyPath): Template {
  const { type, mode, path: where, name, version: which } = raw ?? {};
  if (where !== undefined) reader.input(where, "data", [...path, "path"]);
  return {
    uri: where,
    mode: mode && modes[mode],
    assetName: name,
    assetVersion: reader.version(which, [...path, "version"]),
    jobOutputType: type ?? "uri_folder",
  };
}
