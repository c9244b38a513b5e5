import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type EnvironmentArgs = AssetArgs<inputs.EnvironmentVersionPropertiesArgs>;

/** A version of an environment: an image, an image with a conda file on top, or a build context. */
export class Environment extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "Environment"), name, args, opts);

    const version = new ml.EnvironmentVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
