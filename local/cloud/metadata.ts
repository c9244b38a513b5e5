/**
 * Cloud metadata: where this Azure's parts are, in the shape of `/metadata/endpoints?api-version=2022-09-01`,
 * which azure-native, Terraform's azurerm and azure-ai-ml read. No sign-in: clients ask before they can.
 */
import type { FastifyInstance } from "fastify";
import type { Urls } from "../contracts.ts";

export interface MetadataOptions {
  /** A function, since the URLs are known only when the servers listen. */
  readonly urls: () => Pick<Urls, "cloud" | "blob">;
  readonly tenantId: string;
  /** The workspace's storage account: which one `/metadata/endpoints` is about. `undefined` before there is one. */
  readonly account: () => string | undefined;
}

/** The built-in names (`AzureCloud`, …) make the Python SDK ignore the rest of the document. */
const CLOUD_NAME = "AzureLocal";

/** The Python SDK makes the audience for batch invocations from it: `https://ml.azure.localhost`. */
const PORTAL = "https://portal.azure.localhost";

/** Audience of tokens for the data plane of Azure ML, as the Python SDK derives it from this metadata. */
export const ML_AUDIENCE = "https://ml.azure.localhost";

/** `/metadata/endpoints`, and `/metadata/{account}/endpoints` where a client works with another account. */
export function metadataPlugin(app: FastifyInstance, options: MetadataOptions, done: () => void): void {
  app.get("/metadata/endpoints", () => cloudMetadata(options, options.account()));
  app.get<{ Params: { account: string } }>("/metadata/:account/endpoints", ({ params }) =>
    cloudMetadata(options, params.account),
  );
  done();
}

/**
 * The Python SDK builds `https://ACCOUNT.blob.SUFFIX/…` and nothing else. With this suffix all before `@` is user info,
 * so the host is `localhost` and the path starts with the account: no hosts entry needed. The trailing slash matters
 * (the SDK joins URLs), and there must be no colon before `@` (it would send Basic authorization).
 * Without an account the usual form is given, which needs `ACCOUNT.blob.core.localhost` to resolve.
 */
function storageSuffix(blobUrl: string, account: string | undefined): string {
  const { host } = new URL(blobUrl);
  return account === undefined ? `core.${host}` : `x@${host}/${account}/`;
}

function cloudMetadata(options: Omit<MetadataOptions, "account">, account: string | undefined): object {
  const { cloud, blob } = options.urls();
  return {
    name: CLOUD_NAME,
    portal: PORTAL,
    resourceManager: `${cloud}/`, // the Python SDK looks for this very string in the metadata URL
    authentication: {
      loginEndpoint: cloud,
      audiences: [cloud, `${cloud}/`],
      tenant: options.tenantId,
      identityProvider: "AAD",
    },
    graph: `${cloud}/graph/`,
    graphAudience: `${cloud}/graph/`,
    microsoftGraphResourceId: `${cloud}/graph/`,
    logAnalyticsResourceId: cloud,
    appInsightsResourceId: cloud,
    gallery: `${cloud}/`,
    suffixes: {
      storage: storageSuffix(blob, account),
      keyVaultDns: "vault.azure.localhost",
      acrLoginServer: "azurecr.localhost",
    },
  };
}
