import * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/azure-native/storage/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";
import { lifecycleRules } from "./lifecycle-plan.ts";
import type { Lifecycle } from "./lifecycle-plan.ts";

export interface StorageArgs {
  readonly placement: Placement;
  /** Private blob containers, by name. */
  readonly containers: readonly string[];
  /** Opens the account's data to the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** Copies of the data: in one building, or over the zones of the region. @default "Standard_LRS" */
  readonly redundancy?: "Standard_LRS" | "Standard_ZRS" | "Standard_GZRS";
  /** Days that deleted blobs, containers and file shares can be recovered, up to 365; 0 for not at all. @default 14 */
  readonly softDeleteDays?: number;
  /** Keeps what a blob was before it was written anew. @default true */
  readonly versioning?: boolean;
  /** Days that such a version is kept, from when it was made. @default 90 */
  readonly versionDays?: number;
  /** By container, what becomes of its blobs in time. @default they stay as they are */
  readonly lifecycle?: Readonly<Record<string, Lifecycle>>;
}

/**
 * The storage account of a workspace:
 *
 * 1. an account that takes Entra sign-in only: no shared keys, no anonymous blobs, no local users
 * 2. what of its blobs and file shares can be recovered, and for how long
 * 3. what becomes of blobs in time
 * 4. its blob containers
 */
export class Storage extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly accountName: pulumi.Output<string>;
  /** `https://ACCOUNT.blob.core.windows.net/` */
  readonly blobEndpoint: pulumi.Output<string>;
  /** By the names given: known to exist where they are used. */
  readonly containers: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("data", "Storage"), name, args, opts);
    const { placement, containers, publicNetworkAccess = false, redundancy = "Standard_LRS" } = args;
    const { softDeleteDays = 14, versioning = true, versionDays = 90, lifecycle = {} } = args;

    const account = new storage.StorageAccount(
      name,
      {
        accountName: nameOf(placement, "storageAccount"),
        resourceGroupName: placement.resourceGroupName,
        location: placement.location,
        tags: { ...placement.tags },
        sku: { name: redundancy },
        ...hardened(publicNetworkAccess),
      },
      within(this, opts),
    );
    const inAccount = { accountName: account.name, resourceGroupName: placement.resourceGroupName };
    const blobs = new storage.BlobServiceProperties(
      `${name}-blobs`,
      {
        ...inAccount,
        blobServicesName: "default",
        deleteRetentionPolicy: kept(softDeleteDays),
        containerDeleteRetentionPolicy: kept(softDeleteDays),
        isVersioningEnabled: versioning,
      },
      within(this, opts),
    );
    new storage.FileServiceProperties(
      `${name}-files`,
      { ...inAccount, fileServicesName: "default", shareDeleteRetentionPolicy: kept(softDeleteDays) },
      within(this, opts),
    );
    const rules = lifecycleRules(lifecycle, versioning ? versionDays : undefined);
    if (rules.length > 0)
      new storage.ManagementPolicy(
        `${name}-lifecycle`,
        { ...inAccount, managementPolicyName: "default", policy: { rules } },
        // Rules about versions are for accounts that have any.
        pulumi.mergeOptions(within(this, opts), { dependsOn: blobs }),
      );
    const made = containers.map((container) => {
      const { name: containerName } = new storage.BlobContainer(
        `${name}-${container}`,
        {
          containerName: container,
          ...inAccount,
          publicAccess: "None",
        },
        within(this, opts),
      );
      return [container, containerName] as const;
    });

    this.id = account.id;
    this.accountName = account.name;
    this.blobEndpoint = account.primaryEndpoints.apply(({ blob }) => blob);
    this.containers = Object.fromEntries(made);
    this.registerOutputs({ id: account.id, accountName: account.name });
  }
}

const kept = (days: number) => (days > 0 ? { enabled: true, days } : { enabled: false });

/** What every account of this project is, whoever makes it. Hierarchical namespaces stay off: Azure ML refuses them here. */
const hardened = (open: boolean) => ({
  kind: "StorageV2",
  accessTier: "Hot" as const,
  isHnsEnabled: false,
  allowSharedKeyAccess: false,
  allowBlobPublicAccess: false,
  allowCrossTenantReplication: false,
  isLocalUserEnabled: false,
  isSftpEnabled: false,
  enableHttpsTrafficOnly: true,
  minimumTlsVersion: "TLS1_2",
  publicNetworkAccess: exposure(open).publicNetworkAccess,
  networkRuleSet: { defaultAction: exposure(open).defaultAction, bypass: "AzureServices" },
  encryption: {
    keySource: "Microsoft.Storage",
    requireInfrastructureEncryption: true,
    services: { blob: { enabled: true }, file: { enabled: true } },
  },
  sasPolicy: { sasExpirationPeriod: "7.00:00:00", expirationAction: "Log" },
});
