/** Nodes that let AutoML find a model: the YAML of such a job, nearly as it is. */
import { z } from "zod";
import { choose, isMapping, text, texts, words } from "../fields.ts";
import { TASKS, taskSchema } from "./automl-tasks.ts";
import { spaceText } from "./automl-spaces.ts";
import { bindable } from "./bindings.ts";
import { nodeOutputs } from "./inputs.ts";
import { readNodeOutputs } from "./node-parts.ts";
import { jobFields, queueSettings, readCompute, resources } from "./parts.ts";
import { readPolicy } from "./sweep.ts";
import { snakeKeys } from "../template.ts";
import type { RawTask } from "./automl-tasks.ts";
import type { RawNode } from "./node-parts.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

const base = {
  ...jobFields,
  type: words(["automl"]),
  environment_id: text.optional(),
  environment_variables: texts.optional(),
  outputs: nodeOutputs.optional(),
  resources: resources.optional(),
  queue_settings: queueSettings.optional(),
};
type Raw = z.infer<z.ZodObject<typeof base>> & RawTask;

const taskOf = (value: unknown): string => (isMapping(value) ? String(value["task"]).toLowerCase() : "");
const schemas = new Map(
  Object.entries(TASKS).map(([name, task]) => [
    name,
    bindable<z.ZodType>(z.looseObject({ ...base, ...taskSchema(task) }) as never, ["type", "task"]),
  ]),
);
const anyTask = z.looseObject({ task: words(Object.keys(TASKS) as [string]) });

export const automlNode = choose<RawNode>(
  (value) => (schemas.get(taskOf(value)) ?? anyTask) as z.ZodType<RawNode>,
);

/** As text: a mapping is as Python writes it, since that is what the client sends. */
const AS_TEXT = new Set([
  "training_data",
  "validation_data",
  "test_data",
  "time_series_id_column_names",
  "features_unknown_at_forecast_time",
]);
/** An input in the client's own order, and an asset by its bare name. */
function inOrder(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const { type, path, ...rest } = value;
  const where = typeof path === "string" ? path.replace(/^azureml:(?!\/\/)/, "") : path;
  return { ...(type !== undefined && { type }), ...(path !== undefined && { path: where }), ...rest };
}
const LOGGING: Readonly<Record<string, string>> = {
  log_training_metrics: "LogTrainingMetrics",
  log_validation_loss: "LogValidationLoss",
};

const withoutType = ({ policy_type: _, ...rest }: Record<string, Template>): Record<string, Template> => rest;

export function readAutomlNode(raw: Raw, reader: Reader, path: KeyPath): Record<string, Template> {
  const task = TASKS[taskOf(raw)]!;
  const asText = (all: Readonly<Record<string, unknown>>, at: KeyPath): Record<string, Template> =>
    Object.fromEntries(
      Object.entries(all).flatMap(([key, value]) =>
        value === undefined || value === null
          ? []
          : [
              [
                key,
                AS_TEXT.has(key) ? reader.texts({ [key]: inOrder(value) }, at)[key] : (value as Template),
              ],
            ],
      ),
    );
  const { sweep, search_space, training_parameters, outputs, compute, name: _, $schema: __, ...rest } = raw;
  const limits = task.family === "text" ? { max_trials: 1, max_nodes: 1, ...raw.limits } : raw.limits;
  return {
    ...asText(rest, path),
    tags: raw.tags ?? {},
    properties: raw.properties ?? {},
    computeId: readCompute(compute, reader, [...path, "compute"]),
    outputs: readNodeOutputs(outputs, reader, [...path, "outputs"]),
    primary_metric: raw.primary_metric ?? task.metrics[0],
    log_verbosity: raw.log_verbosity ?? (task.family === "text" ? undefined : "info"),
    limits: limits ?? (task.family === "image" ? {} : undefined),
    forecasting: raw.forecasting && asText(raw.forecasting, [...path, "forecasting"]),
    sweep: sweep && {
      ...sweep,
      early_termination: sweep.early_termination && {
        type: sweep.early_termination.type,
        ...withoutType(snakeKeys(readPolicy(sweep.early_termination))),
      },
    },
    training_parameters:
      training_parameters &&
      Object.fromEntries(
        Object.entries(training_parameters).map(([key, value]) => [
          key,
          LOGGING[key] ? `${LOGGING[key]}.${String(value).toUpperCase()}` : (value as Template),
        ]),
      ),
    search_space: search_space?.map((space) =>
      Object.fromEntries(Object.entries(space).map(([key, value]) => [key, spaceText(value)])),
    ),
  };
}
