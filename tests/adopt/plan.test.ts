import { describe, expect, test } from "@jest/globals";
import { planAdoption } from "../../adopt/plan.ts";
import type { Live } from "../../specs/export/export.ts";

const scope = { subscription: "s", resourceGroup: "rg", workspace: "ws" };
const workspace =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
const model = (name: string, properties: object = {}): Live => ({
  id: `${workspace}/models/${name}/versions/3`,
  type: "workspaces/models/versions",
  name,
  version: "3",
  body: {
    properties: {
      modelType: "custom_model",
      modelUri: "azureml://subscriptions/s/resourcegroups/rg/workspaces/ws/datastores/theirs/paths/model",
      flavors: {},
      ...properties,
    },
  },
});

describe("planAdoption", () => {
  test("writes what the stage does not make, named as the workspace names it, with its import", () => {
    const found = [model("ours"), model("theirs"), model("client", { isAnonymous: true })];
    const { files, imports, notes } = planAdoption(found, scope, ({ name }) => name === "ours");
    expect(Object.keys(files)).toEqual(["models-theirs-3.yml"]);
    expect(files["models-theirs-3.yml"]).toContain("path: azureml://datastores/theirs/paths/model\n");
    expect(imports).toEqual({
      "azure-native:machinelearningservices:ModelVersion::model-theirs-3": {
        id: `${workspace}/models/theirs/versions/3`,
        ignoreChanges: expect.arrayContaining(["azureApiVersion", "properties.flavors"]),
      },
    });
    expect(notes).toEqual([]);
  });

  test("leaves endpoints, and says so", () => {
    const endpoint: Live = {
      id: `${workspace}/onlineEndpoints/theirs`,
      type: "workspaces/onlineEndpoints",
      name: "theirs",
      body: { properties: { authMode: "Key" } },
    };
    const { files, notes } = planAdoption([endpoint], scope, () => false);
    expect(files).toEqual({});
    expect(notes).toEqual([expect.stringMatching(/onlineEndpoints\/theirs: left as it is/)]);
  });
});
