/** What Azure refuses about an online endpoint, and about its deployments together. Pure. */
import type { OnlineEndpointSpec } from "../types.ts";
import { fewDeployments, finding, named, notWith, same } from "./rule.ts";
import type { Finding, Rule } from "./rule.ts";

/** What is known of an endpoint: a file alone does not tell its deployments, a program may not tell its name yet. */
export type OnlineEndpointFacts = Partial<
  Pick<
    OnlineEndpointSpec,
    "name" | "compute_type" | "auth_mode" | "traffic" | "mirror_traffic" | "public_network_access"
  >
> & {
  readonly deployments?: readonly { readonly name: string; readonly type?: "managed" | "kubernetes" }[];
};

type Shares = Readonly<Record<string, number>>;

const ROLLOUT = "how-to-safely-rollout-online-endpoints";
const REFERENCE = "reference-yaml-endpoint-online";
const MAPS = ["traffic", "mirror_traffic"] as const;

const isShare = (share: number) => Number.isInteger(share) && share >= 0 && share <= 100;
const total = (shares: Shares) => Object.values(shares).reduce((sum, share) => sum + share, 0);
const positive = (shares: Shares = {}) => Object.entries(shares).filter(([, share]) => share > 0);
const onKubernetes = ({ compute_type }: OnlineEndpointFacts) => compute_type === "kubernetes";
const inBoth = (
  facts: OnlineEndpointFacts,
  check: (key: (typeof MAPS)[number], shares: Shares) => Finding[],
) => MAPS.flatMap((key) => check(key, facts[key] ?? {}));

export const onlineEndpointRules: readonly Rule<OnlineEndpointFacts>[] = [
  named("endpoint name", "name"),
  {
    name: "shares are percentages",
    source: REFERENCE,
    check: (facts) =>
      inBoth(facts, (key, shares) =>
        Object.entries(shares)
          .filter(([, share]) => !isShare(share))
          .map(([name, share]) => finding([key, name], share, "a whole number, 0 to 100")),
      ),
  },
  {
    name: "each deployment has one share",
    source: "azure-ai-ml sends names in lower case",
    check: (facts) =>
      inBoth(facts, (key, shares) =>
        Object.keys(shares).flatMap((name, index, names) => {
          const first = names.findIndex((other) => same(other, name));
          return first === index
            ? []
            : [finding([key, name], name, `one share for a deployment; it is ${names[first]!} too`)];
        }),
      ),
  },
  {
    name: "traffic sums to 0 or 100",
    source: REFERENCE,
    check: ({ traffic = {} }) => {
      const sum = total(traffic);
      return !Object.values(traffic).every(isShare) || sum === 0 || sum === 100
        ? []
        : [{ path: ["traffic"], message: `percentages sum to ${sum}; allowed: a sum of 0 or 100` }];
    },
  },
  {
    name: "one deployment mirrors",
    source: ROLLOUT,
    check: ({ mirror_traffic }) => {
      const { length } = positive(mirror_traffic);
      return length > 1
        ? [{ path: ["mirror_traffic"], message: `found ${length} deployments; allowed: one` }]
        : [];
    },
  },
  {
    name: "mirror is at most half",
    source: ROLLOUT,
    check: ({ mirror_traffic }) =>
      positive(mirror_traffic)
        .filter(([, share]) => share > 50 && isShare(share))
        .map(([name, share]) => finding(["mirror_traffic", name], share, "at most 50")),
  },
  {
    name: "live or mirror",
    source: ROLLOUT,
    check: ({ traffic, mirror_traffic }) =>
      positive(mirror_traffic)
        .filter(([name]) => positive(traffic).some(([live]) => same(live, name)))
        .map(([name]) => ({
          path: ["mirror_traffic", name],
          message: "the deployment has live traffic; allowed: live or mirror traffic, not both",
        })),
  },
  {
    name: "no mirror on Kubernetes",
    source: ROLLOUT,
    check: (facts) => {
      const [first] = positive(facts.mirror_traffic);
      return first && onKubernetes(facts)
        ? [finding(["mirror_traffic"], facts.mirror_traffic, "none on a Kubernetes endpoint")]
        : [];
    },
  },
  {
    name: "no Entra sign-in on Kubernetes",
    source: "how-to-authenticate-online-endpoint",
    check: (facts) =>
      onKubernetes(facts) && facts.auth_mode === "aad_token"
        ? [
            {
              path: ["auth_mode"],
              message: "found aad_token on a Kubernetes endpoint; allowed there: key, aml_token",
            },
          ]
        : [],
  },
  notWith(
    "network access of managed endpoints",
    "azure-ai-ml, schema of Kubernetes endpoints",
    ["public_network_access"],
    onKubernetes,
    "nothing on a Kubernetes endpoint: the cluster's own network says who reaches it",
  ),
  {
    name: "traffic goes to deployments",
    source: REFERENCE,
    check: (facts) => {
      const { deployments } = facts;
      if (!deployments) return [];
      const names = deployments.map(({ name }) => name);
      return inBoth(facts, (key, shares) =>
        positive(shares)
          .filter(([name]) => !names.some((known) => same(known, name)))
          .map(([name]) =>
            finding([key, name], name, `the endpoint's deployments: ${names.join(", ") || "none"}`),
          ),
      );
    },
  },
  fewDeployments(),
  {
    name: "deployments are of the endpoint's kind",
    source: "how-to-deploy-online-endpoints",
    check: ({ compute_type, deployments = [] }) =>
      compute_type === undefined
        ? []
        : deployments
            .filter(({ type }) => type !== undefined && type !== compute_type)
            .map(({ name, type }) => ({
              path: ["compute"],
              message: `the endpoint is ${compute_type}, and its deployment ${name} is ${type!}; allowed: one kind for both`,
            })),
  },
];
