/** The provider's plan of a release, for those who check one before anything is made. Pure. */
export {
  MONITORED_PERCENTILES as monitoredPercentiles,
  stepProblems as releaseStepProblems,
  stepsOf as releaseSteps,
} from "@azure-ml-as-code/provider/release-plan.ts";
export type { ReleasePlan } from "@azure-ml-as-code/provider/release-plan.ts";
