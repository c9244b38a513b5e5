/**
 * What the services do as the identities that they were given, and which role allows it. Pure.
 * Sources: "Set up authentication between Azure Machine Learning and other services", "Authenticate clients for online
 * endpoints", "Disable shared key access for a workspace's storage account", "Workspace managed network isolation".
 */
import type { ActionKind } from "./evaluate.ts";

/** What a workspace stands on, and the workspace. */
export type Part = "storage" | "vault" | "registry" | "insights" | "workspace";

export interface Need {
  readonly role: string;
  readonly part: Part;
  readonly kind: ActionKind;
  readonly action: string;
  /** Only where this holds. */
  readonly when?: Condition;
  /** What is lost without it, while the rest goes on. Unsaid: nothing goes on. */
  readonly lost?: string;
}

export type Condition = "storageByIdentity" | "storageWithoutKeys" | "managedNetwork";

const act = (role: string, part: Part, action: string, when?: Condition): Need => ({
  role,
  part,
  kind: "action",
  action,
  ...(when && { when }),
});
const data = (role: string, part: Part, action: string, when?: Condition): Need => ({
  ...act(role, part, action, when),
  kind: "dataAction",
});
const soft = (need: Need, lost: string): Need => ({ ...need, lost });

const BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const ML = "Microsoft.MachineLearningServices/workspaces";
const pull = act("AcrPull", "registry", "Microsoft.ContainerRegistry/registries/pull/read");
const telemetry = soft(
  data("Monitoring Metrics Publisher", "insights", "Microsoft.Insights/Telemetry/Write"),
  "telemetry",
);

/** By who needs them, in the moment named. */
export const NEEDS = {
  /** A workspace that is made with a user-assigned identity. */
  workspace: [
    act("Contributor", "storage", "Microsoft.Storage/storageAccounts/fileServices/shares/write"),
    data("Storage Blob Data Contributor", "storage", `${BLOBS}/write`, "storageByIdentity"),
    act("Key Vault Contributor", "vault", "Microsoft.KeyVault/vaults/write"),
    data("Key Vault Administrator", "vault", "Microsoft.KeyVault/vaults/secrets/setSecret/action"),
    act("Contributor", "registry", "Microsoft.ContainerRegistry/registries/scheduleRun/action"),
    act("Contributor", "insights", "Microsoft.Insights/components/write"),
    act(
      "Azure AI Enterprise Network Connection Approver",
      "workspace",
      `${ML}/privateEndpointConnectionsApproval/action`,
      "managedNetwork",
    ),
  ],
  /** The same workspace when it brings up a deployment or starts a job. */
  broker: [act("Contributor", "workspace", `${ML}/write`)],
  /** A node of a cluster that starts a job. */
  compute: [
    pull,
    data("Storage Blob Data Contributor", "storage", `${BLOBS}/read`, "storageByIdentity"),
    data("Storage Blob Data Contributor", "storage", `${BLOBS}/write`, "storageByIdentity"),
    telemetry,
  ],
  /** The nodes of a batch job among themselves. */
  batch: [
    data(
      "Storage Queue Data Contributor",
      "storage",
      "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write",
      "storageWithoutKeys",
    ),
    data(
      "Storage Table Data Contributor",
      "storage",
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/write",
      "storageWithoutKeys",
    ),
  ],
  /** A deployment of an online endpoint with a user-assigned identity. */
  endpoint: [
    data("Storage Blob Data Reader", "storage", `${BLOBS}/read`),
    pull,
    soft(act("AzureML Metrics Writer", "workspace", `${ML}/metrics/resource/write`), "metrics"),
    telemetry,
  ],
} as const satisfies Record<string, readonly Need[]>;

export type Actor = keyof typeof NEEDS;
