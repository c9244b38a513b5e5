/** What the references of specs mean in a stage: what it makes, and what the workspace has already. */
import type * as pulumi from "@pulumi/pulumi";
import { resourceIds } from "../specs/resource-ids.ts";
import type { Reference, ReferenceResolver } from "../specs/types.ts";

type Id = pulumi.Input<string>;

/** @param made the id or URI of what the stage makes; nothing for what is there already. */
export const referenceResolver =
  (
    workspaceId: pulumi.Output<string>,
    made: (reference: Reference) => Id | undefined,
  ): ReferenceResolver<Id> =>
  (reference) =>
    made(reference) ?? workspaceId.apply((id) => resourceIds(scopeOf(id))(reference));

function scopeOf(workspaceId: string) {
  const [, , subscription, , resourceGroup] = workspaceId.split("/");
  const workspace = workspaceId.split("/").at(-1);
  if (!subscription || !resourceGroup || !workspace)
    throw new Error(`not the id of a workspace: ${workspaceId}`);
  return { subscription, resourceGroup, workspace };
}
