import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { connect } from "@azure-ml-as-code/protocol/client.ts";
import type { ProviderClient } from "@azure-ml-as-code/protocol/client.ts";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { secret, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

const seen: Record<string, unknown> = {};
/** Notes the request under the call's name, then answers. */
const noting =
  <Request, Answer>(call: string, answer: (request: Request) => Answer) =>
  (request: Request): Promise<Answer> => {
    seen[call] = request;
    return Promise.resolve().then(() => answer(request));
  };

const provider: Provider = {
  version: "1.2.3",
  acceptSecrets: true,
  configure: noting("configure", () => undefined),
  check: noting("check", ({ news }) => ({
    inputs: news,
    failures: [{ property: "size", reason: "too large" }],
  })),
  diff: noting("diff", () => ({
    changes: true,
    diffs: ["size"],
    replaces: ["size"],
    deleteBeforeReplace: true,
    detailedDiff: { size: { kind: "UPDATE_REPLACE", inputDiff: true } },
  })),
  create: noting("create", ({ name, properties }) => {
    if (name === "half") throw new InitFailed("half-1", { size: 1 }, ["not ready"]);
    if (name === "none") throw new Error("no quota");
    return { id: "a-1", properties, refreshBeforeUpdate: true };
  }),
  read: noting("read", ({ id }) => ({ id, inputs: { a: 1 }, properties: { b: 2 } })),
  update: noting("update", ({ news }) => ({ properties: news })),
  delete: noting("delete", () => undefined),
  invoke: noting("invoke", ({ args }) => ({ result: args })),
};

const call = { urn: "urn:pulumi:test::p::pkg:index:Thing::a", name: "a", type: "pkg:index:Thing" };
const news: PropertyMap = { size: 2, password: secret("x"), later: UNKNOWN, none: null, list: [1, "b"] };
let served: Served;
let client: ProviderClient;
beforeAll(async () => {
  served = await serve(provider);
  client = await connect(`127.0.0.1:${served.port}`);
});
afterAll(async () => {
  client.close();
  await served.close();
});

describe("a provider called through gRPC", () => {
  test("introduces itself", async () => {
    expect(await client.handshake("127.0.0.1:1")).toEqual({
      acceptSecrets: true,
      acceptResources: false,
      supportsAutonaming: true,
    });
    expect(await client.version()).toBe("1.2.3");
    expect(await client.configure({ args: { region: "west" } })).toMatchObject({ supportsPreview: true });
    expect(seen["configure"]).toEqual({ args: { region: "west" } });
  });

  test("checks: values arrive with their markers, failures come back", async () => {
    const request = { ...call, olds: {}, news, randomSeed: new Uint8Array(32).fill(7) };
    expect(await client.check({ ...request, autonaming: { proposedName: "a-x", mode: 0 } })).toEqual({
      inputs: news,
      failures: [{ property: "size", reason: "too large" }],
    });
    expect(seen["check"]).toMatchObject({ ...request, autonaming: { proposedName: "a-x", mode: 0 } });
  });

  test("diffs, with the detailed diff by path", async () => {
    const request = { ...call, id: "a-1", oldInputs: { size: 1 }, olds: { size: 1, arn: "x" }, news };
    expect(await client.diff({ ...request, ignoreChanges: ["tags"] })).toEqual({
      changes: true,
      diffs: ["size"],
      replaces: ["size"],
      deleteBeforeReplace: true,
      detailedDiff: { size: { kind: "UPDATE_REPLACE", inputDiff: true } },
    });
    expect(seen["diff"]).toEqual({ ...request, ignoreChanges: ["tags"] });
  });

  test("creates, reads, updates, deletes, is asked", async () => {
    const create = { ...call, properties: news, timeout: 60, preview: false };
    expect(await client.create(create)).toEqual({ id: "a-1", properties: news, refreshBeforeUpdate: true });
    expect(seen["create"]).toEqual(create);
    expect(await client.read({ ...call, id: "a-1" })).toMatchObject({
      inputs: { a: 1 },
      properties: { b: 2 },
    });
    const update = { ...call, id: "a-1", oldInputs: {}, olds: {}, news, timeout: 0, ignoreChanges: [] };
    expect(await client.update({ ...update, preview: true })).toMatchObject({ properties: news });
    expect(seen["update"]).toEqual({ ...update, preview: true });
    const gone = { ...call, id: "a-1", oldInputs: { size: 1 }, properties: { arn: "x" }, timeout: 5 };
    await client.delete(gone);
    expect(seen["delete"]).toEqual(gone);
    expect(await client.invoke({ token: "pkg:index:find", args: { key: "k" } })).toEqual({
      result: { key: "k" },
      failures: [],
    });
  });
});

describe("what fails", () => {
  const properties = { size: 1 };
  test("a plain error keeps the provider's words", async () => {
    await expect(
      client.create({ ...call, name: "none", properties, timeout: 0, preview: false }),
    ).rejects.toMatchObject({ name: "ProviderError", message: "no quota" });
  });
  test("InitFailed comes back as InitFailed", async () => {
    const error = await client
      .create({ ...call, name: "half", properties, timeout: 0, preview: false })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InitFailed);
    expect(error).toMatchObject({ id: "half-1", properties: { size: 1 }, reasons: ["not ready"] });
  });
  test("an address where nothing answers is named", async () => {
    const other = await serve(provider);
    await other.close();
    await expect(connect(`127.0.0.1:${other.port}`, 500)).rejects.toThrow(
      `no provider answers at 127.0.0.1:${other.port}`,
    );
  });
});
