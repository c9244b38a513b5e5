/** What stands before the first stage: made once on the local cloud, found whole by the second run. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { ArmError } from "@azure-ml-as-code/provider/azure/errors.ts";
import { bootstrap } from "../../delivery/bootstrap/bootstrap.ts";
import { bootstrapPlan } from "../../delivery/bootstrap/plan.ts";
import { IDENTITY, startCloud } from "../support/arm.ts";
import type { TestCloud } from "../support/arm.ts";

const wanted = {
  subscriptionId: IDENTITY.subscriptionId,
  tenantId: IDENTITY.tenantId,
  repository: "contoso/ml",
  stages: ["dev", "prod"],
  location: "westeurope",
  workload: "ml",
};
let t: TestCloud;
let azure: Azure;
const writes: string[] = [];

beforeAll(async () => {
  t = await startCloud();
  const send: Azure["send"] = async ({ method, id, query, body }) => {
    const path = `${id}?${new URLSearchParams(query).toString()}`;
    const { status, headers, body: answer } = await t.call(method, path, body);
    if (status >= 400) throw new ArmError(id, status, answer.error.code, answer.error.message);
    return { status, headers: headers as Record<string, string>, body: answer as never };
  };
  azure = {
    credential: { getToken: () => Promise.resolve(null) },
    ask: () => Promise.reject(new Error("not used here")),
    send,
    async run(request) {
      writes.push(`${request.method} ${request.id}`);
      await send(request, new AbortController().signal);
      await t.cloud.idle();
    },
  };
});
afterAll(() => t.cloud.close());

test("is made, tells what to set, and is not written again", async () => {
  const told: string[] = [];
  const variables = await bootstrap(azure, wanted, (line) => told.push(line));
  expect(told).toHaveLength(bootstrapPlan(wanted).length);
  expect(told.every((line) => line.startsWith("made  "))).toBe(true);
  expect(variables).toMatchObject({
    ARM_TENANT_ID: IDENTITY.tenantId,
    PULUMI_BACKEND_URL: expect.stringMatching(/^azblob:\/\/pulumi-state\?storage_account=stml[0-9a-f]{8}$/),
    PULUMI_SECRETS_PROVIDER: expect.stringMatching(
      /^azurekeyvault:\/\/kv-ml-[0-9a-f]{8}\.vault\.azure\.net\/keys\/pulumi-secrets$/,
    ),
    "ci-deploy-prod: ARM_CLIENT_ID": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "ci-preview: ARM_CLIENT_ID": expect.stringMatching(/^[0-9a-f-]{36}$/),
  });

  const before = writes.length;
  told.length = 0;
  expect(await bootstrap(azure, wanted, (line) => told.push(line))).toEqual(variables);
  expect(told.every((line) => line.startsWith("kept  "))).toBe(true);
  expect(writes).toHaveLength(before);
});

test("keeps what it finds changed as it says", async () => {
  const { id, apiVersion } = bootstrapPlan(wanted).find(({ key }) => key === "account")!;
  const { body } = await t.call("GET", `${id({})}?api-version=${apiVersion}`);
  const opened = { ...body, properties: { ...body.properties, allowSharedKeyAccess: true } };
  expect((await t.call("PUT", `${id({})}?api-version=${apiVersion}`, opened)).status).toBeLessThan(300);
  await t.cloud.idle();
  const told: string[] = [];
  await bootstrap(azure, wanted, (line) => told.push(line));
  expect(told.filter((line) => line.startsWith("made"))).toEqual(["made  account"]);
});

test("nobody signs in from a fork or another branch, and who previews writes nothing", () => {
  const items = bootstrapPlan(wanted);
  const subjects = items.flatMap(({ key, body }) =>
    key.endsWith("federation") ? [(body({}) as { properties: { subject: string } }).properties.subject] : [],
  );
  expect(subjects).toEqual([
    "repo:contoso/ml:environment:dev",
    "repo:contoso/ml:environment:prod",
    "repo:contoso/ml:pull_request",
  ]);
  const roles = items.flatMap(({ key }) => /^ci-preview (?!federation)(.*)$/.exec(key)?.[1] ?? []);
  expect(roles).toEqual(["Reader", "Storage Blob Data Reader", "Key Vault Crypto User"]);
  const delegates = items.filter(({ key }) => key.endsWith("Role Based Access Control Administrator"));
  for (const { body } of delegates)
    expect(body({})).toMatchObject({ properties: { condition: expect.stringContaining("GuidEquals") } });
});
