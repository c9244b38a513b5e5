/** The verbs' own way into the local Azure: signed in as its service principal, trusting its CA. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { ClientSecretCredential } from "@azure/identity";
import type { Running } from "../daemon/control.ts";
import type { LocalPaths } from "../daemon/paths.ts";
import type { Arm } from "../providers/azure-native/arm.ts";
import { connectArm } from "../providers/azure-native/arm.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Azure {
  readonly arm: Arm;
  readonly credential: TokenCredential;
  /** PEM text. */
  readonly ca: string;
  /** An access token for an audience such as `https://ml.azure.com`. */
  token(audience: string): Promise<string>;
  /** A request with a bearer token or key; any status is an answer. */
  request(
    method: "GET" | "POST",
    url: string,
    bearer: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** Of ARM calls that the verbs make themselves. */
export const ML_API = "2025-12-01";

export async function connect(paths: LocalPaths, running: Running): Promise<Azure> {
  const [secret, ca] = await Promise.all([
    readFile(join(paths.secrets, "client-secret"), "utf8"),
    readFile(running.caFile, "utf8"),
  ]);
  const credential = new ClientSecretCredential(running.tenantId, running.clientId, secret, {
    authorityHost: running.urls.cloud,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
  });
  const client = createDefaultHttpClient();
  const pipeline = createPipelineFromOptions({ tlsOptions: { ca }, retryOptions: { maxRetries: 0 } });
  return {
    arm: connectArm({ endpoint: running.urls.cloud, credential, ca }),
    credential,
    ca,
    token: async (audience) => (await credential.getToken(`${audience}/.default`)).token,
    request: async (method, url, bearer, body, headers = {}) => {
      const response = await pipeline.sendRequest(
        client,
        createPipelineRequest({
          method,
          url,
          timeout: 300_000, // Azure's own limit for a scoring request is 180 s
          headers: createHttpHeaders({
            authorization: `Bearer ${bearer}`,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          }),
          ...(body !== undefined && { body }),
        }),
      );
      return {
        status: response.status,
        headers: response.headers.toJSON(),
        text: response.bodyAsText ?? "",
      };
    },
  };
}
