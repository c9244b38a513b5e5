import * as pulumi from "@pulumi/pulumi";
import { Upload } from "@azure-ml-as-code/provider/sdk.ts";
import { token, within } from "../component.ts";
import type { LocalContent } from "./content.ts";

export interface UploadsArgs {
  readonly blobEndpoint: pulumi.Input<string>;
  readonly container: pulumi.Input<string>;
  /** Long form of a datastore over that container. */
  readonly datastoreUri: pulumi.Input<string>;
  /** By a name that stays: it ends the upload's logical name. */
  readonly contents: Readonly<Record<string, LocalContent>>;
}

export interface Uploaded {
  /** `https://…`, for code. */
  readonly url: pulumi.Output<string>;
  /** `azureml://…/datastores/…/paths/…`, for models and data: read under the reader's identity. */
  readonly uri: pulumi.Output<string>;
}

/**
 * Code, models and data of the project in a blob container, each at a path that its content names: what is there is not
 * sent again, and nothing is ever overwritten. Let it depend on the role that lets the deployer write blobs.
 */
export class Uploads extends pulumi.ComponentResource {
  /** By the names given. */
  readonly uploaded: Readonly<Record<string, Uploaded>>;

  constructor(name: string, args: UploadsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("assets", "Uploads"), name, args, opts);
    const { blobEndpoint, container, datastoreUri, contents } = args;

    const upload = ([key, { source, hash }]: [string, LocalContent]): [string, Uploaded] => {
      const { url, path } = new Upload(
        `${name}-${key}`,
        { source, hash, blobEndpoint, container },
        within(this, opts),
      );
      return [key, { url, uri: pulumi.interpolate`${datastoreUri}/paths/${path}` }];
    };

    this.uploaded = Object.fromEntries(Object.entries(contents).map(upload));
    this.registerOutputs({});
  }
}
