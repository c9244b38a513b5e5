import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const it = { ...call("WorkspacePurge"), ...PLAIN };
const names = { resourceGroupName: "rg", workspaceName: "ws" };
let azure: TestAzure;
let provider: Provider;
const logged: string[] = [];

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(() => {
  azure.resources.clear();
  azure.deleted.clear();
  azure.requests.length = 0;
  azure.tokens.length = 0;
  azure.fault = () => undefined;
  logged.length = 0;
  provider = makeProvider(
    {
      env: azure.env,
    },
    logged,
  );
});
const remove = () => provider.delete({ ...it, id: WORKSPACE, properties: names });
const purges = () =>
  azure
    .writes()
    .map(({ method, query }) => `${method} ${new URLSearchParams(query).get("forceToPurge") ?? ""}`);

describe("WorkspacePurge", () => {
  test("does nothing when it is created, and nobody is asked", async () => {
    expect(await provider.create({ ...it, properties: names })).toEqual({ id: WORKSPACE, properties: names });
    expect(azure.requests).toEqual([]);
    expect(azure.tokens).toEqual([]);
  });

  test("purges the deleted workspace, and waits until that is done", async () => {
    azure.deleted.add(WORKSPACE.toLowerCase());
    await remove();
    expect(purges()).toEqual(["DELETE true"]);
    expect(azure.deleted.size).toBe(0);
  });

  test("is content when there is nothing to purge, however Azure says it", async () => {
    await remove();
    azure.fault = ({ method }) =>
      method === "DELETE"
        ? { status: 404, body: { error: { code: "ResourceNotFound", message: "no" } } }
        : undefined;
    await remove();
    expect(purges()).toEqual(["DELETE true", "DELETE true"]);
  });

  test("never touches a workspace that is alive, and says so", async () => {
    azure.set(WORKSPACE, { properties: { provisioningState: "Succeeded" } });
    await remove();
    expect(azure.writes()).toEqual([]);
    expect(logged).toEqual([expect.stringMatching(/^warning: .*\/ws is alive: not purged/)]);
  });

  test("waits for a workspace that is being deleted", async () => {
    azure.set(WORKSPACE, { properties: { provisioningState: "Deleting" } });
    azure.deleted.add(WORKSPACE.toLowerCase());
    azure.fault = () => {
      if (azure.requests.length > 3) azure.resources.clear();
      return undefined;
    };
    await remove();
    expect(purges()).toEqual(["DELETE true"]);
  });

  test("passes on what Azure refuses", async () => {
    azure.fault = ({ method }) =>
      method === "DELETE"
        ? { status: 409, body: { error: { code: "CannotDeleteResource", message: "endpoints left" } } }
        : undefined;
    await expect(remove()).rejects.toThrow(/workspaces\/ws: CannotDeleteResource: endpoints left/);
  });

  test("needs a subscription: from its config, else from the environment", async () => {
    const offline = makeProvider({ env: {} });
    await expect(offline.create({ ...it, properties: names })).rejects.toThrow(/Which subscription\?/);
    await offline.configure({ args: { subscriptionId: "s-1" } });
    expect((await offline.create({ ...it, properties: names })).id).toMatch(
      /^\/subscriptions\/s-1\/resourceGroups\/rg\//,
    );
  });

  test("checks its names, and another workspace is another purge", async () => {
    expect((await provider.check({ ...it, news: { resourceGroupName: "a/b" } })).failures).toHaveLength(2);
    expect((await provider.check({ ...it, news: { ...names, workspaceName: UNKNOWN } })).failures).toEqual(
      [],
    );
    const diff = await provider.diff({
      ...it,
      id: WORKSPACE,
      oldInputs: names,
      news: { ...names, workspaceName: "w2" },
    });
    expect(diff).toMatchObject({ changes: true, replaces: ["workspaceName"] });
  });

  test("reads as it was, and imports by the workspace's id", async () => {
    expect(await provider.read({ ...it, id: WORKSPACE })).toEqual({
      id: WORKSPACE,
      inputs: names,
      properties: names,
    });
    await expect(provider.read({ ...it, id: "ws" })).rejects.toThrow(/not the ARM id/);
  });
});
