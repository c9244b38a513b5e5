/** Nodes that run one function over many mini-batches. */
import type { z } from "zod";
import { snakeKeys } from "../template.ts";
import { batchSize, parallelComponentSchema, pythonList, readParallelSpec, readTask } from "./components.ts";
import { bySchema, local, readComponent } from "./node-components.ts";
import type { Referred } from "./node-components.ts";
import type { SCHEMAS } from "./node-schemas.ts";
import { readJobIdentity, readResources, readVariables } from "./parts.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

export function readParallelNode(
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
    mini_batch_size:
      batchSize(raw.mini_batch_size ?? of?.mini_batch_size, reader, [...path, "mini_batch_size"]) ??
      ("component" in raw ? undefined : 0),
    partition_keys: keysOf && pythonList(keysOf),
    identity: raw.identity && snakeKeys(readJobIdentity(raw.identity)),
  };
}
