import { expect, test } from "@jest/globals";
import { BlobDatastore } from "../../../components/data/blob-datastore.ts";
import { subscription } from "../../support/azure.ts";
import { workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

test("a datastore without a key, read under the workspace's identity", async () => {
  const { one, outputs } = await run(
    () =>
      new BlobDatastore("training", {
        workspace,
        datastoreName: "training_data",
        description: "what models learn from",
        accountName: "stmltest",
        containerName: "training",
        blobEndpoint: "https://stmltest.blob.core.windows.net/",
        subscriptionId: subscription,
        resourceGroupName: "rg-ml-test",
      }).uri,
  );
  expect(one("azure-native:machinelearningservices:Datastore", "training").inputs).toEqual({
    name: "training_data",
    resourceGroupName: "rg-ml-test",
    workspaceName: "mlw-ml-test",
    skipValidation: true,
    properties: {
      datastoreType: "AzureBlob",
      description: "what models learn from",
      accountName: "stmltest",
      containerName: "training",
      endpoint: "core.windows.net",
      protocol: "https",
      subscriptionId: subscription,
      resourceGroup: "rg-ml-test",
      credentials: { credentialsType: "None" },
      serviceDataAccessAuthIdentity: "WorkspaceUserAssignedIdentity",
    },
  });
  expect(outputs).toBe(
    `azureml://subscriptions/${subscription}/resourcegroups/rg-ml-test/workspaces/mlw-ml-test/datastores/training_data`,
  );
});
