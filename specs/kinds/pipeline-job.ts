/** Pipeline jobs: of nodes, or of one pipeline component. */
import { z } from "zod";
import { boolean, isMapping, keys, text, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import { nodes, readNodes } from "../jobs/nodes.ts";
import { jobFields, readCompute, readJob } from "../jobs/parts.ts";
import { pipelineComponent } from "../jobs/pipeline.ts";
import { defineTemplate, hole } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";
import { isComponent } from "./command-job.ts";

/** Keys that the client does not know go to the service as they are. */
export const pipelineSettings = z.looseObject({
  default_datastore: text.optional(),
  default_compute: text.optional(),
  continue_on_step_failure: boolean.optional(),
  force_rerun: boolean.optional(),
});

export const pipelineJobSchema = keys({
  ...jobFields,
  type: words(["pipeline"]).optional(),
  settings: pipelineSettings.optional(),
  inputs: inputs.optional(),
  outputs: outputs.optional(),
  component: text.optional(),
  jobs: nodes.optional(),
});
type Raw = z.infer<typeof pipelineJobSchema>;

export function readSettings(
  raw: z.infer<typeof pipelineSettings> | undefined,
  reader: Reader,
): Record<string, Template> {
  const { default_compute, default_datastore, ...rest } = raw ?? {};
  return {
    ...(rest as Record<string, Template>),
    default_compute: readCompute(default_compute, reader, ["settings", "default_compute"]),
    default_datastore:
      default_datastore === undefined
        ? undefined
        : hole(
            reader.note({ kind: "datastore", name: default_datastore.replace(/^azureml:(?:.*\/)?/, "") }, [
              "settings",
              "default_datastore",
            ]),
          ),
  };
}

/** What is sent for a pipeline; a schedule holds the same. */
export function readPipelineJob(raw: Raw, reader: Reader): Record<string, Template> {
  const component = raw.component === undefined ? undefined : readComponent(raw.component, reader);
  return {
    ...readJob(raw, reader),
    jobs: component?.jobs ?? readNodes(raw.jobs ?? {}, reader, ["jobs"], pipelineComponent),
    componentId: component?.id,
    // An input that says nothing is left to the pipeline's own default.
    inputs: readInputs(withoutEmpty(raw.inputs), reader, ["inputs"]),
    outputs: readOutputs(raw.outputs, reader, ["outputs"]),
    settings: {
      ...readSettings(raw.settings, reader),
      _source: component?.source ?? "YAML.JOB",
    },
    jobType: "Pipeline",
  };
}

const withoutEmpty = (all: Raw["inputs"]): Raw["inputs"] =>
  all &&
  Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) => value !== "" && !(isMapping(value) && "value" in value && value["value"] === ""),
    ),
  );

/** A component that exists, by its id; of one in a file, its nodes. */
function readComponent(
  text: string,
  reader: Reader,
): { readonly id?: Template; readonly jobs?: Template; readonly source: string } {
  if (text.startsWith("azureml:"))
    return { id: hole(reader.asset(text, "component", ["component"])), source: "REMOTE.WORKSPACE.JOB" };
  const file = reader.include(text, ["component"]);
  const body = file && pipelineComponent(file);
  if (file) reader.adopt(file, ["component"]);
  const { componentSpec } = (body?.["properties"] ?? {}) as { componentSpec?: { jobs?: Template } };
  return { jobs: componentSpec?.jobs ?? {}, source: "YAML.COMPONENT" };
}

export const pipelineJob = defineTemplate({
  kind: "pipelineJob",
  schemas: ["pipelineJob"],
  resourceType: "workspaces/jobs",
  looksLike: (value) =>
    (value["type"] === "pipeline" || "jobs" in value) && !isComponent(value) && !("endpoint_name" in value),
  schema: pipelineJobSchema,
  read: (raw, reader) => ({ name: raw.name, body: { properties: readPipelineJob(raw, reader) } }),
});
