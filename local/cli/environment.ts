/** What other tools need to find the local Azure: `npm run local env`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Running } from "../daemon/control.ts";
import type { LocalPaths } from "../daemon/paths.ts";
import type { StageOutputs } from "./outputs.ts";

/** Pulumi wants a passphrase for a file backend. Stage `local` keeps no secret of value. */
const PASSPHRASE = "local";

/**
 * Environment variables by name. With them the Pulumi CLI, azure-native, `azure-ai-ml`, `@azure/arm-*` and curl
 * use the local Azure unmodified. `RESOURCE_GROUP` and `WORKSPACE` are empty before the first `up`.
 */
export async function environment(
  paths: LocalPaths,
  running: Running,
  outputs: StageOutputs | undefined,
): Promise<Record<string, string>> {
  const { urls, ports, caFile, caBundleFile } = running;
  const host = new URL(urls.cloud).host;
  const secret = await readFile(join(paths.secrets, "client-secret"), "utf8");
  return {
    ARM_METADATA_HOSTNAME: host,
    ARM_METADATA_HOST: host,
    ARM_CLOUD_METADATA_URL: `${urls.cloud}/metadata/endpoints?api-version=2022-09-01`,
    ARM_ENDPOINT: urls.cloud,
    ARM_DISABLE_INSTANCE_DISCOVERY: "true",
    ARM_TENANT_ID: running.tenantId,
    ARM_CLIENT_ID: running.clientId,
    ARM_CLIENT_SECRET: secret,
    ARM_SUBSCRIPTION_ID: running.subscriptionId,
    AZURE_AUTHORITY_HOST: urls.cloud,
    AZURE_TENANT_ID: running.tenantId,
    AZURE_CLIENT_ID: running.clientId,
    AZURE_CLIENT_SECRET: secret,
    AZURE_SUBSCRIPTION_ID: running.subscriptionId,
    RESOURCE_GROUP: outputs?.resourceGroup ?? "",
    WORKSPACE: outputs?.workspace.name ?? "",
    CA_FILE: caFile,
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caBundleFile,
    SSL_CERT_FILE: caBundleFile,
    CURL_CA_BUNDLE: caBundleFile,
    PULUMI_DEBUG_PROVIDERS: [
      `azure-native:${ports.azureNative}`,
      `azuread:${ports.azuread}`,
      `random:${ports.random}`,
    ].join(","),
    PULUMI_BACKEND_URL: `file://${paths.backend}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    STUDIO_URL: urls.studio,
  };
}

/** As lines that a POSIX shell evaluates. */
export const shellExports = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join("\n");
