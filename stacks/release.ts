/** What a stage file says of a release, as the component takes it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { releaseSteps, releaseStepProblems } from "../components/endpoints/release-plan.ts";
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

const bakeTime = (plan: ReleasePlan) =>
  releaseSteps(plan).reduce((sum, { bakeSeconds }) => sum + bakeSeconds, 0);

/** @param sample the endpoint's sample request. Files are relative to `root`. */
export function releaseArgs(settings: ReleaseSettings, sample: string | undefined, root: string) {
  const { plan, maxErrorSharePercent = 0, latency, minimumSamples = DEFAULT_SAMPLES } = settings;
  return {
    plan,
    gates: {
      smoke: smokeOf(settings, sample).map(({ request, status = 200, ...rest }) => ({
        request: readFileSync(join(root, request), "utf8"),
        status,
        ...("answer" in rest && rest.answer !== undefined && { answer: rest.answer }),
      })),
      maxErrorShare: maxErrorSharePercent,
      ...(latency && { latency }),
      minimumSamples,
    },
    deadlineSeconds: settings.deadlineSeconds ?? bakeTime(plan) + DEFAULT_MARGIN,
  };
}

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
      ...missing.map(({ request }) => at(`found ${show(request)}; there is no such file`, "smoke")),
      ...(deadlineSeconds !== undefined && deadlineSeconds <= bakeTime(release.plan)
        ? [
            at(
              `found ${deadlineSeconds}; allowed: more than all bake times, ${bakeTime(release.plan)}`,
              "deadlineSeconds",
            ),
          ]
        : []),
    ];
  });
}
