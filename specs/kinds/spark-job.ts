/** Spark jobs. */
import { keys, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import { jobFields, readEnvironment, readJob } from "../jobs/parts.ts";
import {
  checkConf,
  readConf,
  readEntry,
  readSparkResources,
  sparkFields,
  sparkIdentity,
  sparkResources,
} from "../jobs/spark.ts";
import { anything } from "../fields.ts";
import { defineTemplate, hole } from "../template.ts";
import { isComponent } from "./command-job.ts";

export const sparkJob = defineTemplate({
  kind: "sparkJob",
  schemas: ["sparkJob"],
  resourceType: "workspaces/jobs",
  looksLike: (value) => value["type"] === "spark" && !isComponent(value),
  schema: keys({
    ...jobFields,
    ...sparkFields,
    properties: anything.optional(),
    type: words(["spark"]),
    inputs: inputs.optional(),
    outputs: outputs.optional(),
    resources: sparkResources.optional(),
  }),
  read: (raw, reader) => {
    checkConf(raw.conf, reader, ["conf"]);
    const job = readJob(
      { ...raw, properties: {}, identity: raw.identity ?? sparkIdentity(raw.compute) },
      reader,
    );
    return {
      name: raw.name,
      body: {
        properties: {
          ...job,
          codeId: raw.code === undefined ? undefined : hole(reader.jobCode(raw.code, ["code"])),
          entry: readEntry(raw.entry),
          pyFiles: raw.py_files,
          jars: raw.jars,
          files: raw.files,
          archives: raw.archives,
          conf: readConf(reader.strings(raw.conf, ["conf"])),
          environmentId: raw.environment
            ? hole(readEnvironment(raw.environment, reader, ["environment"]))
            : undefined,
          args: raw.args,
          inputs: readInputs(raw.inputs, reader, ["inputs"]),
          outputs: readOutputs(raw.outputs, reader, ["outputs"]),
          resources: raw.resources && readSparkResources(raw.resources, reader, ["resources"]),
          jobType: "Spark",
        },
      },
    };
  },
});
