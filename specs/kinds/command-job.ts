/** Command jobs. */
import { keys, readOnly, text, words } from "../fields.ts";
import { inputs, outputs, readInputs, readOutputs } from "../jobs/inputs.ts";
import {
  commandFields,
  commandLimits,
  jobFields,
  readCommand,
  readCommandLimits,
  readJob,
  readQueue,
} from "../jobs/parts.ts";
import { defineTemplate } from "../template.ts";

export const commandJob = defineTemplate({
  kind: "commandJob",
  schemas: ["commandJob"],
  resourceType: "workspaces/jobs",
  looksLike: (value) => "command" in value && !isComponent(value) && "environment" in value,
  schema: keys({
    ...jobFields,
    ...commandFields,
    type: words(["command"]).optional(),
    limits: commandLimits.optional(),
    inputs: inputs.optional(),
    outputs: outputs.optional(),
    parent_job_name: text.optional(),
    parameters: readOnly,
  }),
  read: (raw, reader) => {
    const command = readCommand(raw, reader, []);
    const local = /^local$/i.test(raw.compute ?? "");
    return {
      name: raw.name,
      body: {
        properties: {
          ...readJob(raw, reader),
          ...command,
          // `local` names no compute: the run is marked instead.
          ...(local && {
            resources: {
              ...(command["resources"] as object | undefined),
              properties: { IsLocal: { IsLocal: true } },
            },
          }),
          inputs: readInputs(raw.inputs, reader, ["inputs"]),
          outputs: readOutputs(raw.outputs, reader, ["outputs"]),
          limits: raw.limits && readCommandLimits(raw.limits),
          queueSettings: raw.queue_settings && readQueue(raw.queue_settings),
          parentJobName: raw.parent_job_name,
          jobType: "Command",
        },
      },
    };
  },
});

/** A component declares the types of its inputs, or has a version. */
export function isComponent(value: Readonly<Record<string, unknown>>): boolean {
  if ("version" in value || "is_deterministic" in value) return true;
  const inputs = value["inputs"];
  return (
    typeof inputs === "object" &&
    inputs !== null &&
    Object.values(inputs).some(
      (item: unknown) =>
        typeof item === "object" &&
        item !== null &&
        "type" in item &&
        (/^(string|integer|number|boolean)$/.test(String(item.type)) || !("path" in item)),
    )
  );
}
