import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { loadFolder } from "../../specs/load.ts";
import { planAssets } from "../../stacks/asset-plan.ts";
import type { ResourceType } from "../../stacks/kind-table.ts";
import { churn, folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

let at: Folder;
beforeEach(() => {
  at = folder(churn);
});
afterEach(() => at.remove());

const plan = () => {
  const { documents, problems } = loadFolder(join(at.root, "workloads"));
  expect(problems).toEqual([]);
  const planned = planAssets(documents, at.root);
  const of = (type: ResourceType) => planned.resources.filter((one) => one.type === type);
  return { ...planned, of, models: of("model"), environments: of("environment") };
};
const versions = ({ models, environments, codes }: ReturnType<typeof plan>) => ({
  model: models[0]!.version,
  environment: environments[0]!.version,
  code: codes[0]!.version,
});

describe("planAssets", () => {
  test("what two deployments share is made once", () => {
    const { contents, codes, models, environments } = plan();
    expect(Object.keys(contents).sort()).toEqual(["workloads/churn/model", "workloads/churn/src"]);
    expect(codes).toMatchObject([
      { key: "code-workloads/churn/src", name: "workloads-churn-src", content: "workloads/churn/src" },
    ]);
    expect(models).toMatchObject([{ key: "model-churn", name: "churn", anonymous: false }]);
    expect(environments).toMatchObject([{ key: "environment-sklearn", name: "sklearn" }]);
  });

  test("the same content has the same versions", () => {
    expect(versions(plan())).toEqual(versions(plan()));
  });

  test.each([
    ["workloads/churn/model/model.txt", "other weights", ["model"]],
    ["workloads/churn/src/score.py", "def init(): pass\n", ["code"]],
    ["workloads/churn/src/helper.py", "", ["code"]],
  ] as const)("a change of %s is a new version of just that", (file, text, changed) => {
    const before = versions(plan());
    at.write(file, text);
    const after = versions(plan());
    const differ = (Object.keys(before) as (keyof typeof before)[]).filter(
      (key) => before[key] !== after[key],
    );
    expect(differ).toEqual(changed);
  });

  test("another image or type is a new version; a description or a tag is not", () => {
    const before = versions(plan());
    const yaml = churn["workloads/churn/model.yml"]!;
    at.write("workloads/churn/model.yml", `${yaml}description: who leaves\ntags:\n  a: b\n`);
    expect(versions(plan())).toEqual(before);
    at.write("workloads/churn/model.yml", yaml.replace("custom_model", "triton_model"));
    expect(versions(plan()).model).not.toBe(before.model);
    at.write(
      "workloads/churn/environment.yml",
      churn["workloads/churn/environment.yml"]!.replace("x:1", "x:2"),
    );
    expect(versions(plan()).environment).not.toBe(before.environment);
  });

  test("a version that the author gave is the version, and part of the key", () => {
    at.write("workloads/churn/model.yml", `${churn["workloads/churn/model.yml"]!}version: 7\n`);
    const { models, keyOf } = plan();
    expect(models).toMatchObject([{ key: "model-churn-7", version: "7" }]);
    const reference = { kind: "asset", type: "model", name: "churn" } as const;
    expect(keyOf({ ...reference, version: "7" })).toBe("model-churn-7");
    expect(keyOf({ ...reference, label: "latest" })).toBe("model-churn-7");
    expect(keyOf({ ...reference, version: "8" })).toBeUndefined();
    expect(keyOf({ ...reference, name: "other", version: "7" })).toBeUndefined();
  });

  test("what is written inside a deployment is anonymous, named by its content, and made once", () => {
    const inline = "environment:\n  image: mcr.microsoft.com/y:1\n";
    for (const file of ["workloads/churn/blue.yml", "workloads/churn/batch-all.yml"])
      at.write(
        file,
        churn[file]!.replace("environment: azureml:sklearn@latest\n", inline).replace(
          "model: azureml:churn@latest\n",
          "model:\n  path: model/model.txt\n",
        ),
      );
    const { models, environments, contents } = plan();
    const [environment] = environments.filter(({ anonymous }) => anonymous);
    const [model] = models.filter(({ anonymous }) => anonymous);
    expect([models.length, environments.length]).toEqual([2, 2]);
    expect(environment!.key).toBe(`environment-anonymous-environment-${environment!.version}`);
    expect(model!.name).toBe("anonymous-model");
    expect(Object.keys(contents)).toContain("workloads/churn/model/model.txt");
  });
});

describe("planAssets, of what is neither model nor environment", () => {
  const head = (kind: string, name: string) => `$schema: x/${kind}.schema.json\nname: ${name}\n`;
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) at.write(`workloads/churn/${file}`, text);
  };
  const step = (name: string, of: string) =>
    `${head("pipelineComponent", name)}type: pipeline\njobs:\n  one:\n    type: pipeline\n    component: azureml:${of}@latest\n`;
  const train = `${head("commandComponent", "train")}type: command\ncommand: python train.py\ncode: src\nenvironment: azureml:sklearn@latest\n`;
  const fit = `${head("pipelineComponent", "fit")}type: pipeline\njobs:\n  train:\n    type: command\n    component: azureml:train@latest\n`;

  test("each comes after all that it refers to, however the files are called", () => {
    write({
      "a-schedule.yml": `${head("schedule", "nightly")}trigger:\n  type: cron\n  expression: 0 3 * * *\ncreate_job: b-job.yml\n`,
      "b-job.yml":
        "type: pipeline\njobs:\n  fit:\n    type: pipeline\n    component: azureml:fit@latest\n    compute: azureml:boxes\n",
      "c-fit.yml": fit,
      "d-train.yml": train,
      "e-data.yml": `${head("data", "rows")}type: uri_folder\npath: azureml://datastores/lake/paths/rows/\n`,
      "f-lake.yml": `${head("azureDataLakeGen2", "lake")}type: azure_data_lake_gen2\naccount_name: account\nfilesystem: files\n`,
      "g-boxes.yml": `${head("amlCompute", "boxes")}type: amlcompute\nsize: Standard_DS3_v2\n`,
      "h-account.yml": `${head("featureStoreEntity", "account")}version: "1"\nindex_columns:\n  - name: id\n    type: string\n`,
      "a-features.yml": `${head("featureSet", "spending")}version: "1"\nentities: [azureml:account:1]\nspecification:\n  path: src\n`,
    });
    const { resources, cycles } = plan();
    const place = (key: string) => resources.findIndex((one) => one.key === key);
    expect(cycles).toEqual([]);
    for (const [later, earlier] of [
      ["schedule-nightly", "component-fit"],
      ["schedule-nightly", "compute-boxes"],
      ["component-fit", "component-train"],
      ["component-train", "environment-sklearn"],
      ["data-rows", "datastore-lake"],
      ["feature-set-spending-1", "feature-store-entity-account-1"],
    ] as const) {
      expect(place(earlier)).toBeGreaterThanOrEqual(0);
      expect(place(later)).toBeGreaterThan(place(earlier));
    }
  });

  test("a change of code is a new version of its component, and of the pipelines that take the latest of that", () => {
    write({ "train.yml": train, "fit.yml": fit });
    const named = () =>
      Object.fromEntries(
        plan()
          .of("component")
          .map(({ name, version }) => [name, version]),
      );
    const before = named();
    expect(named()).toEqual(before);
    write({ "src/score.py": "changed" });
    const after = named();
    expect(after["train"]).not.toBe(before["train"]);
    expect(after["fit"]).not.toBe(before["fit"]);
  });

  test("components that hold each other are a cycle, shown as the way round", () => {
    write({ "a.yml": step("a", "b"), "b.yml": step("b", "c"), "c.yml": step("c", "a") });
    const { cycles } = plan();
    expect(cycles.map((cycle) => cycle.map(({ name }) => name))).toEqual([["a", "b", "c", "a"]]);
  });

  test("a version does not depend on where the checkout is", () => {
    const inline = `${head("pipelineComponent", "fit")}type: pipeline\njobs:\n  train:\n    type: command\n    component: train.yml\n`;
    const files = { "train.yml": train, "fit.yml": inline };
    write(files);
    const here = plan()
      .of("component")
      .map(({ version }) => version);
    at.remove();
    at = folder(churn);
    write(files);
    expect(
      plan()
        .of("component")
        .map(({ version }) => version),
    ).toEqual(here);
    expect(here.length).toBeGreaterThan(1);
  });
});
