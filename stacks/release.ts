/** What a stage file says of a release, as the component takes it. */
import { autoscaleProblems } from "../components/endpoints/autoscale.ts";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  monitoredPercentiles,
  releaseSteps,
  releaseStepProblems,
} from "../components/endpoints/release-plan.ts";
import type { ReleasePlan } from "../components/endpoints/release-plan.ts";
import { show } from "../specs/problems.ts";
import type { Finding } from "./rules.ts";
import type { ReleaseSettings, Settings } from "./settings.ts";
import type { WorkloadPlan } from "./workload-plan.ts";

const DEFAULT_SAMPLES = 20;
/** Beside the bake times. Seconds. */
const DEFAULT_MARGIN = 1800;

const smokeOf = ({ smoke }: ReleaseSettings, sample: string | undefined) =>
  smoke ?? (sample === undefined ? [] : [{ request: sample }]);

const bakeTime = ({ plan, mirror }: { plan: ReleasePlan; mirror?: { bakeSeconds: number } | undefined }) =>
  releaseSteps(plan).reduce((sum, { bakeSeconds }) => sum + bakeSeconds, mirror?.bakeSeconds ?? 0);

/** Without keys for what was left unsaid. */
const defined = ({ percentile, maxMs, maxTimesStable }: NonNullable<ReleaseSettings["latency"]>) => ({
  percentile,
  ...(maxMs !== undefined && { maxMs }),
  ...(maxTimesStable !== undefined && { maxTimesStable }),
});

/** @param sample the endpoint's sample request. Files are relative to `root`. */
export function releaseArgs(settings: ReleaseSettings, sample: string | undefined, root: string) {
  const { plan, mirror, drift, measure, maxErrorSharePercent = 0, latency } = settings;
  const { minimumSamples = DEFAULT_SAMPLES, maxErrorShareAboveStablePercent: above } = settings;
  return {
    plan,
    ...(mirror && { mirror }),
    ...(drift && { drift }),
    gates: {
      smoke: smokeOf(settings, sample).map(({ request, status = 200, ...rest }) => ({
        request: readFileSync(join(root, request), "utf8"),
        status,
        ...("answer" in rest && rest.answer !== undefined && { answer: rest.answer }),
        ...("schema" in rest && rest.schema !== undefined && { schema: rest.schema }),
      })),
      maxErrorShare: maxErrorSharePercent,
      ...(above !== undefined && { maxErrorShareAboveStable: above }),
      ...(latency && { latency: defined(latency) }),
      ...(measure && { measure }),
      minimumSamples,
    },
    deadlineSeconds: settings.deadlineSeconds ?? bakeTime(settings) + DEFAULT_MARGIN,
  };
}

/** What is wrong with gates whatever the endpoint. */
function gateFindings({ latency, measure }: ReleaseSettings): { path: string[]; message: string }[] {
  if (!latency) return [];
  const { percentile, maxMs, maxTimesStable } = latency;
  const monitored = measure !== "azureMonitor" || monitoredPercentiles.includes(percentile);
  return [
    ...(maxMs === undefined && maxTimesStable === undefined
      ? [{ path: ["latency"], message: "has no limit; allowed: maxMs, maxTimesStable or both" }]
      : []),
    ...(monitored
      ? []
      : [
          {
            path: ["latency", "percentile"],
            message: `found ${percentile}; allowed of Azure Monitor: ${monitoredPercentiles.join(", ")}`,
          },
        ]),
  ];
}

/** Words for keys of endpoints that are not there, or have none. */
export const rotationFindings = ({ endpoints }: Settings, { onlineEndpoints }: WorkloadPlan): Finding[] =>
  Object.keys(endpoints.keyRotation ?? {}).flatMap((name) => {
    const withKeys = onlineEndpoints
      .filter(({ document: { spec } }) => (endpoints.authMode ?? spec.auth_mode) === "key")
      .map(({ document }) => document.name);
    return withKeys.includes(name)
      ? []
      : [
          {
            path: ["endpoints", "keyRotation", name],
            message: `found ${show(name)}; allowed: the online endpoints with keys: ${withKeys.join(", ") || "none"}`,
          },
        ];
  });

/** Autoscale for what is not there, or between limits that are none. */
export const autoscaleFindings = ({ endpoints }: Settings, { onlineEndpoints }: WorkloadPlan): Finding[] =>
  Object.entries(endpoints.autoscale ?? {}).flatMap(([name, deployments]) => {
    const endpoint = onlineEndpoints.find(({ document }) => document.name === name);
    const managed = endpoint?.deployments.filter(({ spec }) => spec.type === "managed") ?? [];
    return Object.entries(deployments).flatMap(([deployment, autoscale]): Finding[] => {
      const path = ["endpoints", "autoscale", name, deployment];
      const names = managed.map((one) => one.name);
      return names.includes(deployment)
        ? autoscaleProblems(autoscale).map((message) => ({ path, message }))
        : [
            {
              path,
              message: `found ${show(deployment)}; allowed: managed deployments of online endpoints, of ${name}: ${names.join(", ") || "none"}`,
            },
          ];
    });
  });

/** Everything that is wrong with the releases of a stage. */
export function releaseFindings(
  { releases }: Settings,
  { onlineEndpoints }: WorkloadPlan,
  root: string,
): Finding[] {
  return Object.entries(releases).flatMap(([name, release]) => {
    const at = (message: string, ...path: string[]) => ({ path: ["releases", name, ...path], message });
    const endpoint = onlineEndpoints.find(({ document }) => document.name === name);
    const known = onlineEndpoints.map(({ document }) => document.name).join(", ") || "none";
    if (!endpoint)
      return [at(`found ${show(name)}; allowed: the online endpoints of the workloads: ${known}`)];
    const smoke = smokeOf(release, endpoint.sample);
    const missing = smoke.filter(({ request }) => !existsSync(join(root, request)));
    const { deadlineSeconds } = release;
    return [
      ...releaseStepProblems(releaseSteps(release.plan)).map((problem) => at(problem, "plan")),
      ...(endpoint.deployments.length === 1
        ? []
        : [at(`the endpoint has ${endpoint.deployments.length} deployments; a release takes one`)]),
      ...(smoke.length === 0
        ? [at("is missing: the endpoint has no sample request to be tried with", "smoke")]
        : []),
      ...gateFindings(release).map(({ path, message }) => at(message, ...path)),
      ...missing.map(({ request }) => at(`found ${show(request)}; there is no such file`, "smoke")),
      ...(deadlineSeconds !== undefined && deadlineSeconds <= bakeTime(release)
        ? [
            at(
              `found ${deadlineSeconds}; allowed: more than all bake times, ${bakeTime(release)}`,
              "deadlineSeconds",
            ),
          ]
        : []),
    ];
  });
}
