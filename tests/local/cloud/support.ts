/** What tests of the cloud's parts share: TLS, an identity, a request with our CA, a log that keeps what it is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudIdentity, Log } from "@azure-ml-as-code/local/contracts.ts";

export const identity: CloudIdentity = {
  tenantId: "3f1b6c3e-0c0e-4b7a-9d5e-0a2f8c1d7e90",
  subscriptionId: "5d0f8a6c-9a5b-4c6e-8f14-2b7c3a9e1d02",
  clientId: "c2a7d9f4-6b1e-4f3a-8c5d-7e9b0a1f2c34",
  clientSecret: "a secret: with/odd+characters&=%",
  objectId: "e8b4f1a2-3c5d-4e6f-9a7b-8c0d1e2f3a45",
};

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "azure-ml-as-code-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export function ask(
  url: string,
  options: {
    ca: string;
    method?: string;
    headers?: OutgoingHttpHeaders;
    body?: string | Buffer;
    host?: string;
  },
): Promise<Answer> {
  const { body, host, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { ...rest, ...(host && { hostname: host }), agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString("utf8"),
          }),
        );
        response.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

export function recordingLog(): Log & { lines: { level: keyof Log; message: string; fields?: object }[] } {
  const lines: { level: keyof Log; message: string; fields?: object }[] = [];
  const at = (level: keyof Log) => (message: string, fields?: object) =>
    void lines.push({ level, message, ...(fields && { fields }) });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}
