/** Batch deployments of a model: with `type: model` and `settings`, or in the older shape without either. */
import { z } from "zod";
import { integer, keys, required, strings, text, words } from "../fields.ts";
import { isoFromSeconds } from "../durations.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { armCode, deploymentFields, readDeployment } from "./deployment.ts";
import { batchDeploymentRules } from "../rules/batch.ts";
import type { BatchDeploymentProperties } from "../arm.ts";
import type { BatchDeploymentSpec, KeyPath, ReferenceResolver } from "../types.ts";

/** In `settings`, and in the older shape at the top. */
const settingsFields = {
  mini_batch_size: integer.optional(),
  max_concurrency_per_instance: integer.optional(),
  output_action: words(["append_row", "summary_only"]).optional(),
  output_file_name: required.optional(),
  retry_settings: keys({ max_retries: integer.optional(), timeout: integer.optional() }).optional(),
  error_threshold: integer.optional(),
  logging_level: z
    .string()
    .regex(/^(info|warning|debug)$/i, "info, warning, debug")
    .optional(),
};
const settings = keys({
  ...settingsFields,
  instance_count: integer.optional(),
  environment_variables: strings.optional(),
});

const schema = keys({
  ...deploymentFields,
  ...settingsFields,
  type: words(["model"]).optional(),
  settings: settings.optional(),
  compute: text.optional(),
  resources: keys({
    instance_count: integer.optional(),
    instance_type: text.optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
});
type Raw = z.infer<typeof schema>;

function read(raw: Raw, reader: Reader): BatchDeploymentSpec {
  const under: KeyPath = raw.type === undefined ? [] : ["settings"];
  checkShape(raw, reader);
  const chosen = raw.type === undefined ? raw : (raw.settings ?? {});
  if (raw.resources && raw.settings?.instance_count !== undefined)
    reader.problem(["settings", "instance_count"], "found both this and resources; allowed: one of them");
  const parts = readDeployment(raw, reader);
  const spec: BatchDeploymentSpec = defined({
    ...parts,
    environment_variables: readVariables(raw, parts.environment_variables, reader),
    compute: raw.compute === undefined ? undefined : reader.compute(raw.compute, ["compute"]),
    resources: readResources(raw),
    mini_batch_size: chosen.mini_batch_size,
    max_concurrency_per_instance: chosen.max_concurrency_per_instance,
    output_action: chosen.output_action,
    output_file_name: chosen.output_file_name,
    retry_settings: chosen.retry_settings,
    error_threshold: chosen.error_threshold,
    logging_level: chosen.logging_level,
  });
  // Where each key stands: under `settings` in the newer shape.
  const counted =
    raw.settings?.instance_count === undefined
      ? ["resources", "instance_count"]
      : [...under, "instance_count"];
  const place = ([first = "", ...rest]: KeyPath): KeyPath =>
    first === "resources" ? counted : [...(first in settingsFields ? under : []), first, ...rest];
  reader.enforce(batchDeploymentRules, spec, place);
  return spec;
}

/** Microsoft's client writes none as an empty map in the older shape; in the newer it takes those of `settings` alone. */
function readVariables(
  raw: Raw,
  top: Record<string, string>,
  reader: Reader,
): Record<string, string> | undefined {
  if (raw.type === undefined) return top;
  if (raw.environment_variables)
    reader.ignored(
      ["environment_variables"],
      "with type: model Microsoft's tools leave these out; put them under settings",
    );
  const own = reader.strings(raw.settings?.environment_variables, ["settings", "environment_variables"]);
  return Object.keys(own).length > 0 ? own : undefined;
}

/** The two shapes do not mix: Microsoft's client takes `settings` with `type: model` only, and then not at the top. */
function checkShape(raw: Raw, reader: Reader): void {
  if (raw.type === undefined) {
    if (raw.settings) reader.problem(["settings"], "allowed with type: model only; add that line");
    return;
  }
  if (raw.compute === undefined)
    reader.problem(["compute"], 'is missing; a deployment of a model needs "azureml:NAME" of a cluster');
  for (const key of Object.keys(settingsFields))
    if (key in raw && key !== "error_threshold")
      reader.problem([key], `with type: model it stands under settings; found at the top`);
  if (raw.settings && raw.settings.mini_batch_size === undefined)
    reader.problem(["settings", "mini_batch_size"], "is missing; it has to be a whole number");
}

const readResources = (raw: Raw): BatchDeploymentSpec["resources"] => {
  const count = raw.settings?.instance_count;
  if (!raw.resources) return count === undefined ? undefined : { instance_count: count, properties: {} };
  const { instance_count, instance_type, properties } = raw.resources;
  return defined({ instance_count, instance_type, properties: properties ?? {} });
};

const OUTPUT_ACTIONS = { append_row: "AppendRow", summary_only: "SummaryOnly" } as const;

const properties = <Id>(
  spec: BatchDeploymentSpec,
  resolve: ReferenceResolver<Id>,
): BatchDeploymentProperties<Id> =>
  defined({
    description: spec.description,
    properties: spec.properties,
    compute: spec.compute && resolve(spec.compute),
    model: spec.model && { referenceType: "Id" as const, assetId: resolve(spec.model) },
    codeConfiguration: spec.code_configuration && armCode(spec.code_configuration, resolve),
    environmentId: spec.environment && resolve(spec.environment),
    environmentVariables: spec.environment_variables,
    resources:
      spec.resources &&
      defined({
        instanceCount: spec.resources.instance_count,
        instanceType: spec.resources.instance_type,
        properties: spec.resources.properties,
      }),
    miniBatchSize: spec.mini_batch_size,
    maxConcurrencyPerInstance: spec.max_concurrency_per_instance,
    outputAction: spec.output_action && OUTPUT_ACTIONS[spec.output_action],
    outputFileName: spec.output_file_name,
    retrySettings:
      spec.retry_settings &&
      defined({
        maxRetries: spec.retry_settings.max_retries,
        timeout: isoFromSeconds(spec.retry_settings.timeout),
      }),
    errorThreshold: spec.error_threshold,
    loggingLevel: spec.logging_level,
  });

export const batchDeployment = defineKind({
  kind: "batchDeployment",
  schemas: ["modelBatchDeployment", "batchDeployment"],
  resourceType: "workspaces/batchEndpoints/deployments",
  looksLike: (value) =>
    "endpoint_name" in value &&
    ["compute", "settings", ...Object.keys(settingsFields)].some((key) => key in value),
  schema,
  read,
  body: (spec, resolve, context) => ({
    location: context.location,
    tags: spec.tags,
    properties: properties(spec, resolve),
  }),
});
