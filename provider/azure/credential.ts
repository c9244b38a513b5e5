/** Who signs in: the variables that azure-native reads and those of `@azure/identity`, so that one set serves both. */
import { readFile } from "node:fs/promises";
import type { TokenCredential } from "@azure/core-auth";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
} from "@azure/identity";
import { isPublicAuthority } from "./cloud.ts";
import type { Environment } from "./cloud.ts";

/** Reads a variable that is known to be set. */
type Get = (name: string) => string;
interface Options {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery: boolean;
}
interface SignIn {
  /** Variables that must be set. */
  readonly needs: readonly string[];
  /** A variable that must be `true`. */
  readonly flag?: string;
  make(get: Get, options: Options): TokenCredential;
}

const PRINCIPAL = ["ARM_TENANT_ID", "ARM_CLIENT_ID"];

const assertion = (get: Get, options: Options, token: () => Promise<string>) =>
  new ClientAssertionCredential(get("ARM_TENANT_ID"), get("ARM_CLIENT_ID"), token, options);

/**
 * The first whose variables are set. After them `@azure/identity` looks by itself: `AZURE_*`, workload identity,
 * managed identity, `az login`.
 */
const SIGN_INS: readonly SignIn[] = [
  {
    flag: "ARM_USE_OIDC",
    needs: [...PRINCIPAL, "ARM_OIDC_TOKEN"],
    make: (get, options) => assertion(get, options, () => Promise.resolve(get("ARM_OIDC_TOKEN"))),
  },
  {
    flag: "ARM_USE_OIDC",
    needs: [...PRINCIPAL, "ARM_OIDC_TOKEN_FILE_PATH"],
    make: (get, options) =>
      assertion(get, options, async () => (await readFile(get("ARM_OIDC_TOKEN_FILE_PATH"), "utf8")).trim()),
  },
  {
    flag: "ARM_USE_OIDC",
    needs: [...PRINCIPAL, "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
    make: (get, options) => assertion(get, options, () => jobToken(get)),
  },
  {
    needs: [...PRINCIPAL, "ARM_CLIENT_CERTIFICATE_PATH"],
    make: (get, options) =>
      new ClientCertificateCredential(
        get("ARM_TENANT_ID"),
        get("ARM_CLIENT_ID"),
        {
          certificatePath: get("ARM_CLIENT_CERTIFICATE_PATH"),
          certificatePassword: get("ARM_CLIENT_CERTIFICATE_PASSWORD"),
        },
        options,
      ),
  },
  {
    needs: [...PRINCIPAL, "ARM_CLIENT_SECRET"],
    make: (get, options) =>
      new ClientSecretCredential(
        get("ARM_TENANT_ID"),
        get("ARM_CLIENT_ID"),
        get("ARM_CLIENT_SECRET"),
        options,
      ),
  },
  {
    flag: "ARM_USE_MSI",
    needs: ["ARM_CLIENT_ID"],
    make: (get) => new ManagedIdentityCredential({ clientId: get("ARM_CLIENT_ID") }),
  },
  { flag: "ARM_USE_MSI", needs: [], make: () => new ManagedIdentityCredential() },
];

/** The running job's own token, from GitHub Actions, made for Entra. */
async function jobToken(get: Get): Promise<string> {
  const url = new URL(get("ACTIONS_ID_TOKEN_REQUEST_URL"));
  url.searchParams.set("audience", get("ARM_OIDC_AUDIENCE") || "api://AzureADTokenExchange");
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")}`, accept: "application/json" },
  });
  const { value } = (response.ok ? await response.json() : {}) as { value?: unknown };
  if (typeof value !== "string")
    throw new Error(`${url.origin} answered ${response.status} without a token for the sign-in by OIDC`);
  return value;
}

/** Makes the credential; asks for no token yet. `authority`: without a trailing slash. */
export function findCredential(env: Environment, authority: string): TokenCredential {
  const get: Get = (name) => env[name] ?? "";
  const way = SIGN_INS.find(
    ({ flag, needs }) => (!flag || get(flag) === "true") && needs.every((name) => get(name) !== ""),
  );
  const options = {
    authorityHost: authority,
    disableInstanceDiscovery:
      get("ARM_DISABLE_INSTANCE_DISCOVERY") === "true" || !isPublicAuthority(authority),
  };
  return way ? way.make(get, options) : new DefaultAzureCredential(options);
}
