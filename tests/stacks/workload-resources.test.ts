/** Every kind that a stage makes from its workloads, registered with what it refers to. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { loadStage } from "../../stacks/config.ts";
import { lookUp } from "../../stacks/look-up.ts";
import { buildStage } from "../../stacks/stage.ts";
import { functions } from "../support/azure.ts";
import { run } from "../support/pulumi.ts";
import type { Registered } from "../support/pulumi.ts";
import { folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

const head = (kind: string, name: string) => `$schema: x/${kind}.schema.json\nname: ${name}\n`;
const files: Readonly<Record<string, string>> = {
  "src/train.py": "print()\n",
  "rows/a.csv": "1,2\n",
  "environment.yml": `${head("environment", "sklearn")}image: mcr.microsoft.com/x:1\n`,
  "lake.yml": `${head("azureDataLakeGen2", "lake")}type: azure_data_lake_gen2\naccount_name: account\nfilesystem: files\n`,
  "keyed.yml": `${head("azureFile", "keyed")}type: azure_file\naccount_name: account\nfile_share_name: share\ncredentials:\n  account_key: hush\n`,
  "data.yml": `${head("data", "rows")}type: uri_folder\npath: rows\n`,
  "lake-data.yml": `${head("data", "lake-rows")}type: uri_folder\npath: azureml://datastores/lake/paths/rows/\n`,
  "train.yml": `${head("commandComponent", "train")}type: command\ncommand: python train.py\ncode: src\nenvironment: azureml:sklearn@latest\n`,
  "fit.yml": `${head("pipelineComponent", "fit")}type: pipeline\njobs:\n  train:\n    type: command\n    component: azureml:train@latest\n`,
  "boxes.yml": `${head("amlCompute", "boxes")}type: amlcompute\nsize: Standard_DS3_v2\n`,
  "attached.yml": `${head("kubernetesCompute", "attached")}type: kubernetes\nnamespace: ml\nresource_id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k\n`,
  "feed.yml": `${head("connection", "feed")}type: python_feed\ntarget: https://feed.example.com\ncredentials:\n  type: pat\n  pat: hush\n`,
  "nightly.yml": `${head("schedule", "nightly")}trigger:\n  type: cron\n  expression: 0 3 * * *\ncreate_job: job.yml\n`,
  "job.yml":
    "type: pipeline\nsettings:\n  default_compute: azureml:boxes\njobs:\n  fit:\n    type: pipeline\n    component: azureml:fit@latest\n",
  "account.yml": `${head("featureStoreEntity", "account")}version: "1"\nindex_columns:\n  - name: id\n    type: string\n`,
  "spending.yml": `${head("featureSet", "spending")}version: "1"\nentities: [azureml:account:1]\nspecification:\n  path: src\n`,
  "batch.yml": head("batchEndpoint", "scoring"),
  "scoring.yml": `${head("pipelineComponentBatchDeployment", "pipeline")}endpoint_name: scoring\ntype: pipeline\ncomponent: azureml:fit@latest\nsettings:\n  default_compute: azureml:boxes\n`,
};

let at: Folder;
beforeEach(() => {
  at = folder(Object.fromEntries(Object.entries(files).map(([file, text]) => [`workloads/${file}`, text])));
});
afterEach(() => at.remove());

const build = (change: object = {}, preview = false) =>
  run(() => void buildStage(loadStage("dev", { location: "westeurope", ...change }, at.root)), {
    stack: "dev",
    preview,
  });
const ML = "azure-native:machinelearningservices";
/** The version of an asset: its name ends with the hash of its content. */
const asset = ({ of }: Awaited<ReturnType<typeof build>>, type: string, name: string): Registered =>
  of(`${ML}:${type}`).find(
    (one) => one.name.startsWith(`${name}-`) && !/-.*-/.test(one.name.slice(name.length)),
  )!;
const properties = ({ inputs }: Registered) => inputs["properties"] as Record<string, unknown>;

describe("the resources of workloads", () => {
  test("are made for every kind, each as what Azure calls it, and refer to each other by their ids", async () => {
    const built = await build();
    const { one, of } = built;
    const componentId = (name: string) => {
      const { inputs } = asset(built, "ComponentVersion", `component-${name}`);
      return `/workspaces/mlw-ml-dev/components/${name}/versions/${inputs["version"] as string}`;
    };
    const uri = "/workspaces/mlw-ml-dev/datastores";
    expect(properties(asset(built, "DataVersion", "data-rows"))["dataUri"]).toMatch(
      new RegExp(`^azureml://.*${uri}/uploads/paths/LocalUpload/\\w+/rows$`),
    );
    expect(properties(asset(built, "DataVersion", "data-lake-rows"))["dataUri"]).toMatch(
      new RegExp(`^azureml://.*${uri}/lake/paths/rows/$`),
    );
    const spec = properties(asset(built, "ComponentVersion", "component-train"))["componentSpec"];
    expect(spec).toMatchObject({
      code: expect.stringMatching(/^azureml:\/subscriptions\/.*\/codes\/workloads-src\/versions\//),
      environment: expect.stringMatching(/^azureml:\/subscriptions\/.*\/environments\/sklearn\/versions\//),
    });
    expect(JSON.stringify(properties(asset(built, "ComponentVersion", "component-fit")))).toContain(
      componentId("train"),
    );
    const schedule = JSON.stringify(properties(one(`${ML}:Schedule`)));
    expect(schedule).toContain(componentId("fit"));
    expect(schedule).toContain("/computes/boxes");
    expect(JSON.stringify(properties(one(`${ML}:BatchDeployment`)))).toContain(componentId("fit"));
    expect(one("azureml:index:ScheduleSwitch").inputs["scheduleId"]).toMatch(/\/schedules\/nightly$/);
    expect(properties(one(`${ML}:FeaturesetVersion`))["entities"]).toEqual(["azureml:account:1"]);
    expect(of(`${ML}:FeaturestoreEntityVersion`)).toHaveLength(1);
  });

  test("keep credentials as secrets, and only those", async () => {
    const { of } = await build();
    const hidden = [...of(`${ML}:Datastore`), ...of(`${ML}:WorkspaceConnection`)]
      .filter(({ secrets }) => secrets.includes("properties"))
      .map(({ name }) => name);
    expect(hidden.sort()).toEqual(["connection-feed", "datastore-keyed"]);
  });

  test("give machines of the workspace the stage's identity, and what is attached none", async () => {
    const { one } = await build();
    expect(one(`${ML}:Compute`, "compute-boxes").inputs["identity"]).toMatchObject({ type: "UserAssigned" });
    expect(one(`${ML}:Compute`, "compute-attached").inputs).not.toHaveProperty("identity");
  });

  test("are the same in a first preview", async () => {
    const urns = async (preview: boolean) =>
      (await build({}, preview)).resources.map(({ urn }) => urn).sort();
    expect(await urns(true)).toEqual(await urns(false));
  });
});

describe("jobs", () => {
  const files = {
    "workloads/learn.yml": `${head("commandJob", "learn")}type: command\ncommand: python train.py --rows \${{inputs.rows}} --model \${{outputs.model}}\ncode: src\nenvironment: azureml:sklearn@latest\ncompute: azureml:boxes\ninputs:\n  rows:\n    type: uri_folder\n    path: azureml:rows@latest\noutputs:\n  model:\n    type: mlflow_model\n    name: learned\n`,
    "workloads/online.yml": head("managedOnlineEndpoint", "online"),
    "workloads/blue.yml": `${head("managedOnlineDeployment", "blue")}endpoint_name: online\nmodel: azureml:learned@latest\ninstance_type: Standard_DS2_v2\n`,
    "workloads/again.yml": `${head("schedule", "again")}trigger:\n  type: cron\n  expression: 0 4 * * *\ncreate_job: azureml:learn\n`,
  };
  beforeEach(() => {
    for (const [file, text] of Object.entries(files)) at.write(file, text);
  });

  test("run on what the stage makes; what they register is served, and schedules run them again", async () => {
    const { one } = await build();
    const job = one("azureml:index:Job");
    expect(job.inputs).toMatchObject({ jobName: "learn", workspaceId: expect.stringMatching(/mlw-ml-dev$/) });
    expect(properties(job)).toMatchObject({
      jobType: "Command",
      codeId: expect.stringMatching(/\/codes\/workloads-src\/versions\//),
      computeId: expect.stringMatching(/\/computes\/boxes$/),
      inputs: { rows: { uri: expect.stringMatching(/\/data\/rows\/versions\/\w+$/) } },
      outputs: { model: { assetName: "learned" } },
    });
    expect(properties(one("azureml:index:OnlineDeployment"))["model"]).toBe("the model of learn");
    const again = properties(one(`${ML}:Schedule`, "schedule-again"));
    expect(again["action"]).toMatchObject({ jobDefinition: { sourceJobId: "the run of learn" } });
  });

  test("that register under a name that nobody asked for serve nobody", () => {
    at.write("workloads/blue.yml", files["workloads/blue.yml"].replace("learned", "leaned"));
    expect(() => loadStage("dev", { location: "westeurope" }, at.root)).toThrow(
      /blue.yml.*refers to model "leaned", which no file and no config makes; did you mean model "learned"\?/,
    );
  });
});

describe("what the workspace is said to have", () => {
  const getter = `${ML}:getModelVersion`;
  const known = functions as Record<string, Record<string, unknown>>;
  const endpoint = {
    "workloads/online.yml": head("managedOnlineEndpoint", "online"),
    "workloads/blue.yml": `${head("managedOnlineDeployment", "blue")}endpoint_name: online\nmodel: azureml:theirs:3\nenvironment: azureml:sklearn@latest\ninstance_type: Standard_DS2_v2\n`,
  };
  const existing = { workloads: { existing: ["model/theirs"] } };
  beforeEach(() => {
    for (const [file, text] of Object.entries(endpoint)) at.write(file, text);
  });
  afterEach(() => {
    Reflect.deleteProperty(known, getter);
  });

  test("is looked up, and linked by its id", async () => {
    known[getter] = { id: "found" };
    const { one } = await build(existing);
    expect(properties(one("azureml:index:OnlineDeployment"))["model"]).toMatch(
      /\/models\/theirs\/versions\/3$/,
    );
  });

  test("stops the run where it is not, naming who refers to what", async () => {
    const { workloads } = loadStage("dev", { location: "westeurope", ...existing }, at.root);
    const place = { resourceGroupName: "rg-ml-dev", workspaceName: "mlw-ml-dev" };
    const wanted = { kind: "asset", type: "model", name: "theirs", version: "3" } as const;
    let asked: Promise<unknown> | undefined;
    await run(() => {
      asked = lookUp(wanted, "the id", place, workloads.documents).catch((error: unknown) => error);
    });
    expect(await asked).toMatchObject({
      message: expect.stringMatching(
        /blue.yml: onlineDeployment "blue" refers to model azureml:theirs:3, which neither the stage makes nor workspace mlw-ml-dev has/,
      ),
    });
  });
});
