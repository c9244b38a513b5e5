import { expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { referenceResolver } from "../../stacks/references.ts";
import { run } from "../support/pulumi.ts";

const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

test("what the stage makes comes first; the rest is in the workspace, in a registry, or where it says", async () => {
  const { outputs } = await run(() => {
    const resolve = referenceResolver(pulumi.output(id), (reference) =>
      reference.kind === "compute" && reference.name === "made" ? "id-of-made" : undefined,
    );
    return {
      made: resolve({ kind: "compute", name: "made" }),
      compute: resolve({ kind: "compute", name: "there" }),
      model: resolve({ kind: "asset", type: "model", name: "m", version: "3" }),
      registry: resolve({ kind: "registry", registry: "r", type: "environment", name: "e", version: "1" }),
      path: resolve({ kind: "datastorePath", datastore: "d", path: "a/b" }),
      uri: resolve({ kind: "uri", uri: "https://x" }),
    };
  });
  expect(outputs).toEqual({
    made: "id-of-made",
    compute: `${id}/computes/there`,
    model: `${id}/models/m/versions/3`,
    registry: "azureml://registries/r/environments/e/versions/1",
    path: "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/a/b",
    uri: "https://x",
  });
});
