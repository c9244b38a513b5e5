import { describe, expect, test } from "@jest/globals";
import { OnlineEndpoint } from "../../../components/endpoints/online-endpoint.ts";
import type { ManagedRelease } from "../../../components/endpoints/managed-release.ts";
import type { OnlineEndpointArgs } from "../../../components/endpoints/online-endpoint.ts";
import { identityId, onlineDeployment, workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const deploymentType = "azureml:index:OnlineDeployment";
const workspaceId = workspace.id as string;
const own = "azureml:index:OnlineEndpoint";
const endpoint = (args: Partial<OnlineEndpointArgs> = {}) =>
  run(() => {
    const made = new OnlineEndpoint("churn", {
      workspace,
      endpointName: "churn-abc123",
      identityId,
      deployments: {
        blue: onlineDeployment,
        green: { ...onlineDeployment, instanceCount: 3, tags: { v: "2" } },
      },
      traffic: { blue: 90, green: 10 },
      ...args,
    });
    return { uri: made.scoringUri, traffic: made.traffic };
  });

describe("OnlineEndpoint", () => {
  test("defaults: Entra sign-in, closed, no traffic among its inputs", async () => {
    const { one, outputs } = await endpoint();
    expect(one(own, "churn").inputs).toEqual({
      endpointName: "churn-abc123",
      workspaceId: workspace.id,
      location: "westeurope",
      tags: { stage: "test" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
      properties: { authMode: "AADToken", publicNetworkAccess: "Disabled" },
    });
    expect(outputs).toEqual({
      uri: "https://churn-abc123.westeurope.inference.ml.azure.com/score",
      traffic: { blue: 90, green: 10 },
    });
  });

  test("max: key sign-in, open, described", async () => {
    const { one } = await endpoint({
      authMode: "Key",
      publicNetworkAccess: true,
      description: "who leaves",
      properties: { team: "crm" },
      tags: { cost: "crm" },
    });
    expect(one(own).inputs).toMatchObject({
      tags: { stage: "test", cost: "crm" },
      properties: {
        authMode: "Key",
        publicNetworkAccess: "Enabled",
        description: "who leaves",
        properties: { team: "crm" },
      },
    });
  });

  test("each deployment with its machines", async () => {
    const { of } = await endpoint();
    expect(of(deploymentType).map(({ name, inputs }) => ({ name, inputs }))).toEqual([
      {
        name: "churn-blue",
        inputs: expect.objectContaining({
          deploymentName: "blue",
          endpointId: `${workspaceId}/onlineEndpoints/churn-abc123`,
          location: "westeurope",
          tags: { stage: "test" },
          sku: { name: "Default", capacity: 1 },
          properties: onlineDeployment.properties,
        }),
      },
      {
        name: "churn-green",
        inputs: expect.objectContaining({
          tags: { stage: "test", v: "2" },
          sku: { name: "Default", capacity: 3 },
        }),
      },
    ]);
  });

  test("autoscale rules for a deployment that has them; its number of instances is then theirs", async () => {
    const autoscale = { minInstances: 2, maxInstances: 6, scaleOutCpu: 60 };
    const { one } = await endpoint({
      deployments: { blue: { ...onlineDeployment, autoscale } },
      traffic: {},
    });
    expect(one(deploymentType).inputs).toMatchObject({ autoscaled: true, sku: { capacity: 2 } });
    const { inputs } = one("azure-native:monitor:AutoscaleSetting", "churn-blue-autoscale");
    expect(inputs).toMatchObject({
      targetResourceUri: `${workspaceId}/onlineEndpoints/churn-abc123/deployments/blue`,
      location: "westeurope",
      profiles: [
        {
          capacity: { minimum: "2", maximum: "6", default: "2" },
          rules: [
            {
              metricTrigger: { operator: "GreaterThan", threshold: 60 },
              scaleAction: { direction: "Increase" },
            },
            {
              metricTrigger: { operator: "LessThan", threshold: 30 },
              scaleAction: { direction: "Decrease" },
            },
          ],
        },
      ],
    });
    const wrong = { minInstances: 5, maxInstances: 60, scaleInCpu: 80 };
    await expect(
      endpoint({ deployments: { blue: { ...onlineDeployment, autoscale: wrong } }, traffic: {} }),
    ).rejects.toThrow(/from 5 to 60 instances.*; autoscale goes in below 80 and out above 70/);
  });

  test("traffic waits for every deployment", async () => {
    const { one, of } = await endpoint({ mirrorTraffic: {} });
    const traffic = one("azureml:index:EndpointTraffic", "churn-traffic");
    expect(traffic.inputs).toMatchObject({ traffic: { blue: 90, green: 10 }, mirrorTraffic: {} });
    expect(traffic.inputs["endpointId"]).toMatch(/\/onlineEndpoints\/churn-abc123$/);
    for (const { urn } of of(deploymentType)) expect(traffic.dependencies).toContain(urn);
  });

  test("what Azure cannot change is replaced: one endpoint of a name at a time, a deployment beside the old one", async () => {
    const { one, of } = await endpoint();
    expect(one(own)).toMatchObject({ ignoreChanges: [], deleteBeforeReplace: true });
    for (const { deleteBeforeReplace } of of(deploymentType)) expect(deleteBeforeReplace).toBe(false);
  });

  test("protectEndpoint keeps the endpoint and lets deployments go", async () => {
    const { resources } = await endpoint({ protectEndpoint: true });
    expect(resources.filter(({ protect }) => protect).map(({ type }) => type)).toEqual([own]);
  });

  test("fails with everything that is wrong with the traffic, before anything is made", async () => {
    await expect(endpoint({ traffic: { blue: 50, red: 20 } })).rejects.toThrow(
      /churn: traffic: percentages sum to 70.*; traffic.red: found/,
    );
  });
});

describe("OnlineEndpoint by release", () => {
  const release: ManagedRelease = {
    deployment: { ...onlineDeployment, instanceCount: 2 },
    plan: { kind: "canary", percent: 10, bakeSeconds: 60 },
    gates: { smoke: [{ request: "{}", status: 200 }], maxErrorShare: 0, minimumSamples: 5 },
    deadlineSeconds: 600,
  };
  const none = { deployments: {}, traffic: {} };
  const hashOf = async (change: Partial<ManagedRelease["deployment"]>) => {
    const deployment = { ...release.deployment, ...change };
    const { one } = await endpoint({ ...none, release: { ...release, deployment } });
    return one("random:index/randomId:RandomId", "churn-candidate").inputs["keepers"];
  };

  test("one deployment under a fresh name, created before the old one goes, and traffic that follows it", async () => {
    const { one, of } = await endpoint({ ...none, release });
    const [deployment, ...others] = of(deploymentType);
    expect(others).toEqual([]);
    expect(deployment).toMatchObject({
      name: "churn-released",
      deleteBeforeReplace: false,
      inputs: { deploymentName: "r-0a1b2c3d", sku: { name: "Default", capacity: 2 } },
    });
    const traffic = one("azureml:index:EndpointTraffic", "churn-traffic");
    expect(traffic.inputs).toMatchObject({
      traffic: { "r-0a1b2c3d": 100 },
      release: { plan: release.plan, gates: release.gates, deadlineSeconds: 600 },
    });
    expect(traffic.dependencies).toContain(deployment!.urn);
  });

  test("the name changes with the deployment's properties, not with its machines or tags", async () => {
    const before = await hashOf({});
    expect(await hashOf({ instanceCount: 5, tags: { a: "b" } })).toEqual(before);
    expect(await hashOf({ properties: { ...onlineDeployment.properties, model: "m" } })).not.toEqual(before);
  });

  test("takes the place of deployments and traffic", async () => {
    await expect(endpoint({ release })).rejects.toThrow(/takes the place of deployments, traffic/);
  });
});
