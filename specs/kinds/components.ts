/** Components: of one command, of a parallel run, of Spark, of a pipeline. */
import {
  assetProperties,
  commandComponentSchema,
  componentBody,
  parallelComponentSchema,
  readCommandSpec,
  readParallelSpec,
  readSparkSpec,
  sparkComponentSchema,
} from "../jobs/components.ts";
import { pipelineComponentSchema, readPipelineComponent } from "../jobs/pipeline.ts";
import { defineTemplate } from "../template.ts";
import { isComponent } from "./command-job.ts";

const resourceType = "workspaces/components/versions";

export const commandComponent = defineTemplate({
  kind: "commandComponent",
  schemas: ["commandComponent"],
  resourceType,
  looksLike: (value) => "command" in value && "environment" in value && isComponent(value),
  schema: commandComponentSchema,
  read: (raw, reader) => ({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    body: componentBody(
      raw,
      "command",
      readCommandSpec(raw, reader),
      reader,
      false,
      assetProperties(raw.properties, reader),
    ),
  }),
});

export const parallelComponent = defineTemplate({
  kind: "parallelComponent",
  schemas: ["parallelComponent"],
  resourceType,
  looksLike: (value) => value["type"] === "parallel" && "task" in value,
  schema: parallelComponentSchema,
  read: (raw, reader) => ({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    body: componentBody(raw, "parallel", readParallelSpec(raw, reader), reader, false),
  }),
});

export const sparkComponent = defineTemplate({
  kind: "sparkComponent",
  schemas: ["sparkComponent"],
  resourceType,
  looksLike: (value) => value["type"] === "spark" && isComponent(value),
  schema: sparkComponentSchema,
  read: (raw, reader) => ({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    body: componentBody(
      raw,
      "spark",
      readSparkSpec(raw, reader),
      reader,
      false,
      assetProperties(raw.properties, reader),
    ),
  }),
});

export const pipelineComponent = defineTemplate({
  kind: "pipelineComponent",
  schemas: ["pipelineComponent"],
  resourceType,
  looksLike: (value) => "jobs" in value && isComponent(value),
  schema: pipelineComponentSchema,
  read: (raw, reader) => ({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    body: readPipelineComponent(raw, reader, false),
  }),
});
