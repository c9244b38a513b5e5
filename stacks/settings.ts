/** What a stage file may say: one schema for all of it. Names of keys are contract. */
import { z } from "zod";
import { personas } from "../components/access/role-table.ts";
import type { Persona } from "../components/access/role-table.ts";
import { boolean, keys, whole } from "../specs/fields.ts";

export const presetNames = ["local", "dev", "staging", "prod"] as const;
export type PresetName = (typeof presetNames)[number];

/** What a stage can open, and to whom. What is not in its list is closed. */
const openings = {
  publicNetworkAccess:
    "workspace, storage, vault, registry, telemetry and endpoints answer callers on the Internet, and compute nodes have addresses there; every caller still signs in and needs a role",
  keyAuthentication: "online endpoints may take keys and tokens: whoever holds one may call, without a role",
} as const;
export type Opening = keyof typeof openings;

const part = z
  .string()
  .regex(
    /^[a-z]([a-z0-9]|-(?=[a-z0-9])){1,19}$/,
    "2 to 20 lower-case letters, digits and single dashes, a letter first",
  );
const persona = z
  .string()
  .regex(/^(create|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i, '"create" or the object id of a group')
  .optional()
  .describe(
    '"create" makes an Entra group; an object id names one that exists; left out, nobody has the role',
  );

const cluster = keys({
  vmSize: z.string().min(1),
  minNodes: whole(0).optional().describe("Above 0, nodes cost money while nothing runs. Default 0"),
  maxNodes: whole(1),
  idleSeconds: whole(1).optional().describe("Until a node without work goes. Default 120"),
  priority: z.enum(["Dedicated", "LowPriority"]).optional().describe("Default Dedicated"),
});

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

const network = z
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
const workspace = keys({
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

const emails = z.array(z.email()).describe("Who is written to");
const monitoring = keys({
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
const budget = keys({
  amount: z.number().positive().describe("A month, in the currency of the subscription"),
  thresholds: z.array(whole(1, 1000)).min(1).max(4).optional().describe("Percent. Default 50, 80, 100"),
  emails,
})
  .optional()
  .describe("What the stage may cost, and who is told. Default nothing");

const bakeSeconds = whole(0, 86_400).describe("How long a step has to prove itself");
const percent = whole(1, 100);
const release = keys({
  plan: z
    .discriminatedUnion("kind", [
      keys({ kind: z.literal("allAtOnce"), bakeSeconds }),
      keys({ kind: z.literal("canary"), percent, bakeSeconds }),
      keys({ kind: z.literal("linear"), percent, bakeSeconds }),
      keys({ kind: z.literal("steps"), steps: z.array(keys({ percent, bakeSeconds })).min(1) }),
    ])
    .describe("How traffic goes over to a changed deployment"),
  mirror: keys({ percent: whole(1, 50), bakeSeconds })
    .optional()
    .describe(
      "First the changed deployment gets copies of so many requests, whose answers nobody sees. Default none",
    ),
  smoke: z
    .array(
      keys({
        request: z.string().min(1).describe("File with the body, relative to the project"),
        status: whole(100, 599).optional().describe("Default 200"),
        answer: z.json().optional().describe("The whole answer; default any"),
        schema: z.json().optional().describe("JSON Schema of the answer; default any"),
      }),
    )
    .min(1)
    .optional()
    .describe("Sent all the time that a step bakes. Default: the endpoint's sample request"),
  maxErrorSharePercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe("Of the requests of a step. Default 0"),
  maxErrorShareAboveStablePercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe("Points by which the error share may exceed the stable deployment's. Default any"),
  latency: keys({
    percentile: percent,
    maxMs: z.number().positive().optional(),
    maxTimesStable: z.number().positive().optional().describe("Of the stable deployment's latency"),
  })
    .optional()
    .describe("Of the requests of a step. Default any"),
  measure: z
    .enum(["probes", "azureMonitor"])
    .optional()
    .describe(
      "Whose requests error share, latency and samples are of: those that the release sends, or those of callers, as Azure Monitor counts them by the minute. Default probes",
    ),
  drift: z
    .enum(["restore", "keep"])
    .optional()
    .describe("What the next `up` makes of traffic that was changed by hand. Default restore"),
  minimumSamples: whole(1).optional().describe("Requests that a step needs to pass. Default 20"),
  deadlineSeconds: whole(1, 86_400).optional().describe("Default: all bake times and half an hour"),
});
export type ReleaseSettings = z.infer<typeof release>;

export const settings = keys({
  preset: z.enum(presetNames).describe("What the file differs from. Default: the stack's name"),
  naming: keys({
    workload: part.describe("What the platform is for; part of every Azure name"),
    stage: part.describe("Part of every Azure name. Default: the stack's name"),
  }),
  location: z
    .string()
    .regex(/^[a-z0-9]+$/, 'a region as Azure names it in one word, like "westeurope"')
    .describe("Region of everything"),
  tags: z
    .record(z.string(), z.string().max(256))
    .describe("On every resource that takes tags, besides `stage` and `managed-by`"),
  openings: z.array(z.enum(Object.keys(openings) as [Opening, ...Opening[]])).describe(
    Object.entries(openings)
      .map(([name, exposes]) => `${name}: ${exposes}`)
      .join(". "),
  ),
  isolation: z
    .enum(["none", "internet-outbound", "approved-outbound"])
    .describe("Network of computes and deployments. Can be tightened later, never relaxed"),
  network,
  workspace,
  protect: boolean.describe("Refuses to delete or replace what holds data, and endpoints"),
  purgeOnDestroy: boolean.describe("`destroy` leaves nothing to recover, and the workspace's name free"),
  deployer: keys({
    principalType: z.enum(["ServicePrincipal", "User"]).describe("Who runs `up`: a pipeline or a person"),
  }),
  personas: keys(
    Object.fromEntries(personas.map((name) => [name, persona])) as Record<Persona, typeof persona>,
  ),
  ci: keys({
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, "owner/name on GitHub")
      .describe("Whose jobs deploy this stage and preview its pull requests, signed in without a secret"),
    environment: z
      .string()
      .regex(/^[^:*?\s]{1,255}$/, "the name of a GitHub environment, without a colon or a wildcard")
      .describe("GitHub environment whose jobs may deploy; its protection rules are what guards the stage"),
  })
    .optional()
    .describe("Identities for GitHub Actions. Left out, a person or an identity from elsewhere runs `up`"),
  storage: keys({
    redundancy: z.enum(["Standard_LRS", "Standard_ZRS", "Standard_GZRS"]),
  }),
  vault: keys({
    purgeProtection: boolean.describe(
      "Nobody can purge a deleted vault before its time. Cannot be taken back",
    ),
    softDeleteDays: whole(7, 90),
  }),
  monitoring,
  budget,
  locks: boolean.describe(
    "Nobody deletes storage, vault, registry or logs, whatever their role, before this is taken back; nor roles and diagnostic settings of theirs",
  ),
  clusters: z.record(z.string(), cluster).describe("By the name that jobs and deployments use"),
  datastores: z
    .record(z.string(), keys({ container: z.string() }))
    .describe("Blob datastores of the stage's own, each over a container that is made for it"),
  endpoints: keys({
    authMode: z
      .enum(["aad_token", "aml_token", "key"])
      .optional()
      .describe("Takes the place of `auth_mode` in every online endpoint's YAML. Default: as the YAML says"),
  }),
  releases: z
    .record(z.string(), release)
    .describe(
      "By online endpoint, as its YAML names it: its one deployment is then released step by step under names of the program's making; `traffic` in the YAML does not count",
    ),
  workloads: keys({
    folder: z.string().min(1).describe("Of CLI v2 YAML, relative to the project"),
    include: z.array(z.string().min(1)).optional().describe("Folders in it; default all"),
    existing: z
      .array(
        z
          .string()
          .regex(
            /^(model|environment|data|code|component|compute|datastore)\/[^/]+$/,
            '"model/NAME", "compute/NAME" and the like',
          ),
      )
      .optional()
      .describe("What workloads may refer to and the stage does not make; default nothing"),
  }),
});

/** All that a stage is made from, presets applied. */
export type Settings = z.infer<typeof settings>;
