import * as pulumi from "@pulumi/pulumi";
import { ScheduleSwitch } from "@azure-ml-as-code/provider/sdk.ts";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface ScheduleArgs {
  readonly workspace: InWorkspace;
  readonly scheduleName: string;
  /** As ARM has them. */
  readonly properties: inputs.SchedulePropertiesArgs;
}

/** What is done at set times: a job, an import of data, a monitor. Turned off before it is deleted, as Azure wants it. */
export class Schedule extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("jobs", "Schedule"), name, args, opts);
    const { workspace, scheduleName, properties } = args;

    const schedule = new ml.Schedule(
      name,
      {
        name: scheduleName,
        resourceGroupName: workspace.resourceGroupName,
        workspaceName: workspace.workspaceName,
        properties,
      },
      pulumi.mergeOptions(within(this, opts), { deleteBeforeReplace: true }),
    );
    new ScheduleSwitch(`${name}-switch`, { scheduleId: schedule.id }, within(this, opts));

    this.id = schedule.id;
    this.registerOutputs({ id: schedule.id });
  }
}
