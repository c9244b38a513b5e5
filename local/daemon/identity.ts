/** Who the local Azure is: one tenant, one subscription, one service principal. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CloudIdentity } from "../contracts.ts";
import { readIfThere } from "./paths.ts";

/** Fixed, so that states and logs of different machines can be compared. Only the secret differs. */
export const KNOWN = {
  tenantId: "6c6f6361-6c00-4000-8000-000000000001",
  subscriptionId: "6c6f6361-6c00-4000-8000-000000000002",
  clientId: "6c6f6361-6c00-4000-8000-000000000003",
  objectId: "6c6f6361-6c00-4000-8000-000000000004",
} as const;

/** The identity kept in `directory`; made with a fresh secret the first time. */
export async function ensureIdentity(directory: string): Promise<CloudIdentity> {
  const file = join(directory, "client-secret");
  const kept = await readIfThere(file);
  if (kept) return { ...KNOWN, clientSecret: kept };
  const clientSecret = randomBytes(24).toString("base64url");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(file, clientSecret, { mode: 0o600 });
  return { ...KNOWN, clientSecret };
}
