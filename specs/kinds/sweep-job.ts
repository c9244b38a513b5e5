/** Sweep jobs: one command, many values. */
import { keys, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import {
  jobFields,
  jobResources,
  queueSettings,
  readCommand,
  readJob,
  readQueue,
  resources,
  trialSchema,
} from "../jobs/parts.ts";
import {
  readAlgorithm,
  readObjective,
  readPolicy,
  readSearchSpace,
  readSweepLimits,
  sweepFields,
} from "../jobs/sweep.ts";
import { defineTemplate } from "../template.ts";

export const sweepJob = defineTemplate({
  kind: "sweepJob",
  schemas: ["sweepJob"],
  resourceType: "workspaces/jobs",
  looksLike: (value) => value["type"] === "sweep",
  schema: keys({
    ...jobFields,
    ...sweepFields,
    type: words(["sweep"]),
    trial: trialSchema,
    inputs: inputs.optional(),
    outputs: outputs.optional(),
    resources: resources.optional(),
    queue_settings: queueSettings.optional(),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        ...readJob(raw, reader),
        searchSpace: readSearchSpace(raw.search_space ?? {}),
        samplingAlgorithm: raw.sampling_algorithm && readAlgorithm(raw.sampling_algorithm),
        limits: readSweepLimits(raw.limits),
        earlyTermination: raw.early_termination && readPolicy(raw.early_termination),
        objective: readObjective(raw.objective),
        trial: readCommand(raw.trial, reader, ["trial"]),
        inputs: readInputs(raw.inputs, reader, ["inputs"]),
        outputs: readOutputs(raw.outputs, reader, ["outputs"]),
        resources: raw.resources && jobResources(raw.resources),
        queueSettings: raw.queue_settings && readQueue(raw.queue_settings),
        jobType: "Sweep",
      },
    },
  }),
});
