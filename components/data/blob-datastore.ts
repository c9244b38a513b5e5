import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";
import { longUri } from "./long-uri.ts";
import { storageEndpoint } from "./storage-endpoint.ts";

export interface BlobDatastoreArgs {
  readonly workspace: InWorkspace;
  /** As jobs and assets name it: `azureml://datastores/<datastoreName>/paths/…`. */
  readonly datastoreName: string;
  readonly description?: string;
  readonly accountName: pulumi.Input<string>;
  readonly containerName: pulumi.Input<string>;
  /** Of the account: tells which cloud it is in. */
  readonly blobEndpoint: pulumi.Input<string>;
  /** Of the account; without them the studio cannot show it. */
  readonly subscriptionId: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
}

/** A datastore over a blob container that holds no key: who reads or writes does it under its own identity. */
export class BlobDatastore extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Long form, for assets: `azureml://subscriptions/…/datastores/NAME`. */
  readonly uri: pulumi.Output<string>;

  constructor(name: string, args: BlobDatastoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("data", "BlobDatastore"), name, args, opts);
    const { workspace, accountName } = args;

    const datastore = new ml.Datastore(
      name,
      {
        name: args.datastoreName,
        resourceGroupName: workspace.resourceGroupName,
        workspaceName: workspace.workspaceName,
        // The account may be closed to the network that this runs in.
        skipValidation: true,
        properties: {
          datastoreType: "AzureBlob",
          ...(args.description !== undefined && { description: args.description }),
          accountName,
          containerName: args.containerName,
          endpoint: pulumi
            .all([args.blobEndpoint, accountName])
            .apply(([url, account]) => storageEndpoint(url, account)),
          protocol: "https",
          subscriptionId: args.subscriptionId,
          resourceGroup: args.resourceGroupName,
          // Azure takes both or neither.
          credentials: { credentialsType: "None" },
          serviceDataAccessAuthIdentity: "WorkspaceUserAssignedIdentity",
        },
      },
      within(this, opts),
    );

    this.id = datastore.id;
    this.uri = datastore.id.apply(longUri);
    this.registerOutputs({ id: datastore.id });
  }
}
