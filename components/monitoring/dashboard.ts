import * as pulumi from "@pulumi/pulumi";
import * as applicationinsights from "@pulumi/azure-native/applicationinsights/index.js";
import { RandomUuid } from "@pulumi/random";
import { token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { workbook } from "./dashboard-plan.ts";

export interface DashboardArgs {
  readonly placement: Placement;
  readonly logAnalyticsId: pulumi.Input<string>;
}

/** A workbook that shows how endpoints, jobs and clusters of a stage do. */
export class Dashboard extends pulumi.ComponentResource {
  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("monitoring", "Dashboard"), name, args, opts);
    const { placement, logAnalyticsId } = args;
    const { workload, stage } = placement.naming;

    // Azure names workbooks by GUIDs, and people see another name.
    const id = new RandomUuid(`${name}-id`, {}, within(this, opts));
    new applicationinsights.Workbook(
      name,
      {
        resourceName: id.result,
        resourceGroupName: placement.resourceGroupName,
        location: placement.location,
        tags: { ...placement.tags },
        displayName: `Machine learning: ${workload} ${stage}`,
        category: "workbook",
        kind: "shared",
        sourceId: pulumi.output(logAnalyticsId).apply((source) => source.toLowerCase()),
        serializedData: pulumi.output(logAnalyticsId).apply(workbook),
      },
      within(this, opts),
    );
    this.registerOutputs({});
  }
}
