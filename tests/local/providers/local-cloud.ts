/** The local Azure itself on HTTPS, with nothing behind its blobs and deployments: for the stand-ins to talk to. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { fakeTokens, IDENTITY, startCloud, URLS } from "../../support/arm.ts";

export interface RunningCloud {
  /** `https://localhost:PORT` */
  readonly url: string;
  readonly ca: string;
  readonly identity: typeof IDENTITY;
  readonly credential: {
    getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
  };
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function runCloud(): Promise<RunningCloud> {
  const directory = await mkdtemp(join(tmpdir(), "providers-"));
  const tls = await ensureTls(directory);
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const tokens = fakeTokens();
  const { cloud } = await startCloud({ tls, tokens, urls: { ...URLS, cloud: url } });
  await cloud.app.listen({ host: "127.0.0.1", port });
  return {
    url,
    ca: tls.ca,
    identity: IDENTITY,
    credential: {
      async getToken(scopes) {
        const aud = String(scopes).replace("/.default", "");
        return {
          token: await tokens.issue({ aud, oid: IDENTITY.objectId }),
          expiresOnTimestamp: Date.now() + 3_600_000,
        };
      },
    },
    async close() {
      await cloud.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
