/** What Azure refuses about an endpoint, as a program says it: by the tables that YAML is checked with. Pure. */
import { onlineDeploymentFactsOf } from "../../specs/rules/arm-facts.ts";
import { onlineDeploymentRules } from "../../specs/rules/online-deployment.ts";
import { onlineEndpointRules } from "../../specs/rules/online-endpoint.ts";
import { findings } from "../../specs/rules/rule.ts";
import type { Finding } from "../../specs/rules/rule.ts";

/** Percent by deployment. */
export type Traffic = Readonly<Record<string, number>>;

interface Deployment {
  readonly properties: object;
  readonly instanceCount?: number;
}

/** Of the arguments of an endpoint, what decides whether Azure takes it. */
export interface Said {
  readonly computeId?: unknown;
  readonly authMode?: "AADToken" | "AMLToken" | "Key";
  readonly deployments?: Readonly<Record<string, Deployment>>;
  readonly traffic?: Traffic;
  readonly mirrorTraffic?: Traffic;
  readonly release?: { readonly deployment: Deployment };
}

const AUTH_MODES = { AADToken: "aad_token", AMLToken: "aml_token", Key: "key" } as const;
const inWords = (under: string, { path, message }: Finding) =>
  `${[under, ...path].filter((part) => part !== "").join(".")}: ${message}`;

/** Everything that is wrong, each with its place in the YAML's names. */
export function endpointProblems({ computeId, authMode = "AADToken", release, ...said }: Said): string[] {
  const { deployments = {}, traffic = {}, mirrorTraffic = {} } = said;
  const all: [string, Deployment][] = [
    ...Object.entries(deployments),
    ...(release ? [["release", release.deployment] satisfies [string, Deployment]] : []),
  ];
  const facts = all.map(
    ([name, { properties, instanceCount }]) =>
      [name, onlineDeploymentFactsOf({ ...properties }, instanceCount)] as const,
  );
  const endpoint = {
    compute_type: computeId === undefined ? ("managed" as const) : ("kubernetes" as const),
    auth_mode: AUTH_MODES[authMode],
    traffic,
    mirror_traffic: mirrorTraffic,
    deployments: facts.map(([name, { type = "managed" }]) => ({ name, type })),
  };
  return [
    ...findings(onlineEndpointRules, endpoint).map((one) => inWords("", one)),
    ...facts.flatMap(([name, fact]) =>
      findings(onlineDeploymentRules, name === "release" ? fact : { ...fact, name }).map((one) =>
        inWords(name, one),
      ),
    ),
  ];
}
