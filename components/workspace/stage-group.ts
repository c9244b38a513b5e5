import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources/index.js";
import { RandomString } from "@pulumi/random";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { SUFFIX_LENGTH } from "../names.ts";
import type { Naming } from "../names.ts";

export interface StageGroupArgs {
  readonly naming: Naming;
  readonly location: string;
  /** Given to every resource of the stage that takes tags. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The ground that a stage stands on:
 *
 * 1. a unique suffix, the same in every name of the stage that must be unique beyond it
 * 2. the resource group
 */
export class StageGroup extends pulumi.ComponentResource {
  /** Handed to every other component of the stage. */
  readonly placement: Placement;
  readonly resourceGroupName: pulumi.Output<string>;
  readonly resourceGroupId: pulumi.Output<string>;
  readonly suffix: pulumi.Output<string>;

  constructor(name: string, args: StageGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("workspace", "StageGroup"), name, args, opts);
    const { naming, location, tags = {} } = args;

    const suffix = new RandomString(
      `${name}-suffix`,
      { length: SUFFIX_LENGTH, upper: false, special: false },
      within(this, opts),
    );
    const group = new resources.ResourceGroup(
      name,
      {
        resourceGroupName: nameOf({ naming, suffix: suffix.result }, "resourceGroup"),
        location,
        tags: { ...tags },
      },
      within(this, opts),
    );

    this.suffix = suffix.result;
    this.resourceGroupName = group.name;
    this.resourceGroupId = group.id;
    this.placement = { resourceGroupName: group.name, location, tags, naming, suffix: suffix.result };
    this.registerOutputs({ resourceGroupName: group.name, suffix: suffix.result });
  }
}
