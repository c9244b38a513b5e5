import { describe, expect, test } from "@jest/globals";
import { BatchEndpoint } from "../../../components/endpoints/batch-endpoint.ts";
import type { BatchEndpointArgs } from "../../../components/endpoints/batch-endpoint.ts";
import { workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const ml = (type: string) => `azure-native:machinelearningservices:${type}`;
const properties = { compute: "cluster-id", miniBatchSize: 2 };
const endpoint = (args: Partial<BatchEndpointArgs> = {}) =>
  run(() => {
    const made = new BatchEndpoint("score", {
      workspace,
      endpointName: "score-abc123",
      deployments: { one: { properties } },
      defaultDeployment: "one",
      ...args,
    });
    return { standard: made.defaultDeployment.apply((name) => name ?? "none") };
  });

describe("BatchEndpoint", () => {
  test("endpoint, deployment, and the default when both are there", async () => {
    const { one, outputs } = await endpoint();
    expect(one("azureml:index:BatchEndpoint", "score").inputs).toMatchObject({
      endpointName: "score-abc123",
      location: "westeurope",
      tags: { stage: "test" },
      properties: { authMode: "AADToken" },
    });
    const deployment = one(ml("BatchDeployment"), "score-one");
    expect(deployment.inputs).toMatchObject({
      deploymentName: "one",
      endpointName: "score-abc123",
      properties,
    });
    const standard = one("azureml:index:BatchDefaultDeployment", "score-default");
    expect(standard.inputs).toMatchObject({ deploymentName: "one" });
    expect(standard.inputs["endpointId"]).toMatch(/\/batchEndpoints\/score-abc123$/);
    expect(standard.dependencies).toContain(deployment.urn);
    expect(outputs).toEqual({ standard: "one" });
  });

  test("without a default, callers name the deployment", async () => {
    const { of } = await endpoint({ defaultDeployment: undefined });
    expect(of("azureml:index:BatchDefaultDeployment")).toEqual([]);
  });

  test("fails a default that is not there", async () => {
    await expect(endpoint({ defaultDeployment: "two" })).rejects.toThrow(
      "score: the default deployment is two, and the endpoint has one",
    );
  });
});
