/** Batch deployments of a pipeline component. */
import { z } from "zod";
import { boolean, choose, isMapping, keys, names, readOnly, strings, text, words } from "../fields.ts";
import { pipelineComponent, pipelineComponentSchema, readPipelineComponent } from "../jobs/pipeline.ts";
import { LOCATION, defineTemplate, hole } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

type Inline = z.infer<typeof pipelineComponentSchema>;
const settings = z.looseObject({
  default_compute: text.optional(),
  continue_on_step_failure: boolean.optional(),
});

/** The component, and what of it the deployment says again. */
function readComponent(
  raw: string | Inline | undefined,
  reader: Reader,
): { id: Template; description?: Template; tags?: Template } {
  if (raw === undefined) return { id: undefined };
  if (typeof raw !== "string") {
    const body = readPipelineComponent(raw, reader.under(["component"]), true);
    return {
      id: hole({ kind: "local", type: "component", spec: { body } }),
      description: raw.description,
      tags: raw.tags,
    };
  }
  if (raw.startsWith("azureml:")) return { id: hole(reader.asset(raw, "component", ["component"])) };
  const file = reader.include(raw, ["component"]);
  const body = file && pipelineComponent(file);
  if (file) reader.adopt(file, ["component"]);
  const { description, tags } = (body?.["properties"] ?? {}) as Record<string, Template>;
  const path = file?.source.file;
  return {
    id: hole({
      kind: "local",
      type: "component",
      ...(path !== undefined && { path }),
      spec: { body: body ?? {} },
    }),
    description,
    tags,
  };
}

export const pipelineBatchDeployment = defineTemplate({
  kind: "pipelineBatchDeployment",
  schemas: ["pipelineComponentBatchDeployment"],
  resourceType: "workspaces/batchEndpoints/deployments",
  looksLike: (value) => "endpoint_name" in value && "component" in value,
  schema: keys({
    $schema: text.optional(),
    name: names.endpoint.optional(),
    endpoint_name: names.endpoint,
    type: words(["pipeline"]).optional(),
    description: text.optional(),
    tags: strings.optional(),
    component: choose<string | Inline>((value) =>
      isMapping(value) ? (pipelineComponentSchema as z.ZodType<Inline>) : text,
    ).optional(),
    settings: settings.optional(),
    job_definition: text.optional(),
    id: readOnly,
    provisioning_state: readOnly,
    creation_context: readOnly,
  }),
  read: (raw, reader) => {
    if (raw.component === undefined) {
      const from = raw.job_definition;
      if (from === undefined) reader.problem(["component"], "is missing; it has to be a pipeline component");
      else
        reader.unfit(
          ["job_definition"],
          `found ${JSON.stringify(from)}; a stage makes no component of a job that ran: name a component`,
        );
    }
    const { id, description, tags } = readComponent(raw.component, reader);
    const compute = raw.settings?.default_compute;
    if (compute !== undefined) reader.compute(compute, ["settings", "default_compute"]);
    return {
      name: raw.name,
      endpoint_name: raw.endpoint_name,
      body: {
        location: LOCATION,
        tags: reader.strings(raw.tags, ["tags"]),
        properties: {
          description: raw.description,
          deploymentConfiguration: {
            deploymentConfigurationType: "PipelineComponent",
            componentId: { referenceType: "Id", assetId: id },
            // A name alone: the service looks for it in the workspace.
            settings: raw.settings && { ...raw.settings, default_compute: compute?.replace(/^azureml:/, "") },
            tags,
            description,
          },
          errorThreshold: -1,
          maxConcurrencyPerInstance: 1,
          miniBatchSize: 10,
          outputFileName: "predictions.csv",
        },
      },
    };
  },
});
