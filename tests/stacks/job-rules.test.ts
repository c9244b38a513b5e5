/** What cannot work about jobs is told before anything is made: one mutation, one message. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { loadFolder } from "../../specs/load.ts";
import { jobFindings } from "../../stacks/job-rules.ts";
import { folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

const head = (kind: string, name: string) => `$schema: x/${kind}.schema.json\nname: ${name}\n`;
const command = "type: command\ncommand: x\nenvironment: azureml:e:1\n";
const files: Readonly<Record<string, string>> = {
  "prepare.yml": `${head("commandComponent", "prepare")}${command}inputs:\n  raw: {type: uri_file}\n  share: {type: number, default: 0.2}\noutputs:\n  clean: {type: uri_folder}\n`,
  "learn.yml": `${head("commandComponent", "learn")}${command}inputs:\n  rows: {type: uri_folder}\noutputs:\n  model: {type: mlflow_model}\n`,
  "pipeline.yml": `${head("pipelineJob", "training")}type: pipeline
inputs:
  raw: {type: uri_file, path: "https://example.com/a.csv"}
  share: 0.1
jobs:
  prepare:
    type: command
    component: azureml:prepare@latest
    inputs: {raw: "\${{parent.inputs.raw}}", share: "\${{parent.inputs.share}}"}
  learn:
    type: command
    component: azureml:learn@latest
    inputs: {rows: "\${{parent.jobs.prepare.outputs.clean}}"}
  check:
    type: command
    command: x
    environment: azureml:e:1
    inputs:
      model: {type: mlflow_model, path: "\${{parent.jobs.learn.outputs.model}}"}
    outputs:
      verdict: {type: uri_file}
`,
  "nightly.yml": `${head("schedule", "nightly")}trigger:\n  type: cron\n  expression: 0 3 29 2 *\ncreate_job: training.yml\n`,
  "training.yml": `type: pipeline\njobs:\n  learn:\n    type: command\n    component: azureml:learn@latest\n    inputs:\n      rows: {type: uri_folder, path: "https://example.com/rows"}\n`,
  "sweep.yml": `${head("sweepJob", "sweep")}type: sweep
trial: {command: "x \${{search_space.rate}}", environment: azureml:e:1}
search_space:
  rate: {type: uniform, min_value: 0.1, max_value: 1}
  kind: {type: choice, values: [a, b]}
sampling_algorithm: random
objective: {goal: maximize, primary_metric: accuracy}
early_termination: {type: bandit, evaluation_interval: 1, slack_factor: 0.1}
limits: {max_total_trials: 4}
`,
  "endpoint.yml": head("managedOnlineEndpoint", "loans"),
  "blue.yml": `${head("managedOnlineDeployment", "blue")}endpoint_name: loans\nmodel: azureml:m:1\ninstance_type: Standard_DS2_v2\ndata_collector:\n  collections:\n    model_inputs: {enabled: "true"}\n`,
  "drift.yml": `${head("monitorSchedule", "drift")}trigger: {type: recurrence, frequency: day, interval: 1}
create_monitor:
  compute: {instance_type: standard_e4s_v3, runtime_version: "3.4"}
  monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:loans:blue}
  monitoring_signals:
    drift:
      type: data_drift
      production_data: {input_data: {type: uri_folder, path: azureml:loans-blue-model_inputs:1}, data_context: model_inputs}
      reference_data: {input_data: {type: mltable, path: azureml:t:4}, data_context: training}
      features: {top_n_feature_importance: 10}
      metric_thresholds: {numerical: {jensen_shannon_distance: 0.1}, categorical: {pearsons_chi_squared_test: 0.2}}
`,
};

let at: Folder | undefined;
afterEach(() => at?.remove());
function problems(change: Readonly<Record<string, readonly [string, string]>> = {}): string[] {
  const all = Object.entries(files).map(([file, text]) => {
    const [from, to] = change[file] ?? ["", ""];
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    return [`workloads/${file}`, text.replace(from, to)];
  });
  at = folder(Object.fromEntries(all) as Record<string, string>);
  const { documents, problems: wrong } = loadFolder(`${at.root}/workloads`);
  expect(wrong).toEqual([]);
  return jobFindings(documents).map(
    ({ file, path, message }) => `${file.split("/").at(-1)!}: ${path}: ${message}`,
  );
}

describe("jobs that cannot work", () => {
  test("are none of these", () => expect(problems()).toEqual([]));

  test.each<[string, string, string, string, string]>([
    [
      "a step that is not there",
      "pipeline.yml",
      "jobs.prepare.outputs",
      "jobs.prepared.outputs",
      'jobs.learn.inputs.rows: found ${{parent.jobs.prepared.outputs.clean}}; the pipeline has no step "prepared", it has prepare, learn, check',
    ],
    [
      "an output that is not there",
      "pipeline.yml",
      "outputs.clean}",
      "outputs.cleaned}",
      'jobs.learn.inputs.rows: found ${{parent.jobs.prepare.outputs.cleaned}}; step prepare has no output "cleaned", it has clean',
    ],
    [
      "types that do not fit",
      "prepare.yml",
      "clean: {type: uri_folder}",
      "clean: {type: uri_file}",
      "jobs.learn.inputs.rows: found output clean of step prepare, which is uri_file; input rows of step learn takes uri_folder",
    ],
    [
      "a value where data is taken",
      "pipeline.yml",
      '"${{parent.inputs.raw}}"',
      '"${{parent.inputs.share}}"',
      "jobs.prepare.inputs.raw: found input share of the pipeline, which is literal; input raw of step prepare takes uri_file",
    ],
    [
      "steps that wait for each other",
      "pipeline.yml",
      '"${{parent.inputs.raw}}"',
      '"${{parent.jobs.check.outputs.verdict}}"',
      "jobs.prepare: the steps wait for each other: prepare -> check -> learn -> prepare",
    ],
    [
      "a cron that never fires",
      "nightly.yml",
      "29 2",
      "31 2",
      'trigger.expression: found "0 3 31 2 *", which never fires: no day is like that',
    ],
    [
      "what is no cron expression",
      "nightly.yml",
      "0 3 29 2 *",
      "0 3 29 2",
      'trigger.expression: found "0 3 29 2", which is no cron expression: ',
    ],
    [
      "an end before the start",
      "nightly.yml",
      "create_job",
      '  start_time: "2026-12-01T00:00:00"\n  end_time: "2026-11-01T00:00:00"\ncreate_job',
      "trigger.end_time: found 2026-11-01 00:00:00, before the start: it never fires",
    ],
    [
      "a sweep of nothing",
      "sweep.yml",
      "  rate: {type: uniform, min_value: 0.1, max_value: 1}\n  kind: {type: choice, values: [a, b]}\n",
      "  {}\n",
      "search_space: is empty; a sweep needs at least one parameter to vary",
    ],
    ["a choice of nothing", "sweep.yml", "[a, b]", "[]", "search_space.kind: is a choice without values"],
    [
      "a range that is none",
      "sweep.yml",
      "max_value: 1",
      "max_value: 0.01",
      "search_space.rate: found min_value 0.1; allowed: at most max_value, which is 0.01",
    ],
    [
      "a grid over a continuum",
      "sweep.yml",
      "sampling_algorithm: random",
      "sampling_algorithm: grid",
      "search_space.rate: found uniform; grid sampling takes choices and quantized distributions alone",
    ],
    [
      "a policy without an interval",
      "sweep.yml",
      "evaluation_interval: 1, ",
      "",
      "early_termination.evaluation_interval: found none; a policy looks at every so many reports of the metric: from 1",
    ],
    [
      "a bandit without slack",
      "sweep.yml",
      ", slack_factor: 0.1",
      "",
      "early_termination: a bandit needs slack_factor or slack_amount",
    ],
    [
      "a monitor of what collects nothing",
      "blue.yml",
      'enabled: "true"',
      'enabled: "false"',
      "create_monitor.monitoring_target.endpoint_deployment_id: found loans:blue, which collects no data: switch a collection on under data_collector of blue.yml",
    ],
  ])("%s", (_, file, from, to, message) => {
    const found = problems({ [file]: [from, to] });
    expect(found).toEqual([expect.stringContaining(message)]);
  });
});
