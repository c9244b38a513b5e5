/**
 * The certificate authority of this Azure, and the certificate that its servers show.
 *
 * People put the CA into their trust stores, so it can vouch for nothing but this machine: it is constrained to
 * `localhost`, names under it and loopback addresses (RFC 5280, 4.2.1.10), and its key stays in a file of mode 0600.
 */
import { X509Certificate as Parsed, createPrivateKey, webcrypto } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import type { Tls } from "../contracts.ts";

/** {@link Tls}, and what clients want whose CA setting replaces the public CAs instead of adding to them. */
export interface LocalTls extends Tls {
  /** The system's CAs and ours: for `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE`. */
  readonly bundleFile: string;
}

const DAY = 24 * 60 * 60 * 1000;
const LIFE = { ca: 3650 * DAY, server: 365 * DAY };
/** A certificate that ends sooner is made again. */
const RENEW_BEFORE = 30 * DAY;

/** Storage accounts may be asked for by host name (`ACCOUNT.blob.core.localhost`); a wildcard covers one label. */
const DNS_NAMES = ["localhost", "*.localhost", "*.blob.localhost", "*.blob.core.localhost"];
const IP_ADDRESSES = ["127.0.0.1", "::1"];

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

interface Pair {
  /** PEM */
  readonly cert: string;
  /** PEM, PKCS #8 */
  readonly key: string;
}

/**
 * The CA and server certificate kept under `dir`, made when they are missing, unusable or about to end.
 * A new server certificate is signed by the old CA, so that clients which trust it go on doing so.
 */
export async function ensureTls(dir: string): Promise<LocalTls> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(dir, name);

  const keptCa = await readPair(file("ca.pem"), file("ca-key.pem"));
  const ca = keptCa && lastsLongEnough(keptCa) ? keptCa : await makeCa();
  if (ca !== keptCa) await writePair(file("ca.pem"), file("ca-key.pem"), ca);

  const kept = await readPair(file("server.pem"), file("server-key.pem"));
  const fresh = kept && lastsLongEnough(kept) && signedBy(kept, ca);
  const server = fresh ? kept : await makeServer(ca);
  if (server !== kept) {
    await writePair(file("server.pem"), file("server-key.pem"), server);
    await writeAtomic(file("ca-bundle.pem"), bundle(ca.cert), 0o644);
  }
  return {
    ca: ca.cert,
    caFile: file("ca.pem"),
    ...server,
    certFile: file("server.pem"),
    keyFile: file("server-key.pem"),
    bundleFile: file("ca-bundle.pem"),
  };
}

const lastsLongEnough = ({ cert }: Pair): boolean =>
  new Parsed(cert).validToDate.getTime() - Date.now() > RENEW_BEFORE;

const signedBy = ({ cert }: Pair, ca: Pair): boolean =>
  new Parsed(cert).verify(new Parsed(ca.cert).publicKey);

function bundle(ca: string): string {
  const system = getCACertificates("system");
  const roots = system.length > 0 ? system : getCACertificates("bundled");
  return [...new Set([...roots, ca].map((pem) => pem.trim()))].join("\n") + "\n";
}

/** `undefined` when a file is missing, cannot be parsed, or the two do not belong together. */
async function readPair(certFile: string, keyFile: string): Promise<Pair | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
    return new Parsed(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined; // whatever is wrong with it, the answer is a new one
  }
}

async function writePair(certFile: string, keyFile: string, { cert, key }: Pair): Promise<void> {
  await writeAtomic(keyFile, key, 0o600);
  await writeAtomic(certFile, cert, 0o644);
}

/** A reader sees the old file or the new one, never a part. */
async function writeAtomic(file: string, content: string, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, content, { mode });
  await rename(draft, file);
}

/** Loaded only when a certificate has to be made: a fifth of a second that a usual start does not spend. */
async function x509Library() {
  await import("reflect-metadata"); // the library's dependency injection asks for it
  return import("@peculiar/x509");
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);

async function makeCa(): Promise<Pair> {
  const x509 = await x509Library();
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Azure ML as code: local CA",
    notBefore: new Date(),
    notAfter: new Date(Date.now() + LIFE.ca),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.Extension("2.5.29.30", true, loopbackOnly()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString("pem"), key: await privatePem(keys) };
}

async function makeServer(ca: Pair): Promise<Pair> {
  const x509 = await x509Library();
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(ca.cert);
  const cert = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: issuer.subject,
    notBefore: new Date(),
    notAfter: new Date(Date.now() + LIFE.server),
    signingAlgorithm: SIGNATURE,
    publicKey: keys.publicKey,
    signingKey: await privateKey(ca.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // As a client, the blob front shows it to the blob server behind it.
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        ...DNS_NAMES.map((value) => ({ type: "dns" as const, value })),
        ...IP_ADDRESSES.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { cert: cert.toString("pem"), key: await privatePem(keys) };
}

/** DER of NameConstraints: `permittedSubtrees` of one DNS name and two address ranges (the library has no type for it). */
function loopbackOnly(): Uint8Array<ArrayBuffer> {
  const der = (tag: number, ...content: Uint8Array[]): Buffer => {
    const body = Buffer.concat(content);
    return Buffer.concat([Buffer.from([tag, body.length]), body]);
  };
  const dns = (name: string) => der(0x30, der(0x82, Buffer.from(name, "ascii")));
  const ip = (range: Buffer) => der(0x30, der(0x87, range));
  const v4 = Buffer.from([127, 0, 0, 0, 255, 0, 0, 0]);
  const v6 = Buffer.from([...Array<number>(15).fill(0), 1, ...Array<number>(16).fill(255)]);
  return new Uint8Array(der(0x30, der(0xa0, dns("localhost"), ip(v4), ip(v6))));
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ format: "pem", type: "pkcs8" })
    .toString();
}

async function privateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  return webcrypto.subtle.importKey("pkcs8", der, CURVE, false, ["sign"]);
}
