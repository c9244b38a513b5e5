/** Bytes that are nearly HTTP, to every server of the local Azure: each must still answer afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { freePorts } from "@azure-ml-as-code/local/daemon/ports.ts";
import { localPaths } from "@azure-ml-as-code/local/daemon/paths.ts";
import { hollowRooms } from "@azure-ml-as-code/local/daemon/hollow.ts";
import { startLocalAzure } from "@azure-ml-as-code/local/daemon/local-azure.ts";
import { mangled, oddName } from "../odd.ts";
import { rawClient } from "../raw.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";
import { readFileSync } from "node:fs";

const SERVERS = ["cloud", "frontDoor", "studio"] as const;
const GOOD: readonly string[] = [
  "GET /metadata/endpoints?api-version=2023-11-01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "PUT /subscriptions/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  "POST /endpoints/x/score HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer x\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.0\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n",
  "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
  "GET https://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
  `GET /api/live HTTP/1.1\r\nHost: localhost\r\n${"X-Y: z\r\n".repeat(3_000)}\r\n`,
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];
const attack = fc.record({
  server: fc.constantFrom(...SERVERS),
  bytes: fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(...GOOD)
        .chain(mangled)
        .map((text) => Buffer.from(text, "latin1")),
    },
    oddName.map((name) => Buffer.from(`GET /${name} HTTP/1.1\r\n${name}: ${name}\r\n\r\n`)),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  ),
});
/** A server may wait for the rest of a request; that long a case waits for an end. */
const PATIENCE_MS = 300;

export const wire: Target = {
  id: "wire",
  about:
    "broken, smuggled and endless HTTP to every server: it hangs up or refuses, and answers the next one",
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "fuzz-"));
    const errors: string[] = [];
    const quiet = () => undefined;
    const log = {
      info: quiet,
      warn: quiet,
      error: (message: string, fields?: object) => void errors.push(message + JSON.stringify(fields)),
    };
    const azure = await startLocalAzure(localPaths(folder), await freePorts(), log, hollowRooms);
    const ca = readFileSync(azure.facts.caFile, "utf8");
    const clients = Object.fromEntries(SERVERS.map((name) => [name, rawClient(azure.facts.urls[name], ca)]));
    const property = fc.asyncProperty(attack, async ({ server, bytes }) => {
      const client = clients[server]!;
      await client.shout(bytes, PATIENCE_MS);
      const { status } = await client.ask({ method: "GET", path: "/nothing/at/all" });
      holds(status === 404, `afterwards it answers ${status}`);
      holds(errors.length === 0, errors.splice(0).join("\n"));
    });
    return opened(property, async () => {
      for (const client of Object.values(clients)) client.close();
      await azure.close();
      await rm(folder, { recursive: true, force: true });
    });
  },
};
