import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fastify } from "fastify";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { LocalTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { signinPlugin } from "@azure-ml-as-code/local/cloud/signin/plugin.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { SigningTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { pythonWith } from "../../../support/python.ts";
import { identity, temporaryFolder } from "../support.ts";

const run = promisify(execFile);
const sdk = await pythonWith("azure-identity==1.27.0");
if ("missing" in sdk) console.warn(`Sign-in from Python is not tested: ${sdk.missing}`);
const when = "missing" in sdk ? describe.skip : describe;

const SCRIPT = `
import json, sys
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential
authority, tenant, client, secret = sys.argv[1:]
credential = ClientSecretCredential(tenant, client, secret, authority=authority, disable_instance_discovery=True)
try:
    print(json.dumps({"token": credential.get_token(authority + "/.default").token}))
except ClientAuthenticationError as error:
    print(json.dumps({"error": str(error)}))
`;

when("azure-identity for Python, unmodified", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let tls: LocalTls;
  let tokens: SigningTokens;
  let origin: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    tls = await ensureTls(folder.path);
    tokens = await createTokens({ identity, keyFile: `${folder.path}/tokens.pem` });
    const app = fastify({ https: { cert: tls.cert, key: tls.key } });
    await app.register(signinPlugin, { identity, tokens });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    origin = `https://localhost:${new URL(address).port}`;
    close = () => app.close();
  });
  afterAll(async () => {
    await close();
    await folder.remove();
  });

  const signIn = async (secret: string) => {
    const python = "python" in sdk ? sdk.python : "";
    const args = ["-c", SCRIPT, origin, identity.tenantId, identity.clientId, secret];
    const { stdout } = await run(python, args, {
      env: { ...process.env, REQUESTS_CA_BUNDLE: tls.bundleFile },
    });
    return JSON.parse(stdout) as { token?: string; error?: string };
  };

  test("signs in", async () => {
    const { token } = await signIn(identity.clientSecret);
    expect(await tokens.verify(token!, [origin])).toMatchObject({ appid: identity.clientId });
  });

  test("tells why it could not", async () => {
    expect((await signIn("wrong")).error).toContain("AADSTS7000215");
  });
});
