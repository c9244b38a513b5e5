/** Which Azure: where ARM is, which audience its tokens have, who signs in. */
import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { client, newPipeline } from "./http.ts";

/** URLs without a trailing slash. */
export interface Cloud {
  readonly resourceManager: string;
  /** Of tokens for ARM; the scope is this with `/.default`. */
  readonly audience: string;
  readonly loginEndpoint: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** By `ARM_ENVIRONMENT`, as azure-native names them. */
const CLOUDS: Readonly<Record<string, Cloud>> = {
  public: {
    resourceManager: "https://management.azure.com",
    audience: "https://management.azure.com",
    loginEndpoint: "https://login.microsoftonline.com",
  },
  usgovernment: {
    resourceManager: "https://management.usgovcloudapi.net",
    audience: "https://management.usgovcloudapi.net",
    loginEndpoint: "https://login.microsoftonline.us",
  },
  china: {
    resourceManager: "https://management.chinacloudapi.cn",
    audience: "https://management.chinacloudapi.cn",
    loginEndpoint: "https://login.chinacloudapi.cn",
  },
};

const noSlash = (url: string) => url.replace(/\/+$/, "");

/** Whether Microsoft's directory of sign-in authorities knows this one; asking it about any other fails. */
export const isPublicAuthority = (url: string): boolean =>
  Object.values(CLOUDS).some(({ loginEndpoint }) => loginEndpoint === noSlash(url));

interface Metadata {
  readonly resourceManager: string;
  readonly authentication: { readonly loginEndpoint: string; readonly audiences?: readonly string[] };
}

const isMetadata = (value: unknown): value is Metadata => {
  const { resourceManager, authentication } = (value ?? {}) as Partial<Metadata>;
  return typeof resourceManager === "string" && typeof authentication?.loginEndpoint === "string";
};

/** `host`: with or without a scheme, as azure-native's `metadataHost`. */
async function discover(host: string): Promise<Cloud> {
  const base = /^https?:\/\//.test(host) ? noSlash(host) : `https://${noSlash(host)}`;
  const url = `${base}/metadata/endpoints?api-version=2022-09-01`;
  const { status, bodyAsText } = await newPipeline().sendRequest(client, createPipelineRequest({ url }));
  const found: unknown = status === 200 ? JSON.parse(bodyAsText ?? "null") : undefined;
  // A list or one cloud; of a list, the one whose ARM answers on the host that was asked, as azure-ai-ml chooses.
  const clouds = (Array.isArray(found) ? found : [found]).filter(isMetadata);
  const cloud = clouds.find(({ resourceManager }) => url.startsWith(noSlash(resourceManager))) ?? clouds[0];
  if (!cloud)
    throw new Error(`${url} (from ARM_METADATA_HOSTNAME) answered ${status} without the metadata of a cloud`);
  const resourceManager = noSlash(cloud.resourceManager);
  return {
    resourceManager,
    audience: noSlash(cloud.authentication.audiences?.[0] ?? resourceManager),
    loginEndpoint: noSlash(cloud.authentication.loginEndpoint),
  };
}

/**
 * From, in this order: `armEndpoint` or `ARM_ENDPOINT`; what the host `ARM_METADATA_HOSTNAME` tells; `ARM_ENVIRONMENT`; public Azure.
 * `AZURE_AUTHORITY_HOST` decides who signs in, whatever the rest says.
 */
export async function findCloud(env: Environment, armEndpoint: string | undefined): Promise<Cloud> {
  const name = env["ARM_ENVIRONMENT"] ?? "public";
  const host = env["ARM_METADATA_HOSTNAME"];
  const base = host ? await discover(host) : CLOUDS[name.toLowerCase()];
  if (!base) throw new Error(`ARM_ENVIRONMENT is ${name}; known are ${Object.keys(CLOUDS).join(", ")}`);
  const endpoint = noSlash(armEndpoint ?? env["ARM_ENDPOINT"] ?? base.resourceManager);
  const named = host
    ? base
    : Object.values(CLOUDS).find(({ resourceManager }) => resourceManager === endpoint);
  const authority = env["AZURE_AUTHORITY_HOST"];
  return {
    resourceManager: endpoint,
    audience: named?.audience ?? endpoint,
    loginEndpoint: authority ? noSlash(authority) : (named ?? base).loginEndpoint,
  };
}
