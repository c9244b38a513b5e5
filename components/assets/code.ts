import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type CodeArgs = AssetArgs<inputs.CodeVersionPropertiesArgs>;

/** A version of a code asset: a folder with scoring scripts, uploaded already. */
export class Code extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: CodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "Code"), name, args, opts);

    const version = new ml.CodeVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
