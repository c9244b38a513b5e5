/** The log of ARM requests: JSON lines, bodies true but for secrets. */
import { appendFileSync } from "node:fs";
import { isObject, type Json } from "./json.ts";

export interface RequestLine {
  readonly time: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: Json | undefined;
  readonly status: number;
}

/** Members whose values are secret, whatever type they are in. */
const SECRET =
  /^(keys|secrets|credentials|key|value|.*password|.*secret|sasToken|sshPublicKey|administratorLogin.*|.*accessToken|primaryKey|secondaryKey)$/i;
/** `value` is a secret in a key vault, and in lists and settings it is not. */
const isSecret = (name: string, url: string) =>
  SECRET.test(name) && (name !== "value" || /\/vaults\/[^/]+\/secrets\//i.test(url));
/** What says how a secret is kept is no secret: bodies stay what they were but for the values. */
const PLAIN = /^(credentialsType|secretsType|authType|keyType|clientId|tenantId|thumbprint)$/;
export const MASK = "MASKED";

export function masked(value: Json | undefined, url: string, hide = false): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => masked(item, url, hide)!);
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        masked(item, url, !PLAIN.test(name) && (hide || isSecret(name, url)))!,
      ]),
    );
  return hide && typeof value === "string" ? MASK : value;
}

/** Appends at once: whoever reads the file after an answer finds its request. */
export function requestLog(file: string | undefined): (line: RequestLine) => void {
  if (file === undefined) return () => undefined;
  return (line) =>
    appendFileSync(file, `${JSON.stringify({ ...line, body: masked(line.body, line.url) })}\n`);
}
