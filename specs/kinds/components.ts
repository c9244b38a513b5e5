/** Components: of one command, of a parallel run, of Spark, of a pipeline, of AutoML, of an import. */
import type { z } from "zod";
import {
  assetProperties,
  automlComponentSchema,
  commandComponentSchema,
  componentBody,
  readOthers,
  importComponentSchema,
  parallelComponentSchema,
  readCommandSpec,
  readImportComponent,
  readParallelSpec,
  readSparkSpec,
  sparkComponentSchema,
} from "../jobs/components.ts";
import { pipelineComponentSchema, readPipelineComponent } from "../jobs/pipeline.ts";
import { defineTemplate } from "../template.ts";
import type { Mapping } from "../kind.ts";
import type { Reader } from "../reader.ts";
import type { Template, TemplateKind } from "../types.ts";
import { isComponent } from "./command-job.ts";

interface Named {
  readonly name?: string | undefined;
  readonly version?: string | number | undefined;
}

/** A kind of component; `read` gives the body of its version. */
const component = <K extends TemplateKind, Schema extends z.ZodObject>(
  kind: K,
  schema: Schema,
  looksLike: (value: Mapping) => boolean,
  read: (raw: z.infer<Schema>, reader: Reader) => Record<string, Template>,
) =>
  defineTemplate({
    kind,
    schemas: [kind],
    resourceType: "workspaces/components/versions",
    looksLike,
    schema: schema.loose() as z.ZodType as z.ZodType<z.infer<Schema>>,
    read: (raw, reader) => {
      const { name, version } = raw as Named;
      return { name, version: reader.version(version, ["version"]), body: read(raw, reader) };
    },
  });

export const commandComponent = component(
  "commandComponent",
  commandComponentSchema,
  (value) => "command" in value && "environment" in value && isComponent(value),
  (raw, reader) =>
    componentBody(
      raw,
      "command",
      { ...readOthers(raw, commandComponentSchema, reader, "command"), ...readCommandSpec(raw, reader) },
      reader,
      false,
      assetProperties(raw.properties, reader),
    ),
);

export const parallelComponent = component(
  "parallelComponent",
  parallelComponentSchema,
  (value) => value["type"] === "parallel" && "task" in value,
  (raw, reader) => {
    // The client leaves out what it does not know here.
    readOthers(raw, parallelComponentSchema, reader);
    const spec = readParallelSpec(raw, reader);
    return componentBody(raw, "parallel", spec, reader, false, assetProperties(raw.properties, reader));
  },
);

export const sparkComponent = component(
  "sparkComponent",
  sparkComponentSchema,
  (value) => value["type"] === "spark" && isComponent(value),
  (raw, reader) =>
    componentBody(
      raw,
      "spark",
      { ...readOthers(raw, sparkComponentSchema, reader), ...readSparkSpec(raw, reader) },
      reader,
      false,
      assetProperties(raw.properties, reader),
    ),
);

export const pipelineComponent = component(
  "pipelineComponent",
  pipelineComponentSchema,
  (value) => "jobs" in value && isComponent(value),
  (raw, reader) => readPipelineComponent(raw, reader, false),
);

/** Says which task it is, and nothing of how: its inputs are the service's. */
export const automlComponent = component(
  "automlComponent",
  automlComponentSchema,
  (value) => value["type"] === "automl" && isComponent(value),
  (raw, reader) => {
    // The client leaves out what it does not know here.
    readOthers(raw, automlComponentSchema, reader);
    const properties = assetProperties(raw.properties, reader);
    return componentBody(raw, "automl", { task: raw.task }, reader, false, properties);
  },
);

export const importComponent = component(
  "importComponent",
  importComponentSchema,
  (value) => value["type"] === "import" && isComponent(value),
  (raw, reader) => readImportComponent(raw, reader),
);
