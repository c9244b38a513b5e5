import { describe, expect, test } from "@jest/globals";
import { ComputeCluster } from "../../../components/compute/cluster.ts";
import type { ComputeClusterArgs } from "../../../components/compute/cluster.ts";
import { identityId, workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const cluster = async (args: Partial<ComputeClusterArgs> = {}) => {
  const { one } = await run(() => {
    new ComputeCluster("cpu", {
      workspace,
      clusterName: "cpu-cluster",
      identityId,
      vmSize: "Standard_DS3_v2",
      maxNodes: 4,
      ...args,
    });
  });
  return one("azure-native:machinelearningservices:Compute", "cpu");
};

describe("ComputeCluster", () => {
  test("defaults: scales to zero, no way in", async () => {
    expect((await cluster()).inputs).toEqual({
      computeName: "cpu-cluster",
      resourceGroupName: "rg-ml-test",
      workspaceName: "mlw-ml-test",
      location: "westeurope",
      tags: { stage: "test" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          osType: "Linux",
          vmSize: "Standard_DS3_v2",
          vmPriority: "Dedicated",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" },
          remoteLoginPortPublicAccess: "Disabled",
          enableNodePublicIp: false,
        },
      },
    });
  });

  test("max", async () => {
    const { inputs } = await cluster({
      minNodes: 1,
      idleSeconds: 600,
      priority: "LowPriority",
      nodePublicIp: true,
    });
    expect(inputs).toMatchObject({
      properties: {
        properties: {
          vmPriority: "LowPriority",
          scaleSettings: { minNodeCount: 1, nodeIdleTimeBeforeScaleDown: "PT10M" },
          enableNodePublicIp: true,
        },
      },
    });
  });

  test("is replaced, old one first, where Azure would keep it as it was; scale changes in place", async () => {
    const { replaceOnChanges, deleteBeforeReplace } = await cluster();
    expect(deleteBeforeReplace).toBe(true);
    expect(replaceOnChanges).toContain("properties.properties.vmSize");
    expect(replaceOnChanges.filter((path) => /scaleSettings|identity|tags|\*/.test(path))).toEqual([]);
  });
});
