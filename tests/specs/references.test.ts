import { describe, expect, test } from "@jest/globals";
import { parseAsset, parseCompute, parseUri, showReference } from "../../specs/references.ts";
import { resourceIds } from "../../specs/resource-ids.ts";
import type { AssetType, Reference } from "../../specs/types.ts";

const workspace =
  "/subscriptions/S/resourceGroups/R/providers/Microsoft.MachineLearningServices/workspaces/W";
const resolve = resourceIds({ subscription: "S", resourceGroup: "R", workspace: "W" });

describe("references to assets", () => {
  test.each<[string, AssetType, Reference, string]>([
    [
      "azureml:m:1",
      "model",
      { kind: "asset", type: "model", name: "m", version: "1" },
      `${workspace}/models/m/versions/1`,
    ],
    [
      "azureml:e@latest",
      "environment",
      { kind: "asset", type: "environment", name: "e", label: "latest" },
      `${workspace}/environments/e/versions/latest`,
    ],
    [
      "azureml:d:2024-01-01",
      "data",
      { kind: "asset", type: "data", name: "d", version: "2024-01-01" },
      `${workspace}/data/d/versions/2024-01-01`,
    ],
    [
      "azureml:AzureML-sklearn-1.5:3",
      "environment",
      { kind: "curated", type: "environment", name: "AzureML-sklearn-1.5", version: "3" },
      "azureml:AzureML-sklearn-1.5:3",
    ],
    [
      "azureml:AzureML-sklearn-1.5",
      "environment",
      { kind: "curated", type: "environment", name: "AzureML-sklearn-1.5" },
      "azureml:AzureML-sklearn-1.5",
    ],
    [
      "azureml://registries/azureml/models/gpt/versions/3",
      "model",
      { kind: "registry", registry: "azureml", type: "model", name: "gpt", version: "3" },
      "azureml://registries/azureml/models/gpt/versions/3",
    ],
    [
      "azureml://registries/azureml/environments/e/labels/latest",
      "environment",
      { kind: "registry", registry: "azureml", type: "environment", name: "e", label: "latest" },
      "azureml://registries/azureml/environments/e/labels/latest",
    ],
    [
      `azureml:${workspace}/models/m/versions/1`,
      "model",
      { kind: "armId", id: `${workspace}/models/m/versions/1` },
      `${workspace}/models/m/versions/1`,
    ],
  ])("%s", (text, type, expected, id) => {
    const reference = parseAsset(text, type);
    expect(reference).toEqual(expected);
    expect(resolve(reference as Reference)).toBe(id);
    expect(showReference(reference as Reference)).toBe(text);
  });

  test.each<[string, AssetType, RegExp]>([
    ["m:1", "model", /"azureml:NAME:VERSION"/],
    ["azureml:m", "model", /"azureml:m:VERSION" or "azureml:m@latest"/],
    ["azureml:m:", "model", /"azureml:NAME:VERSION"/],
    ["azureml:a b:1", "model", /"azureml:NAME:VERSION"/],
    ["azureml://registries/r/environments/e/versions/1", "model", /a model \("…\/models\/…"\)/],
    ["azureml://datastores/x/paths/y", "model", /"azureml:NAME:VERSION"/],
    [`azureml:${workspace}/environments/e/versions/1`, "model", /an ARM id/],
  ])("%s as a %s is refused", (text, type, allowed) => {
    expect(parseAsset(text, type)).toEqual({ allowed: expect.stringMatching(allowed) });
  });
});

describe("places of content", () => {
  test.each([
    [
      "azureml://datastores/store/paths/a/b",
      "azureml://subscriptions/S/resourcegroups/R/workspaces/W/datastores/store/paths/a/b",
    ],
    ["https://account.blob.core.windows.net/c/b", "https://account.blob.core.windows.net/c/b"],
    ["wasbs://c@a.blob.core.windows.net/b", "wasbs://c@a.blob.core.windows.net/b"],
    ["runs:/run/model", "runs:/run/model"],
    ["azureml://jobs/j/outputs/o/paths/p", "azureml://jobs/j/outputs/o/paths/p"],
  ])("%s", (text, uri) => {
    expect(resolve(parseUri(text)!)).toBe(uri);
  });

  test.each(["model", "./model", "../model/x.pkl", "/model", "C:\\model"])("%s is a local path", (text) => {
    expect(parseUri(text)).toBeUndefined();
  });
});

describe("compute", () => {
  test.each(["azureml:cpu", "cpu"])("%s", (text) => {
    expect(resolve(parseCompute(text) as Reference)).toBe(`${workspace}/computes/cpu`);
  });

  test("a version is refused", () => {
    expect(parseCompute("azureml:cpu:1")).toEqual({ allowed: expect.stringContaining('"azureml:NAME"') });
  });
});
