import { describe, expect, test } from "@jest/globals";
import { Code } from "../../../components/assets/code.ts";
import { Environment } from "../../../components/assets/environment.ts";
import { Model } from "../../../components/assets/model.ts";
import { workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const asset = { workspace, assetName: "churn", version: "abc" };
const code = { codeUri: "https://st/code", isAnonymous: true };
const image = { image: "mcr.microsoft.com/x:1" };
const model = { modelUri: "azureml://model", modelType: "mlflow_model" };

describe.each([
  ["CodeVersion", code, () => new Code("it", { ...asset, properties: code })],
  ["EnvironmentVersion", image, () => new Environment("it", { ...asset, properties: image })],
  ["ModelVersion", model, () => new Model("it", { ...asset, properties: model })],
] as const)("%s", (type, properties, make) => {
  test("is at the name and version given", async () => {
    const { one, outputs } = await run(() => make().id);
    expect(one(`azure-native:machinelearningservices:${type}`, "it-abc").inputs).toMatchObject({
      resourceGroupName: "rg-ml-test",
      workspaceName: "mlw-ml-test",
      name: "churn",
      version: "abc",
      properties,
    });
    expect(outputs).toMatch(/\/workspaces\/mlw-ml-test\/\w+\/churn\/versions\/abc$/);
  });

  test("is a resource of its own, so that a program can go back to it", async () => {
    const { of } = await run(() => void make());
    expect(of(`azure-native:machinelearningservices:${type}`).map(({ name }) => name)).toEqual(["it-abc"]);
  });

  test("a new version is made before the old one goes", async () => {
    const { one } = await run(() => void make());
    expect(one(`azure-native:machinelearningservices:${type}`).deleteBeforeReplace).toBe(false);
  });
});
