/** What a stage's settings must be together, beyond what each may be alone. Pure. */
import { lifecycleProblem } from "../components/data/lifecycle-plan.ts";
import { nameProblem } from "../components/names.ts";
import { outboundProblems } from "../components/workspace/outbound-rules.ts";
import { show } from "../specs/problems.ts";
import type { KeyPath } from "../specs/types.ts";
import { planNetwork } from "./network-plan.ts";
import type { Settings } from "./settings.ts";

export interface Finding {
  readonly path: KeyPath;
  readonly message: string;
}

type Rule = (settings: Settings) => readonly Finding[];

/** The container, and the datastore over it, that a stage uploads to. */
export const UPLOADS = "uploads";
/** Those that Azure makes in every workspace. */
export const builtInDatastores = [
  "workspaceblobstore",
  "workspacefilestore",
  "workspaceartifactstore",
  "workspaceworkingdirectory",
];

const found = (value: unknown, allowed: string) => `found ${show(value)}; allowed: ${allowed}`;

const rules: readonly Rule[] = [
  function clusterNames({ clusters }) {
    return Object.keys(clusters).flatMap((name) => {
      const problem = nameProblem("computeCluster", name);
      return problem === undefined ? [] : [{ path: ["clusters", name], message: `${show(name)} ${problem}` }];
    });
  },
  function clusterSizes({ clusters }) {
    return Object.entries(clusters)
      .filter(([, { minNodes = 0, maxNodes }]) => minNodes > maxNodes)
      .map(([name, { minNodes, maxNodes }]) => ({
        path: ["clusters", name, "minNodes"],
        message: found(minNodes, `at most maxNodes, which is ${maxNodes}`),
      }));
  },
  function datastoreNames({ datastores }) {
    return Object.keys(datastores).flatMap((name) => {
      const problem = [...builtInDatastores, UPLOADS].includes(name)
        ? "is made for every stage: choose another name"
        : nameProblem("datastore", name);
      return problem === undefined
        ? []
        : [{ path: ["datastores", name], message: `${show(name)} ${problem}` }];
    });
  },
  function containerNames({ datastores }) {
    return Object.entries(datastores).flatMap(([name, { container }]) => {
      const problem =
        container === UPLOADS
          ? "is the stage's own: choose another"
          : nameProblem("blobContainer", container);
      return problem === undefined
        ? []
        : [{ path: ["datastores", name, "container"], message: `${show(container)} ${problem}` }];
    });
  },
  function containersOfStorage({ storage: { containers = {} } }) {
    return Object.entries(containers).flatMap(([name, ages]) => {
      const problem =
        name === UPLOADS
          ? "is the stage's own, and what is in it is never old: choose another"
          : (nameProblem("blobContainer", name) ??
            (Object.keys(ages).length > 0 ? lifecycleProblem(ages) : undefined));
      return problem === undefined
        ? []
        : [{ path: ["storage", "containers", name], message: `${show(name)} ${problem}` }];
    });
  },
  function onlyClosedRegistriesHaveZones({ openings, registry: { zoneRedundant, untaggedDays } }) {
    return openings.includes("publicNetworkAccess") && (zoneRedundant || untaggedDays !== undefined)
      ? [
          {
            path: ["registry", zoneRedundant ? "zoneRedundant" : "untaggedDays"],
            message: found(
              zoneRedundant ? true : untaggedDays,
              "nothing in a stage that opens publicNetworkAccess: its registry is of the kind that has neither",
            ),
          },
        ]
      : [];
  },
  function tagNames({ tags }) {
    const odd = Object.keys(tags).filter((name) => !/^[^<>%&\\?/]{1,512}$/.test(name));
    const many = Object.keys(tags).length > 45;
    return [
      ...odd.map((name) => ({
        path: ["tags", name],
        message: found(name, "1 to 512 characters, none of <>%&\\?/"),
      })),
      ...(many ? [{ path: ["tags"], message: found(Object.keys(tags).length, "at most 45 tags") }] : []),
    ];
  },
  function keysOnlyWhereOpened({ openings, endpoints: { authMode = "aad_token" } }) {
    return authMode === "aad_token" || openings.includes("keyAuthentication")
      ? []
      : [
          {
            path: ["endpoints", "authMode"],
            message: found(authMode, "aad_token, or the opening keyAuthentication"),
          },
        ];
  },
  function outboundRulesFit({ isolation, workspace: { outboundRules = {}, firewallSku } }) {
    return [
      ...Object.entries(outboundProblems(isolation, outboundRules)).map(([name, message]) => ({
        path: ["workspace", "outboundRules", name],
        message,
      })),
      ...(firewallSku && isolation !== "approved-outbound"
        ? [
            {
              path: ["workspace", "firewallSku"],
              message: found(firewallSku, "nothing, unless isolation is approved-outbound"),
            },
          ]
        : []),
    ];
  },
  function imagesAreBuiltByACluster({ clusters, workspace: { imageBuildCompute } }) {
    return imageBuildCompute === undefined || imageBuildCompute in clusters
      ? []
      : [
          {
            path: ["workspace", "imageBuildCompute"],
            message: found(
              imageBuildCompute,
              `a cluster of this stage: ${Object.keys(clusters).join(", ") || "none"}`,
            ),
          },
        ];
  },
  function networkFits({ network, clusters, isolation }) {
    if (network.kind !== "own") return [];
    return planNetwork(network, clusters, isolation !== "none").problems.map((message) => ({
      path: ["network", "addressSpace"],
      message,
    }));
  },
  function nodesNeedANetwork({ openings, isolation, clusters, network }) {
    return isolation !== "none" ||
      openings.includes("publicNetworkAccess") ||
      network.kind === "own" ||
      (network.kind === "given" && network.nodesSubnetId !== undefined) ||
      Object.keys(clusters).length === 0
      ? []
      : [
          {
            path: ["isolation"],
            message: found(
              isolation,
              "a managed network, or a network with a subnet for nodes: they have no public addresses in a closed stage",
            ),
          },
        ];
  },
  function protectedIsNotPurged({ protect, purgeOnDestroy }) {
    return protect && purgeOnDestroy
      ? [
          {
            path: ["purgeOnDestroy"],
            message: found(true, "false while protect is true: nothing can be destroyed"),
          },
        ]
      : [];
  },
];

/** Everything that is wrong. */
export const ruleFindings = (settings: Settings): Finding[] => rules.flatMap((rule) => rule(settings));
