/** `WorkspacePurge`: frees the name of a deleted workspace. Its id is the workspace's. */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { readResource } from "../azure/endpoint.ts";
import { statusOf } from "../azure/errors.ts";
import { provisioningState } from "../azure/operation.ts";
import { text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

const NAMES = ["resourceGroupName", "workspaceName"] as const;
const isName = (value: Value | undefined) => typeof value === "string" && /^[^/\s]+$/.test(value);

function workspaceId(names: PropertyMap, subscriptionId: string | undefined): string {
  if (!subscriptionId)
    throw new Error(
      "Which subscription? Set ARM_SUBSCRIPTION_ID, or `subscriptionId` of the azureml provider (stack config azureml:subscriptionId)",
    );
  return `/subscriptions/${subscriptionId}/resourceGroups/${text(names, "resourceGroupName")}/providers/Microsoft.MachineLearningServices/workspaces/${text(names, "workspaceName")}`;
}

/** Waits for a workspace that is being deleted. Whether it is alive: then it is none of ours. */
async function isAlive(id: string, run: Run): Promise<boolean> {
  for (;;) {
    const workspace = await readResource(id, run);
    if (!workspace) return false;
    const state = provisioningState(workspace.body);
    if (/deleted/i.test(state)) return false;
    if (!/deleting/i.test(state)) return true;
    run.progress("waiting for the workspace to be deleted");
    await run.sleep(run.pace.poll);
  }
}

export const workspacePurge: Resource = {
  minutes: 30,

  check: ({ news }) =>
    Promise.resolve({
      inputs: news,
      failures: NAMES.filter((key) => news[key] !== UNKNOWN && !isName(news[key])).map((property) => ({
        property,
        reason: "must be a name",
      })),
    }),

  diff: ({ news, oldInputs }) => {
    const replaces = NAMES.filter((key) => news[key] !== oldInputs[key]);
    return { changes: replaces.length > 0, diffs: replaces, replaces };
  },

  create: ({ properties, preview }, run) =>
    Promise.resolve(
      preview
        ? { id: "", properties }
        : { id: workspaceId(properties, run.subscriptionId), properties: { ...properties } },
    ),

  /** Says nothing about the workspace: this resource is the intention to purge, and it holds before and after. */
  read: ({ id, inputs, properties }) => {
    if (id === "") return Promise.resolve({ id, inputs: {}, properties: {} }); // creating it does nothing
    const [, resourceGroupName, workspaceName] =
      /\/resourceGroups\/([^/]+)\/.*\/workspaces\/([^/]+)$/i.exec(id) ?? [];
    if (!resourceGroupName || !workspaceName)
      return Promise.reject(new Error(`${id} is not the ARM id of a workspace`));
    const names = { resourceGroupName, workspaceName };
    return Promise.resolve({ id, inputs: { ...names, ...inputs }, properties: { ...names, ...properties } });
  },

  update: ({ news }) => Promise.resolve({ properties: news }),

  async delete({ id }, run) {
    if (await isAlive(id, run)) {
      run.warn(`${id} is alive: not purged. Let the workspace depend on its purge`);
      return;
    }
    try {
      await run.azure.run({ method: "DELETE", id, query: { forceToPurge: "true" } }, run.signal);
    } catch (error) {
      if (statusOf(error) !== 404) throw error; // purged already, or never there
    }
  },
};
