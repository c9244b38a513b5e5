import type { CommandSpec, SweepSpec } from "@azure-ml-as-code/local/contracts-jobs.ts";
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

export const sweep = (values: Partial<SweepSpec> = {}): SweepSpec => ({
  kind: "sweep",
  job: "sweep",
  space: { x: ["uniform", [0, 1]] },
  sampling: { algorithm: "random", seed: 1 },
  goal: "maximize",
  metric: "score",
  maxTrials: 4,
  maxConcurrentTrials: 2,
  trial: (job) => commandJob({ job, command: "echo ${{search_space.x}}" }),
  outputs: {},
  artifacts: ref(`runs/${values.job ?? "sweep"}`),
  ...values,
});
