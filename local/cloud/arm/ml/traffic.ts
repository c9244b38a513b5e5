/** The rules of an endpoint's traffic: pure. */

export interface TrafficState {
  /** As asked for. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** The map that is live; undefined while the endpoint is made. */
  readonly before: Readonly<Record<string, number>> | undefined;
  /** Provisioning state by deployment name, as the deployments spell it. */
  readonly deployments: Readonly<Record<string, string>>;
  readonly kubernetes: boolean;
}

/** Everything that is wrong with the maps; empty if they may be set. */
export function trafficProblems(state: TrafficState): string[] {
  const traffic = Object.entries(spelled(state.traffic, state.deployments));
  const mirror = Object.entries(spelled(state.mirrorTraffic, state.deployments));
  const problems: string[] = [];
  const shares = [...traffic, ...mirror];
  for (const [name, share] of shares)
    if (!Number.isInteger(share) || share < 0 || share > 100)
      problems.push(`The share of '${name}' is ${String(share)}; whole numbers from 0 to 100 are allowed.`);
  if (state.before === undefined && shares.length) {
    problems.push(
      "Traffic cannot be set when an endpoint is created: the deployments that it names must exist first.",
    );
    return problems;
  }
  const sum = traffic.reduce((total, [, share]) => total + share, 0);
  if (sum !== 0 && sum !== 100) problems.push(`Traffic sums to ${String(sum)}; it must sum to 0 or 100.`);
  for (const [name] of shares)
    if (!Object.hasOwn(state.deployments, name))
      problems.push(`Traffic names the deployment '${name}', which does not exist.`);
  const live = spelled(state.before ?? {}, state.deployments);
  for (const [name, share] of shares) {
    const provisioning = state.deployments[name];
    if (provisioning !== undefined && provisioning !== "Succeeded" && share > (live[name] ?? 0))
      problems.push(
        `Traffic cannot be shifted to the deployment '${name}', which is ${provisioning}, not Succeeded.`,
      );
  }
  return [...problems, ...mirrorProblems(mirror, Object.fromEntries(traffic), state.kubernetes)];
}

function* mirrorProblems(
  mirror: readonly [string, number][],
  live: Readonly<Record<string, number>>,
  kubernetes: boolean,
): Generator<string> {
  const mirrored = mirror.filter(([, share]) => share > 0);
  if (mirrored.length && kubernetes) yield "Kubernetes endpoints do not mirror traffic.";
  if (mirrored.length > 1)
    yield `Traffic can be mirrored to one deployment only, not to ${mirrored.map(([name]) => name).join(", ")}.`;
  for (const [name, share] of mirrored) {
    if (share > 50) yield `At most 50 percent can be mirrored, not ${String(share)}.`;
    if ((live[name] ?? 0) > 0)
      yield `The deployment '${name}' cannot have live and mirrored traffic at once.`;
  }
}

/** The map with names as the deployments spell them: clients send them in lower case. */
export function spelled(
  map: Readonly<Record<string, number>>,
  deployments: Readonly<Record<string, unknown>>,
): Record<string, number> {
  const names = new Map(Object.keys(deployments).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(map).map(([name, share]) => [names.get(name.toLowerCase()) ?? name, share]),
  );
}
