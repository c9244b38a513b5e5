/** Inputs and outputs of jobs, from the shapes in which clients send them to what a run is given. */
import type { DataType, JobInput, JobOutput } from "../../../contracts-jobs.ts";
import { ArmError } from "../errors.ts";
import { asText, isObject, type Json, type JsonObject, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { findAsset, resolveUri } from "./references.ts";

export const refuse = (message: string): ArmError => new ArmError(400, "UserError", message);

const TYPES: readonly DataType[] = [
  "uri_file",
  "uri_folder",
  "mltable",
  "custom_model",
  "mlflow_model",
  "triton_model",
];
const bare = (text: string) => text.replaceAll("_", "").toLowerCase();

/** The type of data that a word means, however it is spelled; `undefined` for a literal. */
export const dataType = (word: string): DataType | undefined =>
  TYPES.find((type) => bare(type) === bare(word));

/** The word in which an input or output says its type; nodes of pipelines have it in snake case. */
export const typeWord = (value: JsonObject, kind: "input" | "output"): string | undefined =>
  [`job${kind === "input" ? "Input" : "Output"}Type`, `job_${kind}_type`, "type"]
    .map((name) => textAt(value, name))
    .find((text) => text !== undefined);

export const uriOf = (value: JsonObject): string | undefined => textAt(value, "uri") ?? textAt(value, "path");

/** The text of a literal, as Azure ML hands it to a command: `True`, `0.5`. */
export const literalText = (value: Json | undefined): string =>
  typeof value === "boolean" ? (value ? "True" : "False") : asText(value);

const isModel = (type: DataType) => type.endsWith("_model");

/**
 * Data that an id of an asset or a URI names.
 * @throws ArmError 400 that names the input.
 */
export function dataInput(
  cloud: Cloud,
  workspaceId: string,
  name: string,
  type: DataType,
  value: JsonObject,
): JobInput {
  const reference = uriOf(value);
  if (!reference) throw refuse(`The input '${name}' has no uri.`);
  const mode = /direct/i.test(textAt(value, "mode") ?? "") ? "direct" : "download";
  const kind = isModel(type) ? "models" : "data";
  const asset = findAsset(cloud, workspaceId, reference, kind);
  if (!asset && new RegExp(`/${kind}/[^/]+/versions/|^azureml:(?!//)`, "i").test(reference))
    throw refuse(`The input '${name}' is '${reference}', which was not found.`);
  if (!asset) return { type, uri: reference, blob: resolveUri(cloud, workspaceId, reference), mode };
  const own = textAt(asset.body, isModel(type) ? "properties.modelType" : "properties.dataType");
  if (own !== undefined && dataType(own) !== type)
    throw refuse(`The input '${name}' is of type ${type}, and ${reference} is of type ${own}.`);
  const uri = textAt(asset.body, isModel(type) ? "properties.modelUri" : "properties.dataUri") ?? "";
  return { type, uri, blob: resolveUri(cloud, workspaceId, uri), mode };
}

/** Inputs of a job or an invocation as they stand in its body. */
export function readInputs(cloud: Cloud, workspaceId: string, inputs: JsonObject): Record<string, JobInput> {
  const entries = Object.entries(inputs).flatMap(([name, value]): [string, JobInput][] => {
    if (value === null) return [];
    if (!isObject(value)) return [[name, literalText(value)]];
    const type = dataType(typeWord(value, "input") ?? "");
    if (!type) return [[name, literalText(value["value"])]];
    return [[name, dataInput(cloud, workspaceId, name, type, value)]];
  });
  return Object.fromEntries(entries);
}

/** Where an output of a job lies when its author names no place: clients look there. A folder ends in a slash. */
const defaultPlace = (job: string, output: string, type: DataType): string =>
  `azureml://datastores/workspaceblobstore/paths/azureml/${job}/${output}${type === "uri_file" ? "" : "/"}`;

/** An output at its place. `${{name}}` and its like in a URI are filled in. */
export function output(
  cloud: Cloud,
  workspaceId: string,
  job: string,
  name: string,
  type: DataType,
  value: JsonObject,
): JobOutput {
  const chosen = uriOf(value);
  const uri = (chosen ?? defaultPlace(job, name, type))
    .replaceAll(/\$\{\{\s*name\s*\}\}/g, job)
    .replaceAll(/\$\{\{\s*output_name\s*\}\}/g, name)
    .replaceAll(/\$\{\{\s*default_datastore\s*\}\}/g, "workspaceblobstore");
  const mode = /direct/i.test(textAt(value, "mode") ?? "") ? "direct" : "upload";
  return { type, uri, blob: resolveUri(cloud, workspaceId, uri), mode };
}

export function readOutputs(
  cloud: Cloud,
  workspaceId: string,
  job: string,
  outputs: JsonObject,
): Record<string, JobOutput> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => {
      if (!isObject(value)) return [];
      const type = dataType(typeWord(value, "output") ?? "uri_folder");
      if (!type) throw refuse(`The output '${name}' is of type '${typeWord(value, "output") ?? ""}'.`);
      return [[name, output(cloud, workspaceId, job, name, type, value)]];
    }),
  );
}
