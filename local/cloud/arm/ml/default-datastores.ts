import { keyOf } from "../id.ts";
import { textAt } from "../json.ts";
import type { ProvisionContext } from "../table.ts";
import { needWorkspaceRoles } from "./identity-roles.ts";

/** The datastores that every workspace has, with the containers and shares that they show. */
export async function bringDatastores({ cloud, resource }: ProvisionContext): Promise<undefined> {
  needWorkspaceRoles(cloud, resource);
  const accountId = textAt(resource.body, "properties.storageAccount");
  const account = cloud.store.get(keyOf(accountId ?? ""));
  if (!account) return;
  const workspaceId = textAt(resource.body, "properties.workspaceId")!;
  const byKey = (textAt(resource.body, "properties.systemDatastoresAuthMode") ?? "AccessKey") === "AccessKey";
  const shared = {
    accountName: account.name,
    endpoint: "core.windows.net",
    protocol: "https",
    subscriptionId: cloud.identity.subscriptionId,
    resourceGroup: account.id.split("/")[4]!,
    credentials: { credentialsType: byKey ? "AccountKey" : "None" },
    serviceDataAccessAuthIdentity: byKey ? "None" : "WorkspaceSystemAssignedIdentity",
  };
  const blob = (containerName: string, isDefault: boolean) => ({
    ...shared,
    datastoreType: "AzureBlob",
    containerName,
    isDefault,
  });
  const file = (fileShareName: string) => ({
    ...shared,
    datastoreType: "AzureFile",
    fileShareName,
    isDefault: false,
  });
  const datastores = {
    workspaceblobstore: blob(`azureml-blobstore-${workspaceId}`, true),
    workspaceartifactstore: blob("azureml", false),
    workspacefilestore: file(`azureml-filestore-${workspaceId}`),
    workspaceworkingdirectory: file(`code-${workspaceId}`),
  };
  for (const [name, properties] of Object.entries(datastores)) {
    if ("containerName" in properties) {
      await cloud.blobs.ensureContainer(account.name, properties.containerName);
      const id = `${account.id}/blobServices/default/containers/${properties.containerName}`;
      if (!cloud.store.get(keyOf(id))) cloud.arm.write(id, { properties: { publicAccess: "None" } });
    } else
      cloud.arm.write(`${account.id}/fileServices/default/shares/${properties.fileShareName}`, {
        properties: {},
      });
    const id = `${resource.id}/datastores/${name}`;
    if (!cloud.store.get(keyOf(id)))
      cloud.arm.write(id, { properties: { ...properties, tags: {}, properties: {} } });
  }
}
