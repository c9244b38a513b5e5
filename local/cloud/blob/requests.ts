/** What the front has to know of a blob request, and how Azure Storage refuses one. Pure. */
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Claims } from "../../contracts.ts";

/** How the caller shows who it is. A SAS counts whatever `Authorization: Basic` is beside it. */
export type BlobAuth = "Bearer" | "SharedKey" | "SAS" | "Anonymous";

export interface BlobRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly account: string;
  readonly auth: BlobAuth;
  /** With `Bearer`, once verified. */
  readonly claims?: Claims;
}

/** An answer of Azure Storage that is an error. */
export interface BlobRefusal {
  readonly status: number;
  /** `x-ms-error-code` */
  readonly code: string;
  readonly message: string;
  /** Further headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The account is the first label of a host name with dots (`ACCOUNT.blob.…`), else the first part of the path: Azurite's rule. */
export function accountOf(url: string, host: string | undefined): string {
  const name = (host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (name.includes(".") && isIP(name) === 0) return name.slice(0, name.indexOf("."));
  return /^\/([^/?]*)/.exec(url)?.[1] ?? "";
}

export function authOf(url: string, authorization: string | undefined): BlobAuth {
  const scheme = /^\w+/.exec(authorization ?? "")?.[0].toLowerCase();
  if (scheme === "bearer") return "Bearer";
  if (new URL(url, "https://localhost").searchParams.has("sig")) return "SAS";
  return scheme?.startsWith("sharedkey") ? "SharedKey" : "Anonymous";
}

export const bearerOf = (headers: IncomingHttpHeaders): string =>
  (headers.authorization ?? "").replace(/^bearer\s+/i, "");

/** RFC 9110, 7.6.1: meant for one connection, so not passed on. How the body is framed is, since it is passed on as it comes. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "upgrade",
]);

/** Name, value, name, value, … as Node gives and takes them, without what concerns one connection. */
export function passOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, i) =>
    i % 2 === 1 || HOP_BY_HOP.has(name.toLowerCase()) ? [] : [name, rawHeaders[i + 1] ?? ""],
  );
}

export const UNAVAILABLE: BlobRefusal = {
  status: 503,
  code: "ServerBusy",
  message: "The server is busy.",
  headers: { "retry-after": "1" },
};

/** `challenge`: where to sign in, which the storage clients read from `www-authenticate`. */
export function notAuthenticated(detail: string, challenge: string | undefined): BlobRefusal {
  return {
    status: 401,
    code: "InvalidAuthenticationInfo",
    message: `Server failed to authenticate the request. ${detail}`,
    ...(challenge && {
      headers: {
        "www-authenticate": `Bearer authorization_uri=${challenge} resource_id=https://storage.azure.com`,
      },
    }),
  };
}

export function refusalHeaders({ code, headers }: BlobRefusal): Record<string, string> {
  return {
    "content-type": "application/xml",
    "x-ms-error-code": code,
    "x-ms-request-id": randomUUID(),
    ...headers,
  };
}

export const refusalBody = ({ code, message }: BlobRefusal): string =>
  `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escapeXml = (text: string): string => text.replace(/[&<>]/g, (found) => ENTITIES[found] ?? found);
