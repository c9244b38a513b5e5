import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createBlobs } from "@azure-ml-as-code/local/cloud/blob/blobs.ts";
import type { Blobs, BlobsOptions } from "@azure-ml-as-code/local/cloud/blob/blobs.ts";
import type { BlobRefusal } from "@azure-ml-as-code/local/cloud/blob/requests.ts";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { LocalTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { SigningTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { ask, identity, recordingLog, temporaryFolder } from "../support.ts";

const MIB = 1024 * 1024;
const ACCOUNT = "stazuremlascode";
const STORAGE = { aud: "https://storage.azure.com", oid: identity.objectId };
const key = () => randomBytes(64).toString("base64");

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tls: LocalTls;
let tokens: SigningTokens;
let options: BlobsOptions;
let blobs: Blobs;
let fault: BlobRefusal | undefined;
const log = recordingLog();

beforeAll(async () => {
  folder = await temporaryFolder();
  tls = await ensureTls(join(folder.path, "tls"));
  tokens = await createTokens({ identity, keyFile: join(folder.path, "tokens.pem") });
  options = {
    dir: join(folder.path, "blobs"),
    tls,
    tokens,
    port: 0,
    log,
    authorizationUri: `https://localhost:1/${identity.tenantId}/oauth2/authorize`,
    faults: () => fault,
  };
  blobs = await createBlobs(options);
  await blobs.ensureAccount(ACCOUNT, key());
  await blobs.ensureContainer(ACCOUNT, "work");
});
afterAll(async () => {
  await blobs.close();
  await folder.remove();
});

const at = (path: string, container = "work") => ({ account: ACCOUNT, container, path });
const urlOf = (path: string, container = "work") => blobs.url(ACCOUNT, container, path);
const sha256 = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
const newFolder = async (name: string) => {
  const path = join(folder.path, name);
  await mkdir(path, { recursive: true });
  return path;
};
const read = (url: string, headers = {}) => ask(url, { ca: tls.ca, headers });
const put = (url: string, body: string, headers = {}) =>
  ask(url, { ca: tls.ca, method: "PUT", body, headers: { "x-ms-blob-type": "BlockBlob", ...headers } });

describe("the store", () => {
  test("a large file goes up in blocks and comes back the same", async () => {
    const file = join(folder.path, "large.bin");
    await writeFile(file, randomBytes(70 * MIB));
    await blobs.upload(file, at("models/large.bin"));
    const back = await blobs.download(at("models/large.bin"), await newFolder("large"));
    expect(back).toBe(join(folder.path, "large", "large.bin"));
    expect(await sha256(back)).toBe(await sha256(file));

    const list = `${urlOf("models/large.bin")}?comp=blocklist&blocklisttype=committed`;
    const { text } = await read(`${list}&${await blobs.sas(ACCOUNT, "work", 60)}`);
    expect(text.match(/<Block>/g)!.length).toBeGreaterThan(4);
  });

  test("a folder comes back under its name, with every file in it", async () => {
    const source = await newFolder("source/model");
    await mkdir(join(source, "sub dir"), { recursive: true });
    await writeFile(join(source, "MLmodel"), "flavors:");
    await writeFile(join(source, "sub dir", "ä %20.txt"), "text");
    await writeFile(join(source, "empty"), "");
    await blobs.upload(source, at("LocalUpload/hash/model"));

    const target = await newFolder("target");
    expect(await blobs.download(at("LocalUpload/hash/model"), target)).toBe(join(target, "model"));
    const found = await readdir(join(target, "model"), { recursive: true });
    expect(found.sort()).toEqual(["MLmodel", "empty", "sub dir", join("sub dir", "ä %20.txt")].sort());
    expect(await readFile(join(target, "model", "sub dir", "ä %20.txt"), "utf8")).toBe("text");
  });

  test("a whole container comes back without a folder around it", async () => {
    await blobs.ensureContainer(ACCOUNT, "whole");
    await blobs.write(at("a/b.txt", "whole"), "b");
    const target = await newFolder("whole");
    await blobs.download(at("", "whole"), target);
    expect(await readFile(join(target, "a", "b.txt"), "utf8")).toBe("b");
  });

  test("exists tells blobs and folders from what merely starts the same", async () => {
    await blobs.write(at("here/file.txt"), "x");
    const exists = (path: string) => blobs.exists(at(path));
    expect(await Promise.all(["here/file.txt", "here", "", "her", "here/file"].map(exists))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(await blobs.exists(at("here", "nowhere"))).toBe(false);
  });

  test("what isn't there cannot be downloaded", async () => {
    await expect(blobs.download(at("not/there"), folder.path)).rejects.toMatchObject({
      code: "BlobNotFound",
    });
  });

  test("a blob cannot be downloaded to outside the folder", async () => {
    await blobs.ensureContainer(ACCOUNT, "evil");
    const sas = await blobs.sas(ACCOUNT, "evil", 60);
    const name = "code/..%2F..%2Fescaped.txt";
    expect((await put(`${blobs.url(ACCOUNT, "evil")}/${name}?${sas}`, "x")).status).toBe(201);
    const target = await newFolder("evil/target");
    await expect(blobs.download(at("code", "evil"), target)).rejects.toMatchObject({ code: "InvalidUri" });
    await expect(stat(join(folder.path, "evil", "escaped.txt"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("an account that was removed takes its blobs with it", async () => {
    const gone = { account: "stgone", container: "data", path: "x" };
    await blobs.ensureAccount("stgone", key());
    await blobs.ensureContainer("stgone", "data");
    await blobs.write(gone, "x");
    await blobs.removeAccount("stgone");
    await expect(blobs.exists(gone)).rejects.toMatchObject({ code: "ResourceNotFound" });
    await blobs.ensureAccount("stgone", key());
    expect(await blobs.exists(gone)).toBe(false);
  });

  test("a new key makes what the old one signed worthless", async () => {
    await blobs.ensureAccount("strotated", key());
    await blobs.ensureContainer("strotated", "data");
    await blobs.write({ account: "strotated", container: "data", path: "x" }, "x");
    const url = `${blobs.url("strotated", "data", "x")}?${await blobs.sas("strotated", "data", 60)}`;
    expect((await read(url)).status).toBe(200);
    await blobs.ensureAccount("strotated", key());
    expect((await read(url)).status).toBe(403);
  });
});

describe("a SAS", () => {
  test("reads, writes and lists its container", async () => {
    const sas = await blobs.sas(ACCOUNT, "work", 60);
    expect((await put(`${urlOf("sas.txt")}?${sas}`, "by SAS")).status).toBe(201);
    expect((await read(`${urlOf("sas.txt")}?${sas}`)).text).toBe("by SAS");
    const list = await read(`${blobs.url(ACCOUNT, "work")}?restype=container&comp=list&prefix=sas&${sas}`);
    expect(list.text).toContain("<Name>sas.txt</Name>");
  });

  test("does neither delete nor reach another container", async () => {
    const sas = await blobs.sas(ACCOUNT, "work", 60);
    await blobs.write(at("stays.txt"), "x");
    expect((await ask(`${urlOf("stays.txt")}?${sas}`, { ca: tls.ca, method: "DELETE" })).status).toBe(403);
    await blobs.ensureContainer(ACCOUNT, "other");
    await blobs.write(at("secret.txt", "other"), "x");
    expect((await read(`${urlOf("secret.txt", "other")}?${sas}`)).status).toBe(403);
  });

  test("of an account that isn't there cannot be made", async () => {
    await expect(blobs.sas("nobody", "work", 60)).rejects.toMatchObject({ status: 404 });
  });

  test("ends", async () => {
    await blobs.write(at("ends.txt"), "x");
    const sas = await blobs.sas(ACCOUNT, "work", -1);
    expect((await read(`${urlOf("ends.txt")}?${sas}`)).status).toBe(403);
  });

  test("counts although the URL's user info came as Basic authorization", async () => {
    await blobs.write(at("basic.txt"), "read me");
    const sas = await blobs.sas(ACCOUNT, "work", 60);
    const answer = await read(`${urlOf("basic.txt")}?${sas}`, { authorization: "Basic eDo=" });
    expect([answer.status, answer.text]).toEqual([200, "read me"]);
  });
});

describe("a bearer token", () => {
  const withToken = (token: string, path = "bearer.txt") =>
    read(urlOf(path), { authorization: `Bearer ${token}`, "x-ms-version": "2026-10-06" });
  beforeAll(() => blobs.write(at("bearer.txt"), "by token"));

  test("of the sign-in service is enough", async () => {
    expect(await withToken(await tokens.issue(STORAGE))).toMatchObject({ status: 200, text: "by token" });
  });

  test("signed by another key is not, and the answer says where to sign in", async () => {
    const others = await createTokens({ identity, keyFile: join(folder.path, "another.pem") });
    const answer = await withToken(await others.issue(STORAGE));
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({
      "x-ms-error-code": "InvalidAuthenticationInfo",
      "www-authenticate": expect.stringContaining(options.authorizationUri!),
    });
    expect(answer.text).toContain("<Code>InvalidAuthenticationInfo</Code>");
  });

  test("for another service is not", async () => {
    expect((await withToken(await tokens.issue({ ...STORAGE, aud: blobs.origin }))).status).toBe(401);
  });

  test("a blob that isn't there says so in a header, which HEAD needs", async () => {
    const answer = await ask(urlOf("missing.txt"), {
      ca: tls.ca,
      method: "HEAD",
      headers: { authorization: `Bearer ${await tokens.issue(STORAGE)}`, "x-ms-version": "2026-10-06" },
    });
    expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([404, "BlobNotFound"]);
  });
});

describe("the front", () => {
  test("an unknown account is not found", async () => {
    const answer = await read(`${blobs.origin}/nobody/work/x`);
    expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([404, "ResourceNotFound"]);
  });

  test("without any credentials nothing is shown", async () => {
    await blobs.write(at("private.txt"), "x");
    expect((await read(urlOf("private.txt"))).status).toBe(403);
  });

  test("the account may be in the host name", async () => {
    await blobs.write(at("host.txt"), "by host");
    const { port } = new URL(blobs.origin);
    const sas = await blobs.sas(ACCOUNT, "work", 60);
    const answer = await ask(`https://localhost:${port}/work/host.txt?${sas}`, {
      ca: tls.ca,
      headers: { host: `${ACCOUNT}.blob.core.localhost:${port}` },
    });
    expect([answer.status, answer.text]).toEqual([200, "by host"]);
  });

  test("what is asked of it can be made to fail", async () => {
    fault = { status: 507, code: "InsufficientAccountPermissions", message: "no more space" };
    const answer = await put(
      `${urlOf("fault.txt")}?${await blobs.sas(ACCOUNT, "work", 60)}`,
      "x".repeat(MIB),
    );
    fault = undefined;
    expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([
      507,
      "InsufficientAccountPermissions",
    ]);
    expect(await blobs.exists(at("fault.txt"))).toBe(false);
  });
  test("it listens wherever localhost may lead", async () => {
    await blobs.write(at("loopback.txt"), "x");
    const { port } = new URL(blobs.origin);
    const path = `/${ACCOUNT}/work/loopback.txt?${await blobs.sas(ACCOUNT, "work", 60)}`;
    const hosts = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const ipv6 = hosts.some(({ address }) => address === "::1");
    for (const host of ["127.0.0.1", ...(ipv6 ? ["[::1]"] : [])])
      expect((await read(`https://${host}:${port}${path}`)).status).toBe(200);
  });

  test("a large upload that the blob server refuses gets its answer, and the next request is served", async () => {
    const sas = await blobs.sas(ACCOUNT, "work", -1);
    expect((await put(`${urlOf("refused.bin")}?${sas}`, "x".repeat(20 * MIB))).status).toBe(403);
    expect(await blobs.exists(at("refused.bin"))).toBe(false);
  });

  test("a client that goes away in the middle of an upload leaves no blob and no trouble", async () => {
    const url = `${urlOf("half.bin")}?${await blobs.sas(ACCOUNT, "work", 60)}`;
    const headers = { "x-ms-blob-type": "BlockBlob", "content-length": MIB };
    const upload = request(url, { method: "PUT", ca: tls.ca, agent: false, headers });
    const closed = new Promise((resolve) => upload.on("close", resolve));
    upload.on("error", () => undefined);
    await new Promise((sent) => upload.write("x".repeat(MIB / 2), sent));
    upload.destroy();
    await closed;
    expect(await blobs.exists(at("half.bin"))).toBe(false);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});
