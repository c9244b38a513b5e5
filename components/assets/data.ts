import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token } from "../component.ts";
import { address, newFirst, versionName } from "./asset.ts";
import type { AssetArgs } from "./asset.ts";

export type DataArgs = AssetArgs<
  inputs.UriFolderDataVersionArgs | inputs.UriFileDataVersionArgs | inputs.MLTableDataArgs
>;

/** A version of a data asset: a file, a folder or an MLTable, named for jobs to read. */
export class Data extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: DataArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "Data"), name, args, opts);

    const version = new ml.DataVersion(
      versionName(name, args),
      { ...address(args), properties: args.properties },
      newFirst(name, this, opts),
    );

    this.id = version.id;
    this.registerOutputs({ id: version.id });
  }
}
