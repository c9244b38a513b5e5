/** The blob server by its front: names that climb out of folders, odd verbs and credentials. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { createBlobs } from "@azure-ml-as-code/local/cloud/blob/blobs.ts";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { IDENTITY } from "../../support/arm.ts";
import { oddName } from "../odd.ts";
import { rawClient, wireHeader, wirePath } from "../raw.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";

const CANARY = "canary-outside-of-the-blobs";
const KEY = Buffer.from("k".repeat(32)).toString("base64");
const climbing = fc.constantFrom(
  ...[
    "../canary",
    "../../canary",
    "..%2fcanary",
    "..%2f..%2fcanary",
    "%2e%2e/%2e%2e/canary",
    "..\\..\\canary",
  ],
  ...[
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "....//canary",
    "..;/canary",
    "a/../../../../canary",
    "%252e%252e%252fcanary",
  ],
);
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b/c", "azureml") },
  { weight: 3, arbitrary: climbing },
  oddName,
);
const attack = fc.record({
  method: fc.constantFrom("GET", "PUT", "PUT", "HEAD", "DELETE", "POST", "PATCH", "OPTIONS"),
  account: fc.oneof({ weight: 4, arbitrary: fc.constant("stml") }, oddName),
  container: fc.oneof({ weight: 4, arbitrary: fc.constant("azureml") }, name),
  blob: name,
  query: fc.oneof(
    fc.constantFrom(
      "",
      "?restype=container",
      "?restype=container&comp=list",
      "?comp=block&blockid=YQ==",
      "?comp=metadata",
      "?comp=list",
    ),
    oddName.map((text) => `?comp=${text}&sig=${text}`),
  ),
  signed: fc.constantFrom("token", "sas", "key", "none"),
  host: fc.option(fc.constantFrom("stml.blob.core.windows.net", "evil.example", "..", "[::1]"), { freq: 5 }),
  type: fc.constantFrom("BlockBlob", "AppendBlob", "x"),
  source: fc.option(
    fc.oneof(
      climbing,
      fc.constantFrom("https://evil.example/x", "file:///etc/passwd", "http://127.0.0.1:1/"),
    ),
    { freq: 5 },
  ),
  body: fc.oneof(fc.constant(CANARY.slice(0, 6)), fc.string({ unit: "binary" })),
});

export const blobs: Target = {
  id: "blobs",
  about:
    "the blob server: nothing outside of its folder is read or written, nothing is had without a credential, never a 500 of the front",
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "fuzz-"));
    await writeFile(join(folder, "canary"), CANARY);
    const tls = await ensureTls(join(folder, "secrets"));
    const tokens = await createTokens({ identity: IDENTITY, keyFile: join(folder, "secrets", "tokens.pem") });
    const errors: string[] = [];
    const quiet = () => undefined;
    const log = {
      info: quiet,
      warn: quiet,
      error: (message: string, fields?: object) => void errors.push(message + JSON.stringify(fields)),
    };
    const store = await createBlobs({ dir: join(folder, "blobs"), tls, port: 0, tokens, log });
    await store.ensureAccount("stml", KEY);
    await store.ensureContainer("stml", "azureml");
    const sas = await store.sas("stml", "azureml", 86_400);
    const bearer = `Bearer ${await tokens.issue({ aud: "https://storage.azure.com", oid: IDENTITY.objectId }, 86_400)}`;
    const there = async () => (await readdir(folder)).sort().join();
    const before = await there();
    const client = rawClient(store.origin, tls.ca);
    const property = fc.asyncProperty(attack, async (given) => {
      const { method, account, container, blob, query, signed, host, type, source, body } = given;
      const joint = query === "" ? "?" : "&";
      const plain = method === "GET" || method === "HEAD";
      const answer = await client.ask({
        method,
        path: wirePath(
          `/${account}/${container}/${blob}${query}${signed === "sas" ? joint + sas : ""}`,
        ).slice(0, 8_000),
        headers: {
          "x-ms-version": "2025-11-05",
          "x-ms-blob-type": type,
          ...(host !== null && { host }),
          ...(signed === "token" && { authorization: bearer }),
          ...(signed === "key" && { authorization: `SharedKey stml:${KEY}` }),
          ...(source !== null && { "x-ms-copy-source": wireHeader(source) }),
        },
        ...(!plain && { body }),
      });
      holds(!answer.text.includes(CANARY), "a file outside of the blobs was read");
      holds(errors.length === 0, errors.splice(0).join("\n"));
      holds(
        signed !== "none" || answer.status >= 400 || method === "OPTIONS",
        `${answer.status} without a credential`,
      );
      holds((await there()) === before, "there is something new beside the blobs");
      holds(
        (await readFile(join(folder, "canary"), "utf8")) === CANARY,
        "a file outside of the blobs was written",
      );
    });
    return opened(property, async () => {
      client.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    });
  },
};
