/** What the endpoint of `fixtures/release` needs of an Azure: three versions of a model, an identity with its roles. */
import { randomUUID } from "node:crypto";
import type { CloudOptions } from "@azure-ml-as-code/local/cloud/server.ts";
import { createAzureNative } from "@azure-ml-as-code/local/providers/azure-native/provider.ts";
import { roleDefinitionId } from "../../components/access/roles.ts";
import { GROUP, IDENTITY } from "../support/arm.ts";
import { servingCloud } from "../support/serving-cloud.ts";
import type { ServingCloud } from "../support/serving-cloud.ts";

export const IDENTITY_ID = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/serve`;

export async function flowerCloud(
  folder: string,
  options: Partial<CloudOptions> = {},
): Promise<ServingCloud> {
  const azure = await servingCloud(folder, options);
  await azure.done("PUT", IDENTITY_ID, { location: "westeurope" });
  const { body: identity } = await azure.call("GET", IDENTITY_ID);
  for (const [scope, role] of [
    ["Microsoft.Storage/storageAccounts/stml", "Storage Blob Data Reader"],
    ["Microsoft.ContainerRegistry/registries/acrml", "AcrPull"],
    ["Microsoft.MachineLearningServices/workspaces/mlw", "AzureML Metrics Writer"],
  ] as const) {
    const assignment = `${GROUP}/providers/${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;
    const { principalId } = identity.properties;
    const { status } = await azure.done("PUT", `${assignment}?api-version=2022-04-01`, {
      properties: {
        principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: roleDefinitionId(IDENTITY.subscriptionId, role),
      },
    });
    if (status >= 300) throw new Error(`${assignment}: ${status}`);
  }
  const modelUri = "azureml://datastores/workspaceblobstore/paths/models/flower";
  for (const version of ["2", "3"])
    await azure.done("PUT", `${azure.W}/models/flower/versions/${version}`, {
      properties: { modelType: "mlflow_model", modelUri },
    });
  return azure;
}

/** azure-native, signed in to it. */
export function nativeFor(azure: ServingCloud) {
  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: await azure.tokens.issue({
        aud: String(scopes).replace("/.default", ""),
        oid: IDENTITY.objectId,
      }),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const delays = { retries: [], poll: 10, pollDelete: 10 };
  return createAzureNative({ armEndpoint: azure.url, credential, ca: azure.ca, delays, ...IDENTITY });
}
