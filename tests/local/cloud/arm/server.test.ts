/** The server as a whole: HTTPS, the log of requests, faults, and life after a restart. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { Claims } from "@azure-ml-as-code/local/contracts.ts";
import {
  endpointBody,
  fakeBlobs,
  fakeTokens,
  GROUP,
  IDENTITY,
  onlineBody,
  startCloud,
  URLS,
  withAssets,
} from "../../../support/arm.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "arm-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

test("answers over HTTPS under a certificate that its CA signed, plugins and all", async () => {
  const tls = await ensureTls(join(dir, "ca"));
  const hello = (app: { get: (path: string, handler: () => object) => unknown }) =>
    Promise.resolve(void app.get("/hello", () => ({ plain: true })));
  const { cloud, tokens } = await startCloud({ tls, plugins: [hello] });
  await cloud.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = cloud.app.server.address() as AddressInfo;
  const token = await tokens.issue({ aud: URLS.cloud, oid: "o" });
  const get = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const options = {
        host: "localhost",
        family: 4,
        port,
        path,
        ca: tls.ca,
        headers: { authorization: `Bearer ${token}` },
      };
      request(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });
  expect(JSON.parse(await get("/subscriptions?api-version=2022-12-01"))).toMatchObject({
    value: [{ subscriptionId: IDENTITY.subscriptionId }],
  });
  expect(JSON.parse(await get("/HELLO"))).toEqual({ plain: true });
  expect(JSON.parse(await get("/nothing"))).toMatchObject({ error: { code: "NotFound" } });
  await cloud.close();
});

test("every ARM request is in the log when its answer is there, with secrets masked", async () => {
  const requestsFile = join(dir, "requests.jsonl");
  const t = await withAssets({ requestsFile });
  const id = `${t.W}/onlineEndpoints/ep-log`;
  await t.done("PUT", id, endpointBody({ keys: { primaryKey: "hunter2" } }));
  await t.call("GET", `${id}?api-version=1`, undefined, { authorization: "" });
  const lines = readFileSync(requestsFile, "utf8")
    .trim()
    .split("\n")
    .map(
      (line) =>
        JSON.parse(line) as { method: string; url: string; status: number; body?: { properties: object } },
    );
  const put = lines.find(({ method, url }) => method === "PUT" && url.startsWith(id))!;
  expect(put).toMatchObject({
    status: 201,
    body: { location: "westeurope", properties: { authMode: "Key", keys: { primaryKey: "MASKED" } } },
  });
  expect(lines.at(-1)).toMatchObject({ method: "GET", url: `${id}?api-version=1`, status: 401 });
  expect(readFileSync(requestsFile, "utf8")).not.toContain("hunter2");
  await t.cloud.close();
});

test("a fault comes before all else", async () => {
  const t = await startCloud({
    faults: ({ method }) =>
      method === "PUT"
        ? { status: 503, code: "ServiceUnavailable", message: "later", headers: { "retry-after": "7" } }
        : undefined,
  });
  const { status, headers, body } = await t.call("PUT", GROUP, { location: "westeurope" });
  expect([status, headers["retry-after"], body.error.code]).toEqual([503, "7", "ServiceUnavailable"]);
  expect((await t.call("GET", GROUP)).status).toBe(404);
  await t.cloud.close();
});

test("operations take their typical time, scaled", async () => {
  const t = await startCloud({ timeScale: 0.01 });
  await t.call("PUT", GROUP, { location: "westeurope" });
  const began = performance.now();
  await t.done("PUT", `${GROUP}/providers/Microsoft.Storage/storageAccounts/stslow`, {
    location: "westeurope",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  });
  expect(performance.now() - began).toBeGreaterThanOrEqual(195); // a hundredth of 20 s
  await t.cloud.close();
});

test("after a restart all is there, what served serves, what was begun goes on, and broken batch jobs say so", async () => {
  const parts = { dbFile: join(dir, "state.db"), tokens: fakeTokens() };
  const blobs = fakeBlobs();
  const before = await withAssets({ ...parts, blobs });
  const { W } = before;
  const id = `${W}/onlineEndpoints/ep-life`;
  await before.done("PUT", id, endpointBody());
  await before.done("PUT", `${id}/deployments/blue`, onlineBody(W));
  await before.done("PUT", id, endpointBody({ traffic: { blue: 100 } }));
  const be = `${W}/batchEndpoints/be-life`;
  await before.done("PUT", be, { location: "westeurope", properties: { authMode: "AADToken" } });
  await before.done("PUT", `${be}/deployments/d-1`, {
    location: "westeurope",
    properties: { model: { referenceType: "Id", assetId: "azureml:flower:1" }, compute: `${W}/computes/cpu` },
  });
  before.serving.onBatch = (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  const input = { properties: { inputData: { a: { jobInputType: "UriFolder", uri: "azureml:rows:1" } } } };
  const job = (await before.cloud.batchJobs.submit("be-life", "d-1", input, {
    oid: "o",
  } as unknown as Claims)) as { name: string };
  const late = Promise.withResolvers<undefined>();
  before.serving.onDeploy = () => late.promise;
  await before.call("PUT", `${id}/deployments/green`, onlineBody(W));
  await before.cloud.close();
  late.resolve(undefined); // too late: nobody is there to note it
  await new Promise((resolve) => setImmediate(resolve));

  const known: string[] = [];
  const after = await startCloud({
    ...parts,
    blobs: { ...blobs, ensureAccount: (account) => Promise.resolve(void known.push(account)) },
  });
  expect((await after.call("GET", `${id}/deployments/green`)).body.properties["provisioningState"]).toBe(
    "Creating",
  );
  await after.cloud.resume();
  await after.cloud.idle();
  expect([known, after.cloud.storageAccount()]).toEqual([["stml"], "stml"]);
  expect([...after.serving.live.values()].map(({ deployment }) => deployment).sort()).toEqual([
    "blue",
    "green",
  ]);
  expect((await after.call("GET", `${id}/deployments/green`)).body.properties["provisioningState"]).toBe(
    "Succeeded",
  );
  expect(after.cloud.directory.online("ep-life")).toMatchObject({ traffic: { blue: 100 } });
  expect((await after.call("GET", `${W}/jobs/${job.name}`)).body.properties["status"]).toBe("Failed");
  expect((await after.call("GET", `/history/v1.0${W}/runs/${job.name}`)).body["error"]).toMatchObject({
    error: { code: "JobInterrupted" },
  });
  expect(
    (await after.call("GET", "/local/traffic-history?endpoint=ep-life")).body.value.map(
      (moment) => moment["traffic"],
    ),
  ).toEqual([{}, { blue: 100 }]);
  await after.cloud.close();
});
