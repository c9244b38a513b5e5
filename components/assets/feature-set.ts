import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type FeatureSetArgs = AssetArgs<inputs.FeaturesetVersionPropertiesArgs>;

/** A version of a feature set, in a workspace that is a feature store. */
export class FeatureSet extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: FeatureSetArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "FeatureSet"), name, args, opts);

    const version = new ml.FeaturesetVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
