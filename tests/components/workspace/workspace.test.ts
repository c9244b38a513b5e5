import { describe, expect, test } from "@jest/globals";
import { Workspace } from "../../../components/workspace/workspace.ts";
import type { WorkspaceArgs } from "../../../components/workspace/workspace.ts";
import { identityId, placement, workspaceParts } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const workspace = (args: Partial<WorkspaceArgs> = {}) =>
  run(() => {
    new Workspace("workspace", { placement, ...workspaceParts, ...args });
  });

describe("Workspace", () => {
  test("defaults: closed, on identities, nothing purged", async () => {
    const { one, of } = await workspace();
    expect(one("azure-native:machinelearningservices:Workspace", "workspace").inputs).toEqual({
      workspaceName: "mlw-ml-test",
      resourceGroupName: "rg-ml-test",
      location: "westeurope",
      tags: { stage: "test" },
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
      primaryUserAssignedIdentity: identityId,
      storageAccount: workspaceParts.storageAccountId,
      keyVault: workspaceParts.keyVaultId,
      applicationInsights: workspaceParts.applicationInsightsId,
      containerRegistry: workspaceParts.containerRegistryId,
      systemDatastoresAuthMode: "Identity",
      publicNetworkAccess: "Disabled",
      allowPublicAccessWhenBehindVnet: false,
      managedNetwork: { isolationMode: "Disabled", enableNetworkMonitor: false },
      hbiWorkspace: false,
      enableDataIsolation: false,
      v1LegacyMode: false,
    });
    expect(of("azureml:index:WorkspacePurge")).toEqual([]);
  });

  test("purgeOnDestroy: the purge is made before the workspace, so that it is deleted after it", async () => {
    const { one } = await workspace({ purgeOnDestroy: true });
    const purge = one("azureml:index:WorkspacePurge", "workspace-purge");
    expect(purge.inputs).toEqual({ resourceGroupName: "rg-ml-test", workspaceName: "mlw-ml-test" });
    expect(one("azure-native:machinelearningservices:Workspace").dependencies).toContain(purge.urn);
  });

  test.each([
    ["internet-outbound", "AllowInternetOutbound"],
    ["approved-outbound", "AllowOnlyApprovedOutbound"],
  ] as const)("isolation %s is %s", async (isolation, isolationMode) => {
    const { one } = await workspace({ isolation });
    expect(one("azure-native:machinelearningservices:Workspace").inputs["managedNetwork"]).toMatchObject({
      isolationMode,
    });
  });

  test("is replaced because a property changed only where that was said to be meant", async () => {
    const replaced = async (args: Partial<WorkspaceArgs>) =>
      (await workspace(args)).one("azure-native:machinelearningservices:Workspace").replaceOnChanges;
    expect(await replaced({})).toEqual([]);
    expect(await replaced({ allow: ["relax"] })).toEqual([]);
    expect(await replaced({ allow: ["replace"] })).toContain("storageAccount");
  });

  test("without an identity of its own it has the system's; a project has its hub and nothing else", async () => {
    const { one } = await run(() => {
      new Workspace("workspace", { placement, kind: "Project", hubId: "/hub" });
    });
    const { inputs } = one("azure-native:machinelearningservices:Workspace");
    expect(inputs).toMatchObject({
      kind: "Project",
      hubResourceId: "/hub",
      identity: { type: "SystemAssigned" },
    });
    expect(Object.keys(inputs)).not.toEqual(expect.arrayContaining(["storageAccount"]));
    expect(inputs["primaryUserAssignedIdentity"]).toBeUndefined();
  });

  test("outbound rules are Azure's three kinds", async () => {
    const { one } = await workspace({
      isolation: "approved-outbound",
      firewallSku: "Basic",
      outboundRules: {
        a: { kind: "fqdn", destination: "example.com" },
        b: { kind: "private-endpoint", resourceId: "/st", part: "blob" },
        c: { kind: "service-tag", tag: "AzureMonitor", ports: "443" },
      },
    });
    expect(one("azure-native:machinelearningservices:Workspace").inputs["managedNetwork"]).toMatchObject({
      firewallSku: "Basic",
      outboundRules: {
        a: { type: "FQDN", destination: "example.com" },
        b: {
          type: "PrivateEndpoint",
          destination: { serviceResourceId: "/st", subresourceTarget: "blob", sparkEnabled: false },
        },
        c: {
          type: "ServiceTag",
          destination: { serviceTag: "AzureMonitor", protocol: "TCP", portRanges: "443" },
        },
      },
    });
  });

  test("its name is known in the first preview", async () => {
    const { one } = await run(
      () => {
        new Workspace("workspace", { placement, ...workspaceParts });
      },
      {
        preview: true,
      },
    );
    expect(one("azure-native:machinelearningservices:Workspace").inputs["workspaceName"]).toBe("mlw-ml-test");
  });
});
