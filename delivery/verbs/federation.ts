/**
 * Sign-in of a pipeline's job, without a secret: the job's own token, kept fresh in a file that the state backend and the key
 * vault's client read (`AZURE_FEDERATED_TOKEN_FILE`). Providers take the same variables. Nothing is done elsewhere.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SignedIn {
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

/** GitHub's tokens last five minutes. Milliseconds. */
const FRESH = 4 * 60_000;
const AUDIENCE = "api://AzureADTokenExchange";

/** GitHub's way, or the token that an Azure Pipelines task hands over. */
async function jobToken(env: NodeJS.ProcessEnv): Promise<string> {
  const given = env["ARM_OIDC_TOKEN"];
  if (given) return given;
  const url = new URL(env["ACTIONS_ID_TOKEN_REQUEST_URL"]!);
  url.searchParams.set("audience", AUDIENCE);
  const authorization = `Bearer ${env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? ""}`;
  const response = await fetch(url, { headers: { authorization } });
  if (!response.ok) throw new Error(`${url.origin} gave no token for the job: ${String(response.status)}`);
  return ((await response.json()) as { value: string }).value;
}

export async function signIn(env: NodeJS.ProcessEnv): Promise<SignedIn> {
  const [tenant, client] = [env["ARM_TENANT_ID"], env["ARM_CLIENT_ID"]];
  const asJob =
    env["ARM_USE_OIDC"] === "true" && (env["ARM_OIDC_TOKEN"] ?? env["ACTIONS_ID_TOKEN_REQUEST_URL"]);
  if (!asJob || !tenant || !client) return { env: {}, end: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-job-"));
  const file = join(folder, "token");
  const renew = async () => writeFile(file, await jobToken(env), { mode: 0o600 });
  await renew();
  // What fails is tried again at the next turn; the token before it works for a while.
  const timer = setInterval(() => void renew().catch(() => undefined), FRESH);
  return {
    env: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_FEDERATED_TOKEN_FILE: file },
    async end() {
      clearInterval(timer);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
