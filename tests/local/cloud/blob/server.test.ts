import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import type { Agent } from "node:https";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startBlobServer } from "@azure-ml-as-code/local/cloud/blob/server.ts";
import type { BlobServer } from "@azure-ml-as-code/local/cloud/blob/server.ts";
import { createStore } from "@azure-ml-as-code/local/cloud/blob/store.ts";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { LocalTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { ask, recordingLog, temporaryFolder } from "../support.ts";

const KEY = Buffer.alloc(64, 7).toString("base64");
const BLOB = { account: "stserver", container: "work", path: "kept.txt" };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tls: LocalTls;
const log = recordingLog();
let server: BlobServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  tls = await ensureTls(join(folder.path, "tls"));
  server = await startBlobServer({ dir: join(folder.path, "blobs"), tls, log });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

const status = (port: number, path: string, agent: Agent): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** Until the process is gone; the test's own time limit ends a wait in vain. */
async function ended(pid: number): Promise<void> {
  while (runs(pid)) await delay(20);
}

test("who shows no certificate of ours is not let in", async () => {
  const port = await server.port();
  await expect(ask(`https://127.0.0.1:${port}/stserver`, { ca: tls.ca })).rejects.toThrow();
  expect(await status(port, "/stserver?comp=list", server.agent)).toBe(404); // let in, though there is no such account
});

test("the well-known account of the emulator isn't there, with accounts or without", async () => {
  const known = "/devstoreaccount1?comp=list";
  expect(await status(await server.port(), known, server.agent)).toBe(404);
  await server.setAccounts({ stserver: KEY });
  expect(await status(await server.port(), known, server.agent)).toBe(404);
});

test("it is started again when it ends by itself, with its accounts", async () => {
  const store = createStore(server, "https://localhost");
  await store.ensureAccount(BLOB.account, KEY);
  const before = (await server.pid())!;
  process.kill(before, "SIGKILL");
  await ended(before);
  // What waits for the server finds the new one, whichever notices first.
  await store.ensureContainer(BLOB.account, BLOB.container);
  await store.write(BLOB, "after");
  expect(await store.exists(BLOB)).toBe(true);
  expect(await server.pid()).not.toBe(before);
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
});

test("it ends with the process that started it, however that ends, and saves what was put", async () => {
  const dir = join(folder.path, "orphan");
  const at = (path: string) => JSON.stringify(join(import.meta.dirname, "../../../../local/cloud", path));
  const script = `
    import { ensureTls } from ${at("ca.ts")};
    import { startBlobServer } from ${at("blob/server.ts")};
    import { createStore } from ${at("blob/store.ts")};
    const log = { info() {}, warn() {}, error() {} };
    const server = await startBlobServer({ dir: process.argv[1], tls: await ensureTls(process.argv[2]), log });
    const store = createStore(server, "https://localhost");
    await store.ensureAccount("stserver", ${JSON.stringify(KEY)});
    await store.ensureContainer("stserver", "work");
    await store.write(${JSON.stringify(BLOB)}, "kept");
    console.log(await server.pid());`;
  const parent = spawn(
    process.execPath,
    ["--input-type=module", "-e", script, dir, join(folder.path, "tls")],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
    },
  );
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const child = Number(line.toString());
  expect(runs(child)).toBe(true);
  parent.kill("SIGKILL");
  await ended(child);
  expect(await readFile(join(dir, "blobs.json"), "utf8")).toContain("kept.txt");
});

test("blobs outlive the server", async () => {
  const dir = join(folder.path, "again");
  const use = async (work: (store: ReturnType<typeof createStore>) => Promise<void>) => {
    const own = await startBlobServer({ dir, tls, log });
    const store = createStore(own, "https://localhost");
    await store.ensureAccount(BLOB.account, KEY);
    await work(store).finally(() => own.close());
  };
  await use(async (store) => {
    await store.ensureContainer(BLOB.account, BLOB.container);
    await store.write(BLOB, "kept");
  });
  await use(async (store) => {
    const file = await store.download(BLOB, folder.path);
    expect(await readFile(file, "utf8")).toBe("kept");
  });
});

test("a folder that cannot be used is an error of the start, with what the server said", async () => {
  const bad = { ...tls, certFile: join(folder.path, "missing.pem") };
  await expect(startBlobServer({ dir: join(folder.path, "bad"), tls: bad, log })).rejects.toThrow(/ENOENT/);
});
