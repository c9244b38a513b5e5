/** Compares a body of `render` with that of azure-ai-ml. */

/** What stands for an id or a URI that only an upload or a registration gives. */
const LOCAL = Symbol("made from what is beside the file");
const ANONYMOUS =
  /\/codes\/[0-9a-f-]{36}\/versions\/1$|\/models\/[0-9a-f-]{36}\/versions\/1$|CliV2AnonymousEnvironment|azureml_anonymous|\/paths\/LocalUpload\//;
const CHILD =
  /^(?:azureml:)?\/subscriptions\/0{8}-[0-9a-f-]*\/resourceGroups\/rg\/providers\/Microsoft\.MachineLearningServices\/workspaces\/ws\/[^/]+\/([^/]+)(?:\/(?:versions|deployments)\/(.+))?$/;
const LONG =
  /^azureml:\/\/subscriptions\/0{8}-[0-9a-f-]*\/resourcegroups\/rg\/workspaces\/ws\/(datastores\/.*)$/;

/** Ours, with each id of the workspace as `name` or `name:version`. */
function short(value: string): string | typeof LOCAL {
  if (ANONYMOUS.test(value)) return LOCAL;
  const [, name, version] = CHILD.exec(value) ?? [];
  if (name !== undefined) return version === undefined ? name : `${name}:${version}`;
  const [, rest] = LONG.exec(value) ?? [];
  return rest === undefined ? value.replace(/^azureml:(?!\/\/)/, "").replace("@", ":") : `azureml://${rest}`;
}

/** Theirs: what the client's operations would still resolve is as the file has it. */
const plain = (value: string): string => value.replace(/^azureml:(?!\/\/)/, "").replace("@", ":");

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether theirs is something local: a path, an entity, or its YAML. */
const isLocal = (theirs: unknown): boolean =>
  isObject(theirs)
    ? "entity" in theirs || "name" in theirs
    : typeof theirs === "string" && !/^https?:/.test(theirs);

/** `path: ours / theirs` of each difference. Absent and null are the same; so are numbers and their text. */
export function differences(ours: unknown, theirs: unknown, path = ""): string[] {
  const shown = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));
  const told = [`${path}: ${shown(ours)} / ${shown(theirs)}`];
  if (ours === undefined || ours === null || theirs === undefined || theirs === null)
    return (ours ?? undefined) === (theirs ?? undefined) ? [] : told;
  if (ours === theirs) return [];
  if (typeof ours === "string") {
    const mine = short(ours);
    if (mine === LOCAL) return isLocal(theirs) ? [] : told;
    // Written in place under a name of its own: registered first, by that name.
    if (isObject(theirs) && "entity" in theirs && CHILD.test(ours)) return [];
    return typeof theirs === "string" && mine === (short(theirs) === LOCAL ? theirs : plain(theirs))
      ? []
      : told;
  }
  if (Array.isArray(ours))
    return Array.isArray(theirs) && ours.length === theirs.length
      ? ours.flatMap((item, index) => differences(item, theirs[index], `${path}[${String(index)}]`))
      : told;
  // The trial of a sweep: registered by the client's operations, which then name its id.
  if (isObject(ours) && typeof ours["componentId"] === "string" && short(ours["componentId"]) === LOCAL)
    if (Object.keys(ours).length === 1 && isLocal(theirs)) return [];
  if (isObject(ours) && isObject(theirs))
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) =>
      differences(ours[key], theirs[key], path === "" ? key : `${path}.${key}`),
    );
  return ours === theirs ? [] : told;
}
