import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { RESOURCES } from "../../provider/resources/table.ts";
import * as sdk from "../../provider/sdk.ts";

const seen: pulumi.runtime.MockResourceArgs[] = [];
beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: (args) => {
      seen.push(args);
      return { id: `${args.name}-id`, state: { ...(args.inputs as object), url: "https://u", files: 2 } };
    },
    call: () => ({}),
  }),
);
beforeEach(() => {
  seen.length = 0;
});
const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("the program's side", () => {
  test("registers every type that the provider has, with its inputs, under its token", async () => {
    const provider = new sdk.Provider("p", { subscriptionId: "s" });
    const uploadArgs = { source: "src", hash: "h", blobEndpoint: "https://a", container: "c" };
    const upload = new sdk.Upload("u", uploadArgs, { provider });
    const traffic = new sdk.EndpointTraffic("t", { endpointId: upload.url, traffic: { blue: 100 } });
    const batch = new sdk.BatchDefaultDeployment("b", { endpointId: "e", deploymentName: "d" });
    const endpoint = { workspaceId: "w", endpointName: "e", location: "l", properties: { authMode: "Key" } };
    const online = new sdk.OnlineEndpoint("o", endpoint);
    const deployment = new sdk.OnlineDeployment("od", {
      endpointId: "e",
      deploymentName: "d",
      location: "l",
      properties: {},
    });
    const batchEndpoint = new sdk.BatchEndpoint("be", endpoint);
    const purge = new sdk.WorkspacePurge("w", { resourceGroupName: "rg", workspaceName: "ws" });
    const guard = new sdk.WorkspaceGuard("g", { workspace: { kind: "Default" }, allow: [] });
    const quota = new sdk.QuotaCheck("q", { location: "l", machines: [] });
    const ready = new sdk.RoleReadiness("r", { assignments: [{ id: "i", principalId: "p" }] });
    const off = new sdk.ScheduleSwitch("s", { scheduleId: "s" });
    const job = new sdk.Job("j", { workspaceId: "w", jobName: "j", properties: { jobType: "Command" } });
    const secrets = [
      new sdk.EndpointKeys("k", { endpointId: "e" }),
      new sdk.EndpointToken("tk", { endpointId: "e" }),
    ];
    const all = [
      job,
      ...secrets,
      upload,
      online,
      deployment,
      batchEndpoint,
      traffic,
      batch,
      purge,
      guard,
      quota,
      ready,
      off,
    ];
    await Promise.all(all.map(({ urn }) => valueOf(urn)));
    expect(await valueOf(upload.files)).toBe(2);
    const resources = seen.filter(({ type }) => type.startsWith("azureml:"));
    expect(resources.map(({ type }) => type).sort()).toEqual(Object.keys(RESOURCES).sort());
    expect(seen.find(({ type }) => type === "pulumi:providers:azureml")!.inputs).toEqual({
      subscriptionId: "s",
    });
    expect(resources.find(({ name }) => name === "u")).toMatchObject({
      inputs: uploadArgs,
      provider: expect.stringMatching(/::p::/),
    });
    expect(resources.find(({ name }) => name === "t")!.inputs).toEqual({
      endpointId: "https://u",
      traffic: { blue: 100 },
    });
  });
});
