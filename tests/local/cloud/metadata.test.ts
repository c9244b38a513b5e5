import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { ML_AUDIENCE, metadataPlugin } from "@azure-ml-as-code/local/cloud/metadata.ts";

const urls = { cloud: "https://localhost:8443", blob: "https://localhost:8444" };
let account: string | undefined;
let app: FastifyInstance;

beforeAll(async () => {
  app = fastify();
  await app.register(metadataPlugin, { urls: () => urls, tenantId: "the-tenant", account: () => account });
});
afterAll(() => app.close());

interface Cloud {
  name: string;
  portal: string;
  resourceManager: string;
  suffixes: { storage: string };
  authentication: object;
}
const read = async (url: string): Promise<Cloud> => (await app.inject({ url })).json<Cloud>();
const API = "?api-version=2022-09-01";

test("has what azure-native and Terraform read", async () => {
  expect(await read(`/metadata/endpoints${API}`)).toMatchObject({
    authentication: {
      loginEndpoint: urls.cloud,
      audiences: [urls.cloud, `${urls.cloud}/`],
      tenant: "the-tenant",
      identityProvider: "AAD",
    },
    microsoftGraphResourceId: expect.stringMatching(/^https:/),
    suffixes: { keyVaultDns: expect.any(String), acrLoginServer: expect.any(String) },
  });
});

describe("as the Python SDK reads it", () => {
  test("the cloud is chosen: its resource manager occurs in the metadata URL, its name is not a built-in one", async () => {
    const path = `/metadata/endpoints${API}`;
    const cloud = await read(path);
    expect(urls.cloud + path).toContain(cloud.resourceManager);
    expect(["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"]).not.toContain(cloud.name);
  });

  test("the portal gives the audience of batch invocations", async () => {
    const { portal } = await read(`/metadata/endpoints${API}`);
    const suffix = portal.split(".").slice(2).join(".").replaceAll("/", "");
    expect(`https://ml.azure.${suffix}`).toBe(ML_AUDIENCE);
  });

  test.each([
    ["/metadata/endpoints", "thestage", "thestage"],
    ["/metadata/another/endpoints", "thestage", "another"],
    ["/metadata/another/endpoints", undefined, "another"],
  ])(
    "%s leads to blobs without a hosts entry (workspace on %s)",
    async (path, workspaceAccount, expected) => {
      account = workspaceAccount;
      const { suffixes } = await read(path + API);
      const url = new URL(`container/LocalUpload/x`, `https://${expected}.blob.${suffixes.storage}`);
      expect([url.host, url.pathname]).toEqual(["localhost:8444", `/${expected}/container/LocalUpload/x`]);
      expect(url.password).toBe(""); // a colon before @ would make the SDK send Basic authorization
    },
  );

  test("before there is a workspace the document is whole all the same", async () => {
    account = undefined;
    expect((await read(`/metadata/endpoints${API}`)).suffixes.storage).toBe("core.localhost:8444");
  });
});
