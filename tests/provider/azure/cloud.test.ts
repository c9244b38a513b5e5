import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createDefaultHttpClient, createPipelineFromOptions } from "@azure/core-rest-pipeline";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { azure as connect } from "../../../provider/azure/arm.ts";
import { findCloud } from "../../../provider/azure/cloud.ts";
import type { Environment } from "../../../provider/azure/cloud.ts";
import { TENANT, TestAzure, WORKSPACE } from "../support/azure.ts";
import { tempFolder } from "../support/calls.ts";

const folder = tempFolder();
let azure: TestAzure;
beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
const find = (env: Environment, armEndpoint?: string) =>
  findCloud(env, armEndpoint, createPipelineFromOptions({}), createDefaultHttpClient());

describe("the cloud", () => {
  const PUBLIC = "https://management.azure.com";
  test.each<[string, Environment, string | undefined, [string, string, string]]>([
    ["public Azure by default", {}, undefined, [PUBLIC, PUBLIC, "https://login.microsoftonline.com"]],
    [
      "by name",
      { ARM_ENVIRONMENT: "usGovernment" },
      undefined,
      [
        "https://management.usgovcloudapi.net",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
      ],
    ],
    [
      "by a known endpoint",
      { ARM_ENDPOINT: "https://management.chinacloudapi.cn/" },
      undefined,
      [
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
      ],
    ],
    [
      "by any endpoint, with its own audience",
      { ARM_ENDPOINT: "https://arm.example/" },
      undefined,
      ["https://arm.example", "https://arm.example", "https://login.microsoftonline.com"],
    ],
    [
      "by config before the environment",
      { ARM_ENDPOINT: "https://arm.example" },
      "https://mine.example",
      ["https://mine.example", "https://mine.example", "https://login.microsoftonline.com"],
    ],
    [
      "with another sign-in",
      { AZURE_AUTHORITY_HOST: "https://login.example/" },
      undefined,
      [PUBLIC, PUBLIC, "https://login.example"],
    ],
  ])("%s", async (_what, env, endpoint, [resourceManager, audience, loginEndpoint]) => {
    expect(await find(env, endpoint)).toEqual({ resourceManager, audience, loginEndpoint });
  });

  test("is what its metadata tell", async () => {
    const { url } = azure;
    for (const host of [url, url.replace("https://", ""), `${url}/`])
      expect(await find({ ARM_METADATA_HOSTNAME: host })).toEqual({
        resourceManager: url,
        audience: url,
        loginEndpoint: url,
      });
  });

  test("must be known", async () => {
    await expect(find({ ARM_ENVIRONMENT: "mars" })).rejects.toThrow(
      /mars; known are public, usgovernment, china/,
    );
  });
});

describe("sign-in", () => {
  const { signal } = new AbortController();
  const principal = { ARM_TENANT_ID: TENANT, ARM_CLIENT_ID: "33333333-3333-3333-3333-333333333333" };
  const get = (env: Environment) =>
    connect({ env }).send({ method: "GET", id: `${WORKSPACE}/computes/none` }, signal);

  test.each<[string, () => Environment]>([
    ["azure-native's variables", () => azure.env],
    [
      "the variables of @azure/identity",
      () => {
        const { ARM_METADATA_HOSTNAME, ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET } = azure.env;
        process.env["AZURE_TENANT_ID"] = ARM_TENANT_ID;
        process.env["AZURE_CLIENT_ID"] = ARM_CLIENT_ID;
        process.env["AZURE_CLIENT_SECRET"] = ARM_CLIENT_SECRET;
        return { ARM_METADATA_HOSTNAME };
      },
    ],
  ])("with %s", async (_what, env) => {
    azure.tokens.length = 0;
    await expect(get(env())).rejects.toThrow(/ResourceNotFound/); // let in, and there is no such compute
    expect(azure.tokens).toEqual([`${azure.url}/.default`]);
  });

  test("asks for one token, however many requests", async () => {
    azure.tokens.length = 0;
    const cloud = connect({ env: azure.env });
    const id = azure.set(`${WORKSPACE}/computes/cpu`, { properties: {} });
    await Promise.all(Array.from({ length: 5 }, () => cloud.send({ method: "GET", id }, signal)));
    expect(azure.tokens).toHaveLength(1);
  });

  test("by OIDC sends the given assertion", async () => {
    const env = {
      ...azure.env,
      ...principal,
      ARM_CLIENT_SECRET: "",
      ARM_USE_OIDC: "true",
      ARM_OIDC_TOKEN: "not.a.token",
    };
    await expect(get(env)).rejects.toThrow(/AADSTS7000215/); // this sign-in knows secrets only
  });
});
