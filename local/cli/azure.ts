/** The verbs' own way into the local Azure: signed in as its service principal, trusting its CA. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ClientSecretCredential } from "@azure/identity";
import { createClient } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import type { Running } from "../daemon/control.ts";
import { readIfThere } from "../daemon/paths.ts";
import type { LocalPaths } from "../daemon/paths.ts";

/** @throws Error that says what to do where this folder has no sign-in. */
export async function connect(paths: LocalPaths, running: Running): Promise<Client> {
  const file = join(paths.secrets, "client-secret");
  const secret = await readIfThere(file);
  if (secret === undefined)
    throw new Error(
      `There is no sign-in for the local Azure: ${file} is not there. ` +
        "Make a new one: npm run local stop && npm run local start",
    );
  const ca = await readFile(running.caFile, "utf8");
  const credential = new ClientSecretCredential(running.tenantId, running.clientId, secret, {
    authorityHost: running.urls.cloud,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
  });
  return createClient({ urls: running.urls, credential, ca });
}
