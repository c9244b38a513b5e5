/** Bringing up again, after a restart, what served before it. */
import type { OnlineDeploymentSpec } from "../../../contracts.ts";
import { isObject, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { ONLINE_DEPLOYMENT } from "../tables/ml/online.ts";
import { STORAGE_ACCOUNT } from "../tables/storage.ts";

/** The blob server keeps blobs, not the accounts that they are in. */
export async function resumeAccounts({ store, blobs }: Cloud): Promise<void> {
  for (const { name, internal } of store.ofType(STORAGE_ACCOUNT)) {
    const key = textAt(internal, "keys.key1");
    if (key !== undefined) await blobs.ensureAccount(name, key);
  }
}

/** Starts each deployment as it last served; one that does not come up is said in the log and the others go on. */
export async function resumeDeployments({ store, serving, log }: Cloud): Promise<void> {
  const served = store
    .ofType(ONLINE_DEPLOYMENT)
    .flatMap(({ id, internal }) =>
      isObject(internal["served"])
        ? [{ id, spec: internal["served"] as unknown as OnlineDeploymentSpec }]
        : [],
    );
  await Promise.all(
    served.map(async ({ id, spec }) => {
      try {
        await serving.deploy(spec);
      } catch (error) {
        log.error("a deployment did not come up again", {
          id,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }),
  );
}
