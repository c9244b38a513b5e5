import type { CommandSpec } from "@azure-ml-as-code/local/contracts-jobs.ts";
import { ref } from "../serving/support.ts";

export const commandJob = (values: Partial<CommandSpec> = {}): CommandSpec => ({
  kind: "command",
  job: "job-1",
  command: "true",
  environmentVariables: {},
  inputs: {},
  outputs: {},
  processes: 1,
  compute: { name: "cluster", nodes: 1, maxNodes: 4 },
  artifacts: ref(`runs/${values.job ?? "job-1"}`),
  ...values,
});
