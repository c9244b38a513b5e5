import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { token, within } from "../component.ts";

export interface LocksArgs {
  /** ARM ids, by a name of its own each. */
  readonly targets: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Locks that nobody deletes past, whatever their role, before the lock is gone. They hold for everything in the target
 * too: a lock on a workspace or a resource group would hold up every release, so neither is for them.
 */
export class Locks extends pulumi.ComponentResource {
  constructor(name: string, args: LocksArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "Locks"), name, args, opts);
    for (const [target, scope] of Object.entries(args.targets))
      new authorization.ManagementLockByScope(
        `${name}-${target}`,
        {
          lockName: "do-not-delete",
          scope,
          level: "CanNotDelete",
          notes: "Holds data that nothing else has. Remove the lock in the stage's configuration first.",
        },
        within(this, opts),
      );
    this.registerOutputs({});
  }
}
