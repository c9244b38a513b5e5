import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { azure as connect } from "../../../provider/azure/arm.ts";
import { findCloud } from "../../../provider/azure/cloud.ts";
import type { Environment } from "../../../provider/azure/cloud.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
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
const find = (env: Environment, armEndpoint?: string) => findCloud(env, armEndpoint);

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
  const get = (env: Environment) =>
    connect({ env }).send({ method: "GET", id: `${WORKSPACE}/computes/none` }, signal);

  const kept = { ...process.env };
  afterEach(() => {
    process.env = { ...kept };
  });

  const jobToken = (more: Environment): Environment => ({
    ...azure.env,
    ARM_CLIENT_SECRET: undefined,
    ARM_USE_OIDC: "true",
    ...more,
  });

  test.each<[string, () => Environment]>([
    ["azure-native's variables", () => azure.env],
    ["a job's token", () => jobToken({ ARM_OIDC_TOKEN: "the.job.token" })],
    [
      "a job's token in a file",
      () => {
        const file = join(folder.path, "token");
        writeFileSync(file, "the.job.token\n");
        return jobToken({ ARM_OIDC_TOKEN_FILE_PATH: file });
      },
    ],
    [
      "the variables of @azure/identity",
      () => {
        for (const name of ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"])
          process.env[`AZURE_${name}`] = azure.env[`ARM_${name}`];
        return { ARM_METADATA_HOSTNAME: azure.env["ARM_METADATA_HOSTNAME"] };
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

  test("by a token of the job that Entra does not know is refused", async () => {
    await expect(get(jobToken({ ARM_OIDC_TOKEN: "another.job.token" }))).rejects.toThrow(/AADSTS7000215/);
  });
});
