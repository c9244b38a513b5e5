import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { X509Certificate, webcrypto } from "node:crypto";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { LocalTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { ask, temporaryFolder } from "./support.ts";

const run = promisify(execFile);
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

async function caKey(directory: string): Promise<webcrypto.CryptoKey> {
  const pem = await readFile(`${directory}/ca-key.pem`, "utf8");
  const der = Buffer.from(pem.replace(/-----.*-----|\s/g, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", der, CURVE, false, ["sign"]);
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tls: LocalTls;

beforeAll(async () => {
  folder = await temporaryFolder();
  tls = await ensureTls(folder.path);
});
afterAll(() => folder.remove());

describe("files", () => {
  test("keys are for their owner only", async () => {
    for (const name of ["ca-key.pem", "server-key.pem"])
      expect((await stat(`${folder.path}/${name}`)).mode & 0o777).toBe(0o600);
  });

  test("a second start uses the same certificates", async () => {
    expect(await ensureTls(folder.path)).toEqual(tls);
  });

  test("the bundle holds public CAs and ours", async () => {
    const bundle = await readFile(tls.bundleFile, "utf8");
    expect(bundle).toContain(tls.ca.trim());
    expect(bundle.match(/BEGIN CERTIFICATE/g)!.length).toBeGreaterThan(50);
  });

  test("a broken server certificate is made again by the same CA", async () => {
    const other = await temporaryFolder();
    const before = await ensureTls(other.path);
    await writeFile(before.certFile, "not a certificate");
    const after = await ensureTls(other.path);
    expect(after.ca).toBe(before.ca);
    expect(after.cert).not.toBe(before.cert);
    expect(new X509Certificate(after.cert).checkIssued(new X509Certificate(after.ca))).toBe(true);
    await other.remove();
  });

  test("a server certificate that ends within 30 days is made again", async () => {
    const other = await temporaryFolder();
    const before = await ensureTls(other.path);
    const serverCert = new x509.X509Certificate(before.cert);
    const ending = await x509.X509CertificateGenerator.create({
      subject: serverCert.subject,
      issuer: serverCert.issuer,
      notAfter: new Date(Date.now() + 29 * 24 * 3600 * 1000),
      signingAlgorithm: SIGNATURE,
      publicKey: serverCert.publicKey,
      signingKey: await caKey(other.path),
    });
    await writeFile(before.certFile, ending.toString("pem"));
    const after = await ensureTls(other.path);
    const days = (new X509Certificate(after.cert).validToDate.getTime() - Date.now()) / (24 * 3600 * 1000);
    expect(days).toBeGreaterThan(360);
    await other.remove();
  });
});

describe("clients that trust the CA", () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer({ cert: tls.cert, key: tls.key }, (_request, response) => response.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test.each(["localhost", "127.0.0.1"])("Node takes it for %s", async (host) => {
    expect(await ask(`https://${host}:${port}/`, { ca: tls.ca })).toMatchObject({
      status: 200,
      text: "hello",
    });
  });

  test("Node refuses it without the CA", async () => {
    await expect(ask(`https://localhost:${port}/`, { ca: "" })).rejects.toThrow(/certificate/);
  });

  test("Python takes it, under the strict rules of RFC 5280 too", async () => {
    const script = [
      "import ssl, sys, urllib.request",
      "context = ssl.create_default_context(cafile=sys.argv[2])",
      "context.verify_flags |= ssl.VERIFY_X509_STRICT",
      "print(urllib.request.urlopen(sys.argv[1], context=context).read().decode())",
    ].join("\n");
    const { stdout } = await run("python3", ["-c", script, `https://localhost:${port}/`, tls.caFile]);
    expect(stdout.trim()).toBe("hello");
  });
});

test("the CA can vouch for nothing but this machine", async () => {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const forged = await x509.X509CertificateGenerator.create({
    subject: "CN=example.com",
    issuer: new x509.X509Certificate(tls.ca).subject,
    signingAlgorithm: SIGNATURE,
    publicKey: keys.publicKey,
    signingKey: await caKey(folder.path),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "example.com" }])],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  const server = createServer({ cert: forged.toString("pem"), key }, (_request, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answer = ask(`https://127.0.0.1:${port}/`, { ca: tls.ca, headers: { host: "example.com" } });
  await expect(answer).rejects.toThrow(/permitted subtree violation/);
  server.close();
});
