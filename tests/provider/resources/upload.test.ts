import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { hashContent } from "../../../provider/content.ts";
import { text } from "../../../provider/resources/inputs.ts";
import { TestAzure } from "../support/azure.ts";
import { startAzurite } from "../support/azurite.ts";
import type { Azurite } from "../support/azurite.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const it = { ...call("Upload"), ...PLAIN };
let azure: TestAzure;
let azurite: Azurite;
let container: ContainerClient;
let provider: Provider;
let root: string;
let count = 0;
const logged: string[] = [];

beforeAll(async () => {
  const tls = await ensureTls(join(folder.path, "tls"));
  azure = await new TestAzure(tls).start();
  azurite = await startAzurite(tls);
});
afterAll(async () => {
  await Promise.all([azurite.stop(), azure.stop()]);
  folder.remove();
});
beforeEach(async () => {
  root = join(folder.path, `project-${++count}`);
  container = azurite.service.getContainerClient(`store-${count}`);
  await container.create();
  azure.tokens.length = 0;
  logged.length = 0;
  provider = makeProvider({ env: azure.env, root }, logged);
});

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
}
const inputs = (source: string, more: PropertyMap = {}): PropertyMap => ({
  source,
  hash: hashContent(join(root, source)),
  blobEndpoint: azurite.blobEndpoint,
  container: container.containerName,
  ...more,
});
const create = (properties: PropertyMap) => provider.create({ ...it, properties });

interface Stored {
  readonly content: string;
  readonly status: string | undefined;
  readonly written: number;
}
async function stored(): Promise<Map<string, Stored>> {
  const found = new Map<string, Stored>();
  for await (const { name, metadata, properties } of container.listBlobsFlat({ includeMetadata: true })) {
    const content = await container.getBlobClient(name).downloadToBuffer();
    const written = properties.createdOn!.getTime();
    found.set(name, { content: content.toString(), status: metadata?.["upload_status"], written });
  }
  return found;
}

describe("Upload sends", () => {
  test("a folder to its content's address, and marks its first file when all are there", async () => {
    write({ "model/MLmodel": "flavors: {}", "model/data/a b.pkl": "bytes", "model/__pycache__/x.pyc": "no" });
    const news = inputs("model");
    const { id, properties } = await create(news);
    const path = `LocalUpload/${text(news, "hash")}/model`;
    expect(properties).toMatchObject({ path, url: id, files: 2, bytes: 16 });
    expect(id).toBe(`${azurite.blobEndpoint}/${container.containerName}/${path}`);
    const blobs = await stored();
    expect([...blobs].map(([name, { content, status }]) => [name, content, status])).toEqual([
      [`${path}/MLmodel`, "flavors: {}", "completed"],
      [`${path}/data/a b.pkl`, "bytes", undefined],
    ]);
    expect(azure.tokens).toEqual(["https://storage.azure.com/.default"]);
  });

  test("a single file under its own name", async () => {
    write({ "rows.csv": "1,2" });
    const { properties } = await create(inputs("rows.csv"));
    expect([...(await stored()).keys()]).toEqual([properties["path"]]);
    expect(properties["path"]).toMatch(/^LocalUpload\/[0-9a-f]{64}\/rows\.csv$/);
  });

  test("a file above 64 MiB in blocks", async () => {
    const big = Buffer.alloc(65 * 1024 * 1024, "x");
    write({ "big.bin": big });
    const { properties } = await create(inputs("big.bin"));
    const client = container.getBlockBlobClient(text(properties, "path"));
    expect((await client.getProperties()).contentLength).toBe(big.length);
    expect((await client.getBlockList("committed")).committedBlocks!.length).toBeGreaterThan(1);
  });

  test("nothing when the content is there", async () => {
    write({ "code/score.py": "run", "code/util.py": "help" });
    const first = await create(inputs("code"));
    const before = await stored();
    expect(await create(inputs("code"))).toEqual(first);
    expect(await stored()).toEqual(before);
  });

  test("only what is missing after an interrupted run", async () => {
    write({ "code/a.py": "a", "code/b.py": "b", "code/c.py": "c" });
    const path = text((await create(inputs("code"))).properties, "path");
    const whole = await stored();
    // As a run leaves it that was killed: one file missing, one other's bytes not ours, nothing marked.
    await container.getBlobClient(`${path}/b.py`).delete();
    await container.getBlockBlobClient(`${path}/c.py`).upload("torn", 4);
    const { metadata } = await container.getBlobClient(`${path}/a.py`).getProperties();
    await container.getBlobClient(`${path}/a.py`).setMetadata({ sha256: metadata!["sha256"]! });
    logged.length = 0;
    await create(inputs("code"));
    const contents = (blobs: Map<string, Stored>) =>
      [...blobs].map(([name, { content, status }]) => [name, content, status]);
    expect(contents(await stored())).toEqual(contents(whole));
    expect(logged.at(-1)).toBe("uploaded 2 of 2 files");
  });

  test("many small files, all of them", async () => {
    write(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`many/${i}.txt`, `${i}`])));
    const { properties } = await create(inputs("many"));
    expect(properties["files"]).toBe(60);
    expect((await stored()).size).toBe(60);
  });
});

describe("Upload refuses", () => {
  const failures = async (news: PropertyMap) => (await provider.check({ ...it, news })).failures ?? [];

  test("content that is not what the program hashed", async () => {
    write({ "code/a.py": "a" });
    const news = inputs("code");
    write({ "code/a.py": "b" });
    expect(await failures(news)).toEqual([
      { property: "hash", reason: expect.stringMatching(/its content changed while the program ran/) },
    ]);
    await expect(create(news)).rejects.toThrow(/its content changed/);
    expect((await stored()).size).toBe(0);
  });

  test("every wrong input at once", async () => {
    write({ "code/a.py": "a" });
    const wrong = { source: "none", hash: "abc", blobEndpoint: "http://x", container: "Big_Name" };
    expect((await failures(wrong)).map(({ property }) => property)).toEqual([
      "source",
      "hash",
      "blobEndpoint",
      "container",
    ]);
    expect((await failures({})).map(({ reason }) => reason)).toEqual(Array(4).fill("is required"));
    expect(await failures(inputs("code"))).toEqual([]);
  });

  test("a folder with nothing to upload", async () => {
    mkdirSync(join(root, "code"), { recursive: true });
    const news = { ...inputs("../tls"), source: "code" };
    expect(await failures(news)).toEqual([{ property: "source", reason: expect.stringMatching(/no files/) }]);
  });

  test("a container that is not there, and says what to do", async () => {
    write({ "code/a.py": "a" });
    await expect(create(inputs("code", { container: "elsewhere" }))).rejects.toThrow(
      /ContainerNotFound.*Let the upload depend on the container/s,
    );
  });

  test("a sign-in that fails, and says what to do", async () => {
    write({ "code/a.py": "a" });
    provider = makeProvider({ env: { ...azure.env, ARM_CLIENT_SECRET: "wrong" }, root });
    await expect(create(inputs("code"))).rejects.toThrow(/AADSTS7000215.*Check ARM_TENANT_ID/s);
  });
});

describe("Upload and a role that was just given", () => {
  const refusal = { status: 403, headers: { "x-ms-error-code": "AuthorizationPermissionMismatch" } };
  const complete = { status: 200, headers: { "x-ms-meta-upload_status": "completed" } };
  const createThere = () => create(inputs("code", { blobEndpoint: `${azure.url}/blobs` }));

  test("waits until it works", async () => {
    write({ "code/a.py": "a" });
    let asked = 0;
    azure.blobs = () => (++asked < 3 ? refusal : complete);
    await createThere();
    expect(asked).toBe(3);
    expect(logged).toContain("waiting for the role Storage Blob Data Contributor to work");
  });

  test("gives up when it never does, and says what to do", async () => {
    write({ "code/a.py": "a" });
    azure.blobs = () => refusal;
    await expect(createThere()).rejects.toThrow(
      /AuthorizationPermissionMismatch.*Storage Blob Data Contributor/s,
    );
  });

  test("does not wait when the network is what keeps it out", async () => {
    write({ "code/a.py": "a" });
    azure.blobs = () => ({ status: 403, headers: { "x-ms-error-code": "AuthorizationFailure" } });
    await expect(createThere()).rejects.toThrow(/AuthorizationFailure.*network rules/s);
    expect(logged).toEqual([]);
  });
});

describe("Upload plans", () => {
  const diff = (news: PropertyMap, oldInputs: PropertyMap) =>
    makeProvider({ env: {}, root }).diff({ ...it, id: "u", news, oldInputs });
  const old = { source: "code", hash: "0".repeat(64), blobEndpoint: "https://a", container: "c" };

  test.each<[string, PropertyMap, string[], string[]]>([
    ["the same", {}, [], []],
    ["other content", { hash: "1".repeat(64) }, ["hash"], ["hash"]],
    ["another account", { blobEndpoint: "https://b" }, ["blobEndpoint"], ["blobEndpoint"]],
    ["another container", { container: "d" }, ["container"], ["container"]],
    ["the same content from elsewhere", { source: "src/code" }, ["source"], []],
    ["the same content under another name", { source: "lib" }, ["source"], ["source"]],
    ["an account that is not known yet", { blobEndpoint: UNKNOWN }, ["blobEndpoint"], ["blobEndpoint"]],
  ])("diff: %s", async (_what, change, diffs, replaces) => {
    const result = await diff({ ...old, ...change }, old);
    expect(result).toMatchObject({ diffs, replaces });
    expect(result.deleteBeforeReplace ?? false).toBe(false);
  });

  test("preview: the address as far as it is known, and nobody is asked", async () => {
    write({ "code/a.py": "abc" });
    const offline = makeProvider({ env: {}, root });
    const preview = (more: PropertyMap) =>
      offline.create({ ...it, preview: true, properties: inputs("code", more) });
    const path = `LocalUpload/${hashContent(join(root, "code"))}/code`;
    expect((await preview({ blobEndpoint: "https://a.blob.core.windows.net/" })).properties).toMatchObject({
      url: `https://a.blob.core.windows.net/${container.containerName}/${path}`,
      path,
      files: 1,
      bytes: 3,
    });
    expect((await preview({ blobEndpoint: UNKNOWN })).properties).toMatchObject({ url: UNKNOWN, path });
    expect((await stored()).size).toBe(0);
  });
});

describe("Upload reads", () => {
  test("what is complete, without the files; what is not, or gone, as gone", async () => {
    write({ "code/a.py": "a" });
    const news = inputs("code");
    const { id, properties } = await create(news);
    rmSync(join(root, "code"), { recursive: true });
    const read = () => provider.read({ ...it, id, inputs: news, properties });
    expect(await read()).toEqual({ id, inputs: news, properties });
    await provider.delete({ ...it, id, properties });
    expect((await read()).id).toBe(id);
    await container.getBlobClient(text(properties, "indicator")).setMetadata({});
    expect((await read()).id).toBe("");
    await container.delete();
    expect((await read()).id).toBe("");
  });

  test("nothing to import", async () => {
    await expect(provider.read({ ...it, id: "x" })).rejects.toThrow(/cannot be imported/);
  });
});
