/** What Azure ML lets the traffic of an online endpoint be. Pure. */

export type Traffic = Readonly<Record<string, number>>;

export interface TrafficPlan {
  /** Percent of the requests, by deployment. */
  readonly traffic: Traffic;
  /** Percent of the requests that one deployment gets a copy of. */
  readonly mirrorTraffic: Traffic;
  /** Names of the endpoint's deployments. */
  readonly deployments: readonly string[];
}

/** Of one endpoint. */
export const MAX_DEPLOYMENTS = 20;

interface Rule {
  readonly fails: (plan: TrafficPlan) => boolean;
  readonly message: (plan: TrafficPlan) => string;
}

const total = (traffic: Traffic) => Object.values(traffic).reduce((sum, percent) => sum + percent, 0);
const show = (traffic: Traffic) => JSON.stringify(traffic);
const has = (names: readonly string[], name: string) =>
  names.some((other) => other.toLowerCase() === name.toLowerCase());
const weighted = (traffic: Traffic) => Object.keys(traffic).filter((name) => traffic[name] !== 0);
const strangers = ({ traffic, mirrorTraffic, deployments }: TrafficPlan) =>
  [...weighted(traffic), ...weighted(mirrorTraffic)].filter((name) => !has(deployments, name));
const isPercent = (value: number) => Number.isInteger(value) && value >= 0 && value <= 100;

/** Source: Azure ML's YAML reference for online endpoints and its guide to safe rollout. */
const rules: readonly Rule[] = [
  {
    fails: ({ traffic, mirrorTraffic }) =>
      ![...Object.values(traffic), ...Object.values(mirrorTraffic)].every(isPercent),
    message: ({ traffic, mirrorTraffic }) =>
      `percentages are whole numbers from 0 to 100: traffic ${show(traffic)}, mirror ${show(mirrorTraffic)}`,
  },
  {
    fails: ({ traffic }) => ![0, 100].includes(total(traffic)),
    message: ({ traffic }) =>
      `traffic sums to ${total(traffic)}: it must be 100, or 0 for none (${show(traffic)})`,
  },
  {
    fails: (plan) => strangers(plan).length > 0,
    message: (plan) =>
      `traffic goes to ${strangers(plan).join(", ")}: the endpoint's deployments are ${plan.deployments.join(", ") || "none"}`,
  },
  {
    fails: ({ mirrorTraffic }) => weighted(mirrorTraffic).length > 1 || total(mirrorTraffic) > 50,
    message: ({ mirrorTraffic }) => `one deployment can mirror, at most 50 percent: ${show(mirrorTraffic)}`,
  },
  {
    fails: ({ traffic, mirrorTraffic }) =>
      weighted(mirrorTraffic).some((name) => has(weighted(traffic), name)),
    message: ({ mirrorTraffic }) => `${weighted(mirrorTraffic).join(", ")} cannot both mirror and be live`,
  },
  {
    fails: ({ deployments }) => deployments.length > MAX_DEPLOYMENTS,
    message: ({ deployments }) =>
      `an endpoint has at most ${MAX_DEPLOYMENTS} deployments, this one ${deployments.length}`,
  },
];

/** All that Azure would refuse. */
export const trafficProblems = (plan: TrafficPlan): string[] =>
  rules.filter(({ fails }) => fails(plan)).map(({ message }) => message(plan));
