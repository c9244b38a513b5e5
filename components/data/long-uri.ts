/** The ARM id of a datastore to the URI that `modelUri` and `dataUri` take. Pure. */
export function longUri(id: string): string {
  const parts =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/.*\/workspaces\/([^/]+)\/datastores\/([^/]+)$/i.exec(
      id,
    );
  if (!parts) throw new Error(`not the id of a datastore: ${id}`);
  const [, subscription, group, workspace, datastore] = parts;
  return `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${workspace}/datastores/${datastore}`;
}
