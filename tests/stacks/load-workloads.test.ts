import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { checkSettings } from "../../stacks/config.ts";
import { loadWorkloads } from "../../stacks/load-workloads.ts";
import { churn, folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

let at: Folder;
beforeEach(() => {
  at = folder(churn);
});
afterEach(() => at.remove());

const cluster = { "cpu-cluster": { vmSize: "x", maxNodes: 2 } };
function problems(change: object = {}, stage = "dev"): readonly string[] {
  const checked = checkSettings(stage, { location: "westeurope", clusters: cluster, ...change });
  expect(checked.problems).toEqual([]);
  return loadWorkloads(checked.settings, at.root, stage).problems;
}
const edit = (file: string, from: string, to: string) => {
  const text = churn[`workloads/churn/${file}`]!;
  expect(text).toContain(from);
  at.write(`workloads/churn/${file}`, text.replace(from, to));
};

describe("workloads", () => {
  test("takes what is right", () => {
    expect(problems()).toEqual([]);
  });

  test("takes what the stage says otherwise, and what another stage says is not its", () => {
    at.write("workloads/churn/blue.dev.yml", "instance_count: 7\n");
    at.write("workloads/churn/blue.prod.yml", "instance_count: none\n");
    const count = (stage: string) => {
      const { settings } = checkSettings(stage, { location: "westeurope", clusters: cluster });
      const { plan, problems: found } = loadWorkloads(settings, at.root, stage);
      return { count: plan.onlineEndpoints[0]?.deployments[0]?.spec.instance_count, found };
    };
    expect(count("dev")).toEqual({ count: 7, found: [] });
    expect(count("local")).toEqual({ count: 2, found: [] });
    expect(count("prod").found[0]).toMatch(/^workloads\/churn\/blue.prod.yml:1:1: instance_count: /);
  });

  test("fails an endpoint with keys in a stage that does not open them", () => {
    expect(problems({ endpoints: {}, openings: ["publicNetworkAccess"] })).toEqual([
      expect.stringMatching(
        /^workloads\/churn\/endpoint.yml:3:1: auth_mode: found key; this stage does not open keyAuthentication/,
      ),
    ]);
  });

  test("the stage's own sign-in takes the place of the YAML's", () => {
    expect(problems({}, "prod")).toEqual([]);
  });

  test("fails a monitor of a deployment that the next release renames", () => {
    at.write(
      "workloads/churn/monitor.yml",
      `$schema: https://azuremlschemas.azureedge.net/latest/monitorSchedule.schema.json
name: watch
trigger: { type: recurrence, frequency: day, interval: 1 }
create_monitor:
  compute: { instance_type: standard_e4s_v3, runtime_version: "3.4" }
  monitoring_target:
    endpoint_deployment_id: azureml:churn:blue
  monitoring_signals: {}
`,
    );
    expect(problems()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /monitor\.yml:7:5: create_monitor\.monitoring_target\.endpoint_deployment_id: found azureml:churn:blue, of an endpoint of this stage, .*; allowed: model_id/,
        ),
      ]),
    );
  });

  test("fails a cluster that no config makes, and takes one that is said to exist", () => {
    expect(problems({ clusters: {} })).toEqual([
      expect.stringMatching(/batch-all.yml:\d+:1: compute: .*"cpu-cluster"/),
    ]);
    expect(problems({ clusters: {}, workloads: { existing: ["compute/cpu-cluster"] } })).toEqual([]);
  });

  test("fails traffic to a deployment that is not there, and a default that is not", () => {
    edit("endpoint.yml", "blue: 100", "red: 100");
    edit("batch.yml", "deployment_name: all", "deployment_name: alle");
    expect(problems()).toEqual([
      expect.stringMatching(/batch.yml:4:3: defaults.deployment_name: .*did you mean/),
      expect.stringMatching(/endpoint.yml:5:3: traffic.red: /),
    ]);
  });

  test("fails a batch deployment without compute", () => {
    at.write(
      "workloads/churn/batch-all.yml",
      "$schema: x/batchDeployment.schema.json\nname: all\nendpoint_name: churn-batch\nmodel: azureml:churn@latest\n",
    );
    expect(problems()).toEqual([
      expect.stringMatching(/batch-all.yml:1:1: compute: is missing/),
      expect.stringMatching(/batch-all.yml:1:1: environment: is missing; .*mlflow_model/),
    ]);
  });

  test("fails an endpoint name that has no room for the suffix", () => {
    const long = "a-name-that-is-much-too-long";
    for (const [file, key] of [
      ["endpoint.yml", "name"],
      ["blue.yml", "endpoint_name"],
    ] as const)
      edit(file, `${key}: churn`, `${key}: ${long}`);
    expect(problems()).toEqual([
      expect.stringMatching(/endpoint.yml:2:1: name: .* is 3 characters too long/),
    ]);
  });

  test("fails an online and a batch endpoint of one name", () => {
    edit("batch.yml", "name: churn-batch", "name: churn");
    edit("batch-all.yml", "endpoint_name: churn-batch", "endpoint_name: churn");
    expect(problems()).toEqual([
      expect.stringMatching(/batch.yml:2:1: name: "churn" is the name of an online endpoint too/),
    ]);
  });

  test("fails a label that means no one version", () => {
    at.write(
      "workloads/churn/second.yml",
      "$schema: x/model.schema.json\nname: churn\nversion: 2\ntype: custom_model\npath: model\n",
    );
    const found = problems();
    expect(found).toHaveLength(2);
    for (const problem of found)
      expect(problem).toMatch(/model: found azureml:churn@latest; 2 files make it/);
  });

  const head = (kind: string, name: string) => `$schema: x/${kind}.schema.json\nname: ${name}\n`;

  test.each([
    ["amlCompute", "cpu-cluster", "type: amlcompute\nsize: x\n", "see azure-ml:clusters in its file"],
    [
      "azureBlob",
      "workspaceblobstore",
      "type: azure_blob\naccount_name: account\ncontainer_name: files\n",
      "see azure-ml:datastores in its file",
    ],
  ])("fails a second %s of a name that the stage makes", (kind, name, rest, place) => {
    at.write("workloads/churn/other.yml", head(kind, name) + rest);
    expect(problems()).toEqual([
      expect.stringMatching(/other.yml:2:1: name: .* is made for the stage already: /),
    ]);
    expect(problems()[0]).toContain(place);
  });

  test.each([
    ["workspace", "", /workspace is not made from workloads: the stage makes its own workspace/],
    ["registry", "location: x\nreplication_locations:\n  - location: x\n", /a registry is shared by stages/],
  ])("fails a %s, which a stage does not make, and says why", (kind, rest, message) => {
    at.write("workloads/churn/other.yml", head(kind, "other") + rest);
    expect(problems()).toEqual([expect.stringMatching(message)]);
  });

  test("fails machines with public addresses in a stage with a network of its own", () => {
    const boxes = `${head("amlCompute", "boxes")}type: amlcompute\nsize: x\n`;
    at.write("workloads/churn/boxes.yml", boxes);
    expect(problems()).toEqual([]);
    expect(problems({}, "prod")).toEqual([expect.stringMatching(/boxes.yml:1:1: enable_node_public_ip: /)]);
    at.write("workloads/churn/boxes.yml", `${boxes}enable_node_public_ip: false\n`);
    expect(problems({}, "prod")).toEqual([]);
  });

  test("shows components that hold each other as the way round, at its first file", () => {
    const holds = (name: string, other: string) =>
      `${head("pipelineComponent", name)}type: pipeline\njobs:\n  one:\n    type: pipeline\n    component: azureml:${other}@latest\n`;
    at.write("workloads/churn/a.yml", holds("a", "b"));
    at.write("workloads/churn/b.yml", holds("b", "a"));
    expect(problems()).toEqual([
      'workloads/churn/a.yml:1:1: refers to itself: component "a" -> component "b" -> component "a"',
    ]);
  });

  test("fails a reference of any kind that leads nowhere, naming both ends", () => {
    at.write("workloads/churn/rows.yml", `${head("data", "rows")}path: azureml://datastores/lake/paths/x\n`);
    at.write(
      "workloads/churn/set.yml",
      `${head("featureSet", "spending")}version: 1\nentities: [azureml:account:1]\nspecification:\n  path: src\n`.replace(
        "version: 1",
        'version: "1"',
      ),
    );
    expect(problems()).toEqual([
      expect.stringMatching(
        /rows.yml:3:1: path: data "rows" refers to datastore "lake", which no file and no config/,
      ),
      expect.stringMatching(
        /set.yml:4:12: entities\[0\]: featureSet "spending" refers to featurestoreentity "account"/,
      ),
    ]);
  });

  test("fails an identity and a location of an endpoint's own", () => {
    edit(
      "endpoint.yml",
      "auth_mode: key",
      "auth_mode: key\nlocation: eastus\nidentity:\n  type: user_assigned\n  user_assigned_identities:\n    - resource_id: /subscriptions/s/resourceGroups/g/providers/x/y",
    );
    expect(problems()).toEqual([
      expect.stringMatching(/endpoint.yml:5:1: identity: endpoints act as the stage's own identity/),
      expect.stringMatching(
        /endpoint.yml:4:1: location: found "eastus"; allowed: the workspace's, westeurope/,
      ),
    ]);
  });

  test("include takes the folders that it names; a misspelt one is a problem", () => {
    at.write("workloads/broken/model.yml", "$schema: x/model.schema.json\nname: x\n");
    expect(problems()).not.toEqual([]);
    expect(problems({ workloads: { include: ["churn"] } })).toEqual([]);
    expect(problems({ workloads: { include: ["churn", "chrun"] } })).toEqual([
      expect.stringContaining('found "chrun"; no YAML file is in workloads/chrun'),
    ]);
  });
});
