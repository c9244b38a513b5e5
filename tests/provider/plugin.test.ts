import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { connect } from "@azure-ml-as-code/protocol/client.ts";
import { ensureTls } from "../../local/cloud/ca.ts";
import { VERSION } from "../../provider/provider.ts";
import { TestAzure, WORKSPACE } from "./support/azure.ts";
import { call, PLAIN, tempFolder } from "./support/calls.ts";
import { startEngine } from "./support/engine.ts";
import type { TestEngine } from "./support/engine.ts";

const PROVIDER = fileURLToPath(new URL("../../provider", import.meta.url));
const RUN_PLUGIN = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-plugin");
const folder = tempFolder();
const started: ChildProcess[] = [];
let azure: TestAzure;
let engine: TestEngine;
let caFile: string;

beforeAll(async () => {
  const tls = await ensureTls(folder.path);
  caFile = tls.caFile;
  azure = await new TestAzure(tls).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(() => {
  engine.stop();
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** Starts node and resolves to the first line that it prints. */
async function start(args: string[], stdin: "ignore" | "pipe" = "ignore") {
  const stdio: StdioOptions = [stdin, "pipe", "inherit"];
  const env = { ...process.env, ...azure.env, NODE_EXTRA_CA_CERTS: caFile, NODE_OPTIONS: "" };
  const child = spawn(process.execPath, args, { stdio, env });
  started.push(child);
  const exit = once(child, "exit") as Promise<[number | null, string | null]>;
  const lines = createInterface(child.stdout!);
  const [port] = (await Promise.race([once(lines, "line"), exit])) as [string];
  return { child, exit, port: Number(port) };
}

/** Resolves when nothing listens at the port any more. */
async function closed(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection({ host: "127.0.0.1", port });
    try {
      await once(socket, "connect");
    } catch {
      return;
    } finally {
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("the plugin, started as a process", () => {
  test.each<[string, () => string[]]>([
    ["by its path", () => [`${PROVIDER}/index.js`, engine.address]],
    ["as Pulumi starts it, with require()", () => [RUN_PLUGIN, PROVIDER, engine.address]],
  ])("%s, serves, tells the engine what it does, and ends on SIGTERM", async (_how, args) => {
    const { child, exit, port } = await start(args());
    const client = await connect(`127.0.0.1:${port}`);
    expect(await client.handshake(engine.address)).toMatchObject({ acceptSecrets: false });
    expect(await client.version()).toBe(VERSION);
    const bad = { ...call("EndpointTraffic"), ...PLAIN, news: { endpointId: "x", traffic: { a: 1 } } };
    expect((await client.check(bad)).failures).toHaveLength(2);

    // Signs in, with the CA from NODE_EXTRA_CA_CERTS: an alive workspace is not purged, and the engine hears of it.
    azure.set(WORKSPACE, { properties: { provisioningState: "Succeeded" } });
    await client.delete({ ...call("WorkspacePurge", "purge"), ...PLAIN, id: WORKSPACE });
    await client.cancel();
    expect(engine.messages).toEqual([expect.stringMatching(/^purge: .* is alive: not purged/)]);

    client.close();
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    await closed(port);
  });

  test("ends when the engine's address stops answering", async () => {
    const { exit } = await start([`${PROVIDER}/index.js`, engine.address]);
    engine.stop();
    expect(await exit).toEqual([0, null]);
  });

  test("ends when its stdin closes", async () => {
    const { child, exit } = await start([`${PROVIDER}/index.js`, engine.address], "pipe");
    child.stdin!.end();
    expect(await exit).toEqual([0, null]);
  });

  test("ends with its parent, however that ends", async () => {
    const script = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ${JSON.stringify([`${PROVIDER}/index.js`, engine.address])}, { stdio: ["ignore", "inherit", "inherit"] });
      setInterval(() => {}, 1000);
    `;
    const { child, port } = await start(["--input-type=module", "--eval", script]);
    child.kill("SIGKILL");
    await closed(port);
  });

  test("leaves Ctrl-C to the engine", async () => {
    const { child, port } = await start([`${PROVIDER}/index.js`, engine.address]);
    child.kill("SIGINT");
    const client = await connect(`127.0.0.1:${port}`);
    expect(await client.version()).toBe(VERSION);
    client.close();
  });
});
