import * as pulumi from "@pulumi/pulumi";
import * as monitor from "@pulumi/azure-native/monitor/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { capacity, defaultThresholds, errorShareQuery, failedJobs, latency } from "./alert-plan.ts";
import type { MetricCondition, Thresholds } from "./alert-plan.ts";

export interface AlertsArgs {
  readonly placement: Placement;
  /** Who is written to. Without anybody, alerts show in the portal alone. */
  readonly emails: readonly string[];
  readonly workspaceId: pulumi.Input<string>;
  /** Where the endpoints' traffic is logged. */
  readonly logAnalyticsId: pulumi.Input<string>;
  /** ARM ids of online endpoints, by name. */
  readonly endpoints: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARM ids of their deployments, by a name of its own each. @default none */
  readonly deployments?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What differs from the defaults. @default see `alert-plan.ts` */
  readonly thresholds?: Partial<Thresholds>;
}

/**
 * What a stage wakes people up for:
 *
 * 1. a group of those people
 * 2. for each endpoint its share of failed requests and its latency, for each deployment its capacity
 * 3. for the workspace the jobs that fail
 */
export class Alerts extends pulumi.ComponentResource {
  readonly actionGroupId: pulumi.Output<string>;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("monitoring", "Alerts"), name, args, opts);
    const { placement, emails, endpoints, deployments = {} } = args;
    const { resourceGroupName, location } = placement;
    const tags = { ...placement.tags };
    const thresholds = { ...defaultThresholds, ...args.thresholds };

    const people = new monitor.ActionGroup(
      `${name}-people`,
      {
        actionGroupName: nameOf(placement, "actionGroup"),
        groupShortName: placement.naming.stage.slice(0, SHORT_NAME),
        resourceGroupName,
        location: "global",
        tags,
        enabled: true,
        emailReceivers: emails.map((emailAddress) => ({
          name: emailAddress,
          emailAddress,
          useCommonAlertSchema: true,
        })),
      },
      within(this, opts),
    );

    const watch = (target: string, scope: pulumi.Input<string>, condition: MetricCondition) => {
      const { key, by, description, severity, windowSize, evaluationFrequency, ...criterion } = condition;
      const purpose = [target, key].filter((part) => part !== "").join("-");
      new monitor.MetricAlert(
        `${name}-${purpose}`,
        {
          ruleName: nameOf(placement, "alert", purpose),
          resourceGroupName,
          location: "global",
          tags,
          description,
          severity,
          enabled: true,
          scopes: [scope],
          windowSize,
          evaluationFrequency,
          criteria: {
            odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            allOf: [
              {
                name: key,
                criterionType: "StaticThresholdCriterion",
                operator: "GreaterThan",
                ...criterion,
                dimensions: by === undefined ? [] : [{ name: by, operator: "Include", values: ["*"] }],
              },
            ],
          },
          actions: [{ actionGroupId: people.id }],
        },
        within(this, opts),
      );
    };
    for (const [endpoint, id] of Object.entries(endpoints)) {
      watch(endpoint, id, latency(thresholds));
      new monitor.ScheduledQueryRule(
        `${name}-${endpoint}-errors`,
        {
          ruleName: nameOf(placement, "alert", `${endpoint}-errors`),
          resourceGroupName,
          location,
          tags,
          kind: "LogAlert",
          displayName: `${endpoint}: failed requests`,
          description: `More than ${thresholds.errorSharePercent} % of the requests are answered with 5xx`,
          severity: 1,
          enabled: true,
          scopes: [args.logAnalyticsId],
          windowSize: "PT5M",
          evaluationFrequency: "PT5M",
          autoMitigate: true,
          // The table is there once the first request is logged.
          skipQueryValidation: true,
          criteria: {
            allOf: [
              {
                query: pulumi.output(id).apply(errorShareQuery),
                metricMeasureColumn: "ErrorSharePercent",
                timeAggregation: "Maximum",
                operator: "GreaterThan",
                threshold: thresholds.errorSharePercent,
                failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 },
              },
            ],
          },
          actions: { actionGroups: [people.id] },
        },
        within(this, opts),
      );
    }
    for (const [deployment, id] of Object.entries(deployments)) watch(deployment, id, capacity(thresholds));
    watch("", args.workspaceId, failedJobs(thresholds));

    this.actionGroupId = people.id;
    this.registerOutputs({ actionGroupId: people.id });
  }
}

/** What begins a text message: at most this long. */
const SHORT_NAME = 12;
