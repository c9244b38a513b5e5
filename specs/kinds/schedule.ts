/** Schedules of jobs and of data imports. */
import type { z } from "zod";
import { choose, isMapping, keys, readOnly, required, strings, text, texts, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import { readTimedTrigger, trigger } from "../jobs/trigger.ts";
import { jobFields, readCompute } from "../jobs/parts.ts";
import { defineTemplate, hole } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";
import { dataImportSchema, readDataImport } from "./data-import.ts";
import { pipelineJobSchema, pipelineSettings, readPipelineJob, readSettings } from "./pipeline-job.ts";

const changed = keys({
  ...jobFields,
  type: words(["pipeline"]).optional(),
  job: required,
  inputs: inputs.optional(),
  outputs: outputs.optional(),
  settings: pipelineSettings.optional(),
});
type Changed = z.infer<typeof changed>;
type Import = z.infer<typeof dataImportSchema>;

const schema = keys({
  $schema: text.optional(),
  name: required.optional(),
  display_name: text.optional(),
  description: text.optional(),
  tags: strings.optional(),
  properties: texts.optional(),
  trigger: trigger.optional(),
  create_job: choose<string | Changed>((value) =>
    isMapping(value) ? (changed as z.ZodType<Changed>) : required,
  ).optional(),
  import_data: choose<string | Import>((value) =>
    isMapping(value) ? (dataImportSchema as z.ZodType<Import>) : required,
  ).optional(),
  id: readOnly,
  creation_context: readOnly,
  is_enabled: readOnly,
  provisioning_state: readOnly,
});

/** `azureml:NAME` of a job that ran, or a file with a pipeline. */
function readJob(text: string, reader: Reader, path: KeyPath): Record<string, Template> {
  if (text.startsWith("azureml:")) {
    const name = text.slice("azureml:".length);
    return {
      sourceJobId: hole(
        reader.note(name.startsWith("/") ? { kind: "armId", id: name } : { kind: "job", name }, path),
      ),
      experimentName: "",
      isArchived: false,
      jobType: "Pipeline",
    };
  }
  if (text.startsWith("file:")) {
    reader.problem(path, `found ${JSON.stringify(text)}; allowed: the path alone, without file:`);
    return {};
  }
  const file = reader.include(text, path);
  const value = file?.source.value;
  if (file && isMapping(value) && !("jobs" in value) && value["type"] !== "pipeline")
    reader.problem(path, "found a job that is no pipeline; a schedule runs pipelines");
  const raw = file?.check(pipelineJobSchema);
  const body = file && raw ? readPipelineJob(raw, file) : {};
  if (file) reader.adopt(file, path);
  return body;
}

/** What a schedule says of its job replaces what the job says. */
function readChanged(raw: Changed, reader: Reader): Record<string, Template> {
  const path = ["create_job"];
  const job = readJob(raw.job, reader, [...path, "job"]);
  const part = reader.under(path);
  return {
    ...job,
    ...(raw.display_name !== undefined && { displayName: raw.display_name }),
    ...(raw.experiment_name !== undefined && { experimentName: raw.experiment_name }),
    ...(raw.description !== undefined && { description: raw.description }),
    ...(raw.compute !== undefined && { computeId: readCompute(raw.compute, reader, [...path, "compute"]) }),
    ...(raw.tags && { tags: { ...(job["tags"] as object), ...raw.tags } }),
    ...(raw.properties && { properties: { ...(job["properties"] as object), ...raw.properties } }),
    ...(raw.inputs && {
      inputs: { ...(job["inputs"] as object), ...readInputs(raw.inputs, part, ["inputs"]) },
    }),
    ...(raw.outputs && {
      outputs: { ...(job["outputs"] as object), ...readOutputs(raw.outputs, part, ["outputs"]) },
    }),
    ...(raw.settings && {
      settings: { ...(job["settings"] as object), ...withoutAbsent(readSettings(raw.settings, part)) },
    }),
  };
}
const withoutAbsent = (all: Record<string, Template>): Record<string, Template> =>
  Object.fromEntries(Object.entries(all).filter(([, item]) => item !== undefined));

function readImport(raw: string | Import, reader: Reader): Record<string, Template> {
  if (typeof raw !== "string") return readDataImport(raw, reader.under(["import_data"]));
  const file = reader.include(raw, ["import_data"]);
  const checked = file?.check(dataImportSchema);
  const body = file && checked ? readDataImport(checked, file) : {};
  if (file) reader.adopt(file, ["import_data"]);
  return body;
}

export const schedule = defineTemplate({
  kind: "schedule",
  schemas: ["schedule"],
  resourceType: "workspaces/schedules",
  looksLike: (value) => "trigger" in value && ("create_job" in value || "import_data" in value),
  schema,
  read: (raw, reader) => {
    if (raw.create_job === undefined && raw.import_data === undefined)
      reader.problem(["create_job"], "is missing; a schedule needs create_job or import_data");
    return {
      name: raw.name,
      body: {
        properties: {
          displayName: raw.display_name,
          description: raw.description,
          tags: reader.strings(raw.tags, ["tags"]),
          properties: raw.properties ?? {},
          trigger: raw.trigger && readTimedTrigger(raw.trigger),
          action:
            raw.import_data !== undefined
              ? { actionType: "ImportData", dataImportDefinition: readImport(raw.import_data, reader) }
              : {
                  actionType: "CreateJob",
                  jobDefinition:
                    typeof raw.create_job === "string"
                      ? readJob(raw.create_job, reader, ["create_job"])
                      : raw.create_job && readChanged(raw.create_job, reader),
                },
        },
      },
    };
  },
});
