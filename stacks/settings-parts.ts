/** Parts of the stage file's schema: network, workspace, monitoring, budget. Names of keys are contract. */
import { z } from "zod";
import { boolean, keys, whole } from "../specs/fields.ts";

const armId = (type: string) =>
  z
    .string()
    .regex(
      new RegExp(
        `^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${type.replaceAll("/", "/(?:[^/]+/)?")}/[^/]+$`,
        "i",
      ),
      `an ARM id, "/subscriptions/…/${type}/…"`,
    );

export const network = z
  .discriminatedUnion("kind", [
    keys({ kind: z.literal("none").describe("No private endpoints") }),
    keys({
      kind: z.literal("own").describe("A network of the stage's own, with private DNS zones"),
      addressSpace: z.string().describe('Range of the network, like "10.20.0.0/24"'),
      notIn: z
        .array(z.string())
        .optional()
        .describe("Ranges of networks that this one will be peered with. Default none"),
    }),
    keys({
      kind: z.literal("given").describe("A subnet that somebody else looks after"),
      subnetId: armId("Microsoft.Network/virtualNetworks/subnets").describe("Where private endpoints go"),
      nodesSubnetId: armId("Microsoft.Network/virtualNetworks/subnets")
        .optional()
        .describe("Where compute nodes go if the workspace has no managed network. Default none"),
      zonesIn: z
        .string()
        .regex(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i, "the ARM id of a resource group")
        .optional()
        .describe(
          "Resource group of the private DNS zones. Default: records are made by others, as by a policy of the organisation",
        ),
    }),
  ])
  .describe("How callers in a network reach what the Internet does not");

const allowances = { replace: "delete the workspace and make another", relax: "let more in than before" };
const outboundRule = z.discriminatedUnion("kind", [
  keys({
    kind: z.literal("fqdn").describe("A host by its name; brings a firewall, paid by the hour"),
    destination: z.string().min(1).describe('Like "pypi.org" or "*.pythonhosted.org"'),
  }),
  keys({
    kind: z.literal("private-endpoint").describe("A resource, by an endpoint that Azure makes"),
    resourceId: z.string().startsWith("/subscriptions/").describe("ARM id"),
    part: z.string().min(1).describe('Azure\'s word for the part of it, like "blob"'),
    spark: boolean.optional().describe("Whether Spark jobs reach it too. Default false"),
  }),
  keys({
    kind: z.literal("service-tag").describe("Addresses of an Azure service"),
    tag: z.string().min(1).describe('Like "AzureMonitor"'),
    protocol: z.enum(["TCP", "UDP", "ICMP", "*"]).optional().describe("Default TCP"),
    ports: z.string().min(1).describe('Like "443" or "443,8000-8100"'),
  }),
]);
export const workspace = keys({
  outboundRules: z
    .record(z.string(), outboundRule)
    .optional()
    .describe("What the managed network lets out besides what Azure ML itself needs. Default nothing"),
  firewallSku: z
    .enum(["Basic", "Standard"])
    .optional()
    .describe("Of the firewall that rules of kind fqdn bring. Default Standard"),
  provisionNetworkNow: boolean
    .optional()
    .describe("Makes the managed network with the workspace. Default false: the first compute waits for it"),
  systemDatastores: z
    .enum(["Identity", "UserDelegationSAS", "AccessKey"])
    .optional()
    .describe("How the workspace reaches its own datastores. Default Identity"),
  highBusinessImpact: boolean
    .optional()
    .describe("Tells Microsoft less, and encrypts scratch disks. Only when it is made. Default false"),
  imageBuildCompute: z
    .string()
    .optional()
    .describe("Cluster that builds images where the registry is closed. Default none"),
  encryption: keys({
    keyVaultId: z.string().startsWith("/subscriptions/").describe("ARM id of a vault with purge protection"),
    keyIdentifier: z
      .string()
      .regex(/^https:\/\/[^/]+\/keys\/[^/]+\/[0-9a-f]{32}$/, "the address of a key with its version")
      .describe("Address of the key, with its version"),
    identityId: z
      .string()
      .startsWith("/subscriptions/")
      .optional()
      .describe("Who may use the key. Default the workspace's identity"),
  })
    .optional()
    .describe("A key of one's own. Only when it is made. Default Microsoft's key"),
  allow: z
    .array(z.enum(Object.keys(allowances) as [keyof typeof allowances, ...(keyof typeof allowances)[]]))
    .optional()
    .describe(
      `Changes that a preview stops at otherwise: ${Object.entries(allowances)
        .map(([name, does]) => `${name}: ${does}`)
        .join(". ")}. Default none`,
    ),
}).describe("The workspace, beyond network and openings");

const days = whole(0, 99_999).optional();
export const storage = keys({
  redundancy: z
    .enum(["Standard_LRS", "Standard_ZRS", "Standard_GZRS"])
    .describe("Copies of the data: in one building, over the zones of the region, or in another region too"),
  softDeleteDays: whole(0, 365).describe(
    "Days that deleted blobs, containers and file shares can be recovered; 0 for not at all",
  ),
  versioning: boolean.describe("Keeps what a blob was before it was written anew"),
  versionDays: whole(1, 99_999).optional().describe("Days that such a version is kept. Default 90"),
  containers: z
    .record(
      z.string(),
      keys({
        coolAfterDays: days.describe("Until a blob costs less to keep and more to read. Default never"),
        archiveAfterDays: days.describe(
          "Until no job can read a blob before somebody has brought it back. Default never",
        ),
        deleteAfterDays: days.describe("Since it was last written. Default never"),
      }),
    )
    .optional()
    .describe(
      "Blob containers beside those of datastores, or what becomes in time of the blobs in one of theirs. Default none",
    ),
}).describe("The storage account of the workspace");
export const registry = keys({
  zoneRedundant: boolean.describe(
    "Copies of the images over the zones of the region, which has to have some. A change makes another registry",
  ),
  untaggedDays: whole(0, 365)
    .optional()
    .describe("Days until an image goes that no tag names any more. Default never"),
}).describe("The container registry of the workspace, beyond what openings say");

const emails = z.array(z.email()).describe("Who is written to");
export const monitoring = keys({
  retentionDays: whole(30, 730).describe("Days that logs are kept"),
  diagnostics: boolean.describe("Everything that can sends its logs and metrics to Log Analytics"),
  dashboard: boolean.describe("A workbook that shows how endpoints, jobs and clusters do"),
  alerts: keys({
    emails,
    errorSharePercent: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe("Of an endpoint's requests, answered with 5xx. Default 1"),
    p95Ms: z.number().positive().optional().describe("Within which 95 of 100 are answered. Default 2000"),
    cpuPercent: z.number().min(1).max(100).optional().describe("Of a deployment's instances. Default 80"),
    failedJobs: whole(0).optional().describe("In an hour, without anybody being told. Default 0"),
  })
    .optional()
    .describe("What people are woken up for. Default nothing"),
});
export const budget = keys({
  amount: z.number().positive().describe("A month, in the currency of the subscription"),
  thresholds: z.array(whole(1, 1000)).min(1).max(4).optional().describe("Percent. Default 50, 80, 100"),
  emails,
})
  .optional()
  .describe("What the stage may cost, and who is told. Default nothing");
