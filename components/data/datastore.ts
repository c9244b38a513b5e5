import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";
import { longUri } from "./long-uri.ts";

type DatastoreProperties =
  | inputs.AzureBlobDatastoreArgs
  | inputs.AzureDataLakeGen1DatastoreArgs
  | inputs.AzureDataLakeGen2DatastoreArgs
  | inputs.AzureFileDatastoreArgs
  | inputs.OneLakeDatastoreArgs;

export interface DatastoreArgs {
  readonly workspace: InWorkspace;
  /** As jobs and assets name it: `azureml://datastores/<datastoreName>/paths/…`. */
  readonly datastoreName: string;
  /** As ARM has them. Credentials are kept as secrets. */
  readonly properties: DatastoreProperties;
}

/** A datastore over storage that others keep. {@link BlobDatastore} is over a container of the stage's own. */
export class Datastore extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Long form, for assets: `azureml://subscriptions/…/datastores/NAME`. */
  readonly uri: pulumi.Output<string>;

  constructor(name: string, args: DatastoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("data", "Datastore"), name, args, opts);
    const { workspace, datastoreName, properties } = args;

    const datastore = new ml.Datastore(
      name,
      {
        name: datastoreName,
        resourceGroupName: workspace.resourceGroupName,
        workspaceName: workspace.workspaceName,
        // The account may be closed to the network that this runs in.
        skipValidation: true,
        properties: { ...properties, credentials: hidden(properties.credentials) },
      },
      // The kind of storage cannot change, and the name is given.
      pulumi.mergeOptions(within(this, opts), {
        replaceOnChanges: ["properties.datastoreType"],
        deleteBeforeReplace: true,
      }),
    );

    this.id = datastore.id;
    this.uri = datastore.id.apply(longUri);
    this.registerOutputs({ id: datastore.id });
  }
}

/** Nothing to hide where the caller's own identity opens the storage. */
function hidden<T>(credentials: T): T {
  const none = (credentials as { readonly credentialsType?: string } | undefined)?.credentialsType === "None";
  return none ? credentials : (pulumi.secret(credentials) as T);
}
