/** What a stage file may say: one schema for all of it. Names of keys are contract. */
import { z } from "zod";
import { personas } from "../components/access/role-table.ts";
import type { Persona } from "../components/access/role-table.ts";
import { boolean, keys, whole } from "../specs/fields.ts";
import { stackParts } from "./stack-name.ts";
import { promotion } from "./promotion.ts";
import { budget, monitoring, network, registry, storage, workspace } from "./settings-parts.ts";

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
  preset: z.enum(presetNames).describe("What the file differs from. Default: the stage that the stack is of"),
  stack: keys({
    part: z
      .enum(stackParts)
      .describe(
        "What of the stage the stack makes: all of it, the platform, or the workloads on a platform that another stack has made. Default: what the stack's name ends with, after a dash; whole for other names",
      ),
    platform: z
      .string()
      .regex(/^[^/]+\/[^/]+\/[^/]+$/, '"organization/project/stack"')
      .optional()
      .describe(
        "Of a stack of workloads, the stack that made the platform. Default: the one of this project that is named after the stage, with -platform",
      ),
  }),
  naming: keys({
    workload: part.describe("What the platform is for; part of every Azure name"),
    stage: part.describe("Part of every Azure name. Default: the stage that the stack is of"),
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
  storage,
  registry,
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
    autoscale: z
      .record(
        z.string(),
        z.record(
          z.string(),
          keys({
            minInstances: whole(1, 50),
            maxInstances: whole(1, 50),
            scaleOutCpu: whole(1, 100)
              .optional()
              .describe("Percent above which there is one more. Default 70"),
            scaleInCpu: whole(1, 100)
              .optional()
              .describe("Percent below which there is one less. Default 30"),
          }),
        ),
      )
      .optional()
      .describe(
        "By online endpoint and deployment, as their YAML names them: lets Azure Monitor choose how many instances there are. Default none",
      ),
    keyRotation: z
      .record(
        z.string(),
        keys({
          primary: z.string().min(1).optional().describe("Another word makes Azure give this key anew"),
          secondary: z.string().min(1).optional().describe("Never changed together with the other"),
        }),
      )
      .optional()
      .describe(
        "By online endpoint, as its YAML names it: the word that each of its keys is kept by. Default none",
      ),
  }),
  releases: z
    .record(z.string(), release)
    .describe(
      "By online endpoint, as its YAML names it: its one deployment is then released step by step under names of the program's making; `traffic` in the YAML does not count",
    ),
  promotion: promotion.optional(),
  prices: keys({
    asOf: z.iso.date().describe("Day that the prices are of"),
    currency: z.string().regex(/^[A-Z]{3}$/, 'three letters, like "EUR"'),
    perHour: z.record(z.string(), z.number().nonnegative()).describe("By VM size"),
  })
    .optional()
    .describe("What `npm run plan` reckons compute with. Default: it names no sums"),
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

export const isOpen = ({ openings }: Settings, opening: Opening): boolean => openings.includes(opening);
