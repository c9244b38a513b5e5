import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { loadFolder } from "../../specs/load.ts";
import type { AssetPlan } from "../../stacks/asset-plan.ts";
import { planAssets } from "../../stacks/asset-plan.ts";
import { churn, folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

let at: Folder;
beforeEach(() => {
  at = folder(churn);
});
afterEach(() => at.remove());

const plan = (): AssetPlan => {
  const { documents, problems } = loadFolder(join(at.root, "workloads"));
  expect(problems).toEqual([]);
  return planAssets(documents, at.root);
};
const versions = ({ models, environments, codes }: AssetPlan) => ({
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
