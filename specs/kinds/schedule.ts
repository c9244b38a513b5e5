/** Schedules of jobs, of data imports and of monitors. */
import type { z } from "zod";
import { choose, isMapping, keys, readOnly, required, strings, text, texts, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import { readTimedTrigger, trigger } from "../jobs/trigger.ts";
import { jobFields, readCompute } from "../jobs/parts.ts";
import { monitor, readMonitor } from "../monitoring/monitor.ts";
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

const common = {
  $schema: text.optional(),
  name: required.optional(),
  display_name: text.optional(),
  description: text.optional(),
  tags: strings.optional(),
  properties: texts.optional(),
  trigger: trigger.optional(),
  id: readOnly,
  creation_context: readOnly,
  is_enabled: readOnly,
  provisioning_state: readOnly,
};
const watched = keys({ ...common, create_monitor: monitor });
const run = keys({
  ...common,
  create_job: choose<string | Changed>((value) =>
    isMapping(value) ? (changed as z.ZodType<Changed>) : required,
  ).optional(),
  import_data: choose<string | Import>((value) =>
    isMapping(value) ? (dataImportSchema as z.ZodType<Import>) : required,
  ).optional(),
});
type Watched = z.infer<typeof watched>;
type Run = z.infer<typeof run>;
const schema = choose<Watched | Run>((value) =>
  isMapping(value) && "create_monitor" in value ? watched : run,
);

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

function readAction(raw: Watched | Run, reader: Reader): Record<string, Template> {
  if ("create_monitor" in raw) {
    const every = raw.trigger?.type === "recurrence" ? raw.trigger : undefined;
    return {
      actionType: "CreateMonitor",
      monitorDefinition: readMonitor(raw.create_monitor, every, reader, ["create_monitor"]),
    };
  }
  const { create_job: job, import_data: data } = raw;
  if (data !== undefined) return { actionType: "ImportData", dataImportDefinition: readImport(data, reader) };
  if (job === undefined)
    reader.problem(["create_job"], "is missing; a schedule needs create_job, create_monitor or import_data");
  return {
    actionType: "CreateJob",
    jobDefinition:
      typeof job === "string" ? readJob(job, reader, ["create_job"]) : job && readChanged(job, reader),
  };
}

export const schedule = defineTemplate({
  kind: "schedule",
  schemas: ["schedule", "monitorSchedule"],
  resourceType: "workspaces/schedules",
  looksLike: (value) =>
    "trigger" in value && ["create_job", "create_monitor", "import_data"].some((key) => key in value),
  schema,
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        displayName: raw.display_name,
        description: raw.description,
        tags: reader.strings(raw.tags, ["tags"]),
        properties: raw.properties ?? {},
        trigger: raw.trigger && readTimedTrigger(raw.trigger),
        action: readAction(raw, reader),
      },
    },
  }),
});
