import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type ComponentArgs = AssetArgs<inputs.ComponentVersionPropertiesArgs>;

/** A version of a component: a step that pipelines are made of, or a pipeline of such steps. */
export class Component extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ComponentArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "Component"), name, args, opts);

    const version = new ml.ComponentVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
