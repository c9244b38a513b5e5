/** How many instances a deployment has, by its load: settings of Azure Monitor. Source: Azure ML's guide to autoscaling. */
import * as monitor from "@pulumi/azure-native/monitor/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { regionAndTags, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

/** @public */
export interface Autoscale {
  readonly minInstances: number;
  readonly maxInstances: number;
  /** An instance more above this much CPU, the mean of five minutes. Percent. @default 70 */
  readonly scaleOutCpu?: number;
  /** An instance less below this much. Percent. @default 30 */
  readonly scaleInCpu?: number;
}

/** Of one deployment, as Azure ML has it. */
const MAX_INSTANCES = 50;

/** Everything that is wrong with them. */
export function autoscaleProblems(autoscale: Autoscale): string[] {
  const { minInstances: min, maxInstances: max, scaleOutCpu = 70, scaleInCpu = 30 } = autoscale;
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= MAX_INSTANCES;
  return [
    ...(isCount(min) && isCount(max) && min <= max
      ? []
      : [`autoscale goes from ${min} to ${max} instances: whole numbers from 1 to ${MAX_INSTANCES}, rising`]),
    ...(scaleInCpu > 0 && scaleInCpu < scaleOutCpu && scaleOutCpu <= 100
      ? []
      : [`autoscale goes in below ${scaleInCpu} and out above ${scaleOutCpu} percent: 1 to 100, rising`]),
  ];
}

interface Target {
  readonly name: string;
  readonly workspace: InWorkspace;
  /** ARM id of the deployment. */
  readonly deploymentId: pulumi.Input<string>;
  readonly autoscale: Autoscale;
}

export function autoscaleSetting(
  { name, workspace, deploymentId, autoscale }: Target,
  parent: pulumi.ComponentResource,
  opts?: pulumi.ComponentResourceOptions,
): monitor.AutoscaleSetting {
  const { minInstances, maxInstances, scaleOutCpu = 70, scaleInCpu = 30 } = autoscale;
  const rule = (
    operator: "GreaterThan" | "LessThan",
    threshold: number,
    direction: "Increase" | "Decrease",
  ) => ({
    metricTrigger: {
      metricName: "CpuUtilizationPercentage",
      metricResourceUri: deploymentId,
      timeGrain: "PT1M",
      statistic: monitor.MetricStatisticType.Average,
      timeWindow: "PT5M",
      timeAggregation: monitor.TimeAggregationType.Average,
      operator,
      threshold,
    },
    scaleAction: { direction, type: monitor.ScaleType.ChangeCount, value: "1", cooldown: "PT5M" },
  });
  return new monitor.AutoscaleSetting(
    name,
    {
      resourceGroupName: workspace.resourceGroupName,
      ...regionAndTags(workspace),
      enabled: true,
      targetResourceUri: deploymentId,
      profiles: [
        {
          name: "load",
          capacity: {
            minimum: String(minInstances),
            maximum: String(maxInstances),
            default: String(minInstances),
          },
          rules: [rule("GreaterThan", scaleOutCpu, "Increase"), rule("LessThan", scaleInCpu, "Decrease")],
        },
      ],
    },
    within(parent, opts),
  );
}
