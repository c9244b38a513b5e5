/** One local Azure with a workspace, and scripts of azure-ai-ml that are sent to it. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { connect } from "../../local/cli/azure.ts";
import { environment } from "../../local/cli/environment.ts";
import { ML_API } from "../../local/client/ask.ts";
import type { Client } from "../../local/client/ask.ts";
import { running } from "../../local/daemon/control.ts";
import { root } from "../../local/daemon/paths.ts";
import { connectArm } from "../../local/providers/azure-native/arm.ts";
import { localStage, run, succeeded } from "../support/local-stage.ts";
import { pythonWith } from "../support/python.ts";

const RESOURCE_GROUP = "sdk";
const WORKSPACE = "mlw-sdk";
const location = "westeurope";

/** Its Python; `missing` says why there is none. */
export const sdk = await pythonWith("azure-ai-ml==1.35.2");

export interface Sdk {
  readonly azure: Client;
  /** ARM id of the workspace. */
  readonly workspace: string;
  /** Runs a script of this folder and answers with what it told. */
  script<Told>(name: string): Promise<Told & { readonly output: string }>;
  remove(): Promise<void>;
}

/** Starts a local Azure of its own and makes a workspace in it. */
export async function startSdk(): Promise<Sdk> {
  const stage = await localStage();
  succeeded(await stage.local(["start"]));
  const facts = (await running(stage.paths))!;
  const azure = await connect(stage.paths, facts);
  const arm = connectArm({ endpoint: facts.urls.cloud, ...azure });
  const group = `/subscriptions/${facts.subscriptionId}/resourceGroups/${RESOURCE_GROUP}`;
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/stsdk`;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-sdk`;
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/${WORKSPACE}`;
  const resources: readonly [id: string, apiVersion: string, body: PropertyMap][] = [
    [group, "2024-03-01", { location }],
    [storage, "2024-01-01", { location, kind: "StorageV2", sku: { name: "Standard_LRS" } }],
    [
      vault,
      "2024-11-01",
      {
        location,
        properties: {
          tenantId: facts.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
        },
      },
    ],
    [
      workspace,
      ML_API,
      {
        location,
        identity: { type: "SystemAssigned" },
        properties: { storageAccount: storage, keyVault: vault },
      },
    ],
  ];
  for (const [id, apiVersion, body] of resources)
    await arm.write("PUT", id, { apiVersion, body, longRunning: true });

  return {
    azure,
    workspace,
    async script(name) {
      if (!("python" in sdk)) throw new Error(sdk.missing);
      const work = join(stage.paths.dir, name);
      await mkdir(work, { recursive: true });
      const env = {
        ...(await environment(stage.paths, facts, undefined)),
        RESOURCE_GROUP,
        WORKSPACE,
        WORKLOADS: join(root, "workloads"),
        WORK: work,
        PYTHONDONTWRITEBYTECODE: "1",
      };
      const ended = await run(sdk.python, [join(import.meta.dirname, `${name}.py`)], env);
      succeeded(ended);
      const told = JSON.parse(await readFile(join(work, "told.json"), "utf8")) as object;
      return { ...told, output: ended.output } as never;
    },
    remove: () => stage.remove(),
  };
}
