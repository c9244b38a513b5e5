import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface ConnectionArgs {
  readonly workspace: InWorkspace;
  readonly connectionName: string;
  /** As ARM has them, `authType` among them. Credentials are kept as secrets. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A way from the workspace to what is outside of it, with what opens it. */
export class Connection extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ConnectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("workspace", "Connection"), name, args, opts);
    const { workspace, connectionName, properties } = args;
    const { credentials, ...open } = properties;

    const connection = new ml.WorkspaceConnection(
      name,
      {
        connectionName,
        resourceGroupName: workspace.resourceGroupName,
        workspaceName: workspace.workspaceName,
        // One of a dozen types; `authType` says which.
        properties: {
          ...open,
          ...(credentials !== undefined && { credentials: pulumi.secret(credentials) }),
        } as never,
      },
      pulumi.mergeOptions(within(this, opts), { deleteBeforeReplace: true }),
    );

    this.id = connection.id;
    this.registerOutputs({ id: connection.id });
  }
}
