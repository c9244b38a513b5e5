import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type FeatureStoreEntityArgs = AssetArgs<inputs.FeaturestoreEntityVersionPropertiesArgs>;

/** A version of what feature sets are about, in a workspace that is a feature store. */
export class FeatureStoreEntity extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: FeatureStoreEntityArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "FeatureStoreEntity"), name, args, opts);

    const version = new ml.FeaturestoreEntityVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
