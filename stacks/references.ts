/** What the references of specs mean in a stage: what it makes, and what the workspace has already. */
import * as pulumi from "@pulumi/pulumi";
import { resourceIds } from "../specs/resource-ids.ts";
import type { Reference, ReferenceResolver } from "../specs/types.ts";

type Id = pulumi.Input<string>;

/**
 * @param made the id or URI of what the stage makes; nothing for what is there already.
 * @param known the id of what is in the workspace, from what it would be: fails where it is not there. Some references
 * mean nothing that could be looked for, as a URI.
 */
export const referenceResolver = (
  workspaceId: pulumi.Output<string>,
  made: (reference: Reference) => Id | undefined,
  known: (reference: Reference, id: string) => pulumi.Input<string> = (_, id) => id,
): ReferenceResolver<Id> => {
  const resolve = (reference: Reference): Id => {
    if (reference.kind === "prefixed") return pulumi.output(resolve(reference.of)).apply(prefixed);
    return (
      made(reference) ??
      pulumi.output(workspaceId.apply((id) => known(reference, resourceIds(scopeOf(id))(reference))))
    );
  };
  return resolve;
};

const prefixed = (id: string): string => (id.startsWith("azureml:") ? id : `azureml:${id}`);

function scopeOf(workspaceId: string) {
  const [, , subscription, , resourceGroup] = workspaceId.split("/");
  const workspace = workspaceId.split("/").at(-1);
  if (!subscription || !resourceGroup || !workspace)
    throw new Error(`not the id of a workspace: ${workspaceId}`);
  return { subscription, resourceGroup, workspace };
}
