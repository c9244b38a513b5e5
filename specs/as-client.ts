/**
 * Where Microsoft's client passes numbers and truth values on as the file has them, though ARM keeps text there: `render`
 * shows what the client sends. A stage sends text.
 */
import { isMapping } from "./fields.ts";
import type { Kind } from "./types.ts";

type Row = readonly [yaml: string, arm: string];
const TAGS: Row = ["tags", "tags"];
const OWN_TAGS: Row = ["tags", "properties.tags"];
const PROPERTIES: Row = ["properties", "properties.properties"];
const VARIABLES: Row = ["environment_variables", "properties.environmentVariables"];

const PASSED_ON: Readonly<Partial<Record<Kind, readonly Row[]>>> = {
  environment: [OWN_TAGS],
  data: [OWN_TAGS],
  dataImport: [TAGS],
  schedule: [OWN_TAGS],
  registry: [TAGS, ["tags", "properties.managedResourceGroupTags"]],
  onlineEndpoint: [TAGS, PROPERTIES],
  batchEndpoint: [TAGS, PROPERTIES],
  onlineDeployment: [TAGS, PROPERTIES, VARIABLES],
  batchDeployment: [TAGS, PROPERTIES, VARIABLES, ["settings.environment_variables", VARIABLES[1]]],
  pipelineBatchDeployment: [TAGS],
  commandJob: [VARIABLES],
};

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), value);

/** The body with such values as `value`, the YAML, has them. */
export function asClient<Body extends object>(kind: Kind, value: unknown, body: Body): Body {
  const rows = PASSED_ON[kind]?.filter(([yaml]) => Object.values(at(value, yaml) ?? {}).some(isPassed));
  if (!rows || rows.length === 0) return body;
  const copy = structuredClone(body);
  for (const [yaml, arm] of rows) {
    const [from, to] = [at(value, yaml), at(copy, arm)];
    if (!isMapping(from) || !isMapping(to)) continue;
    const passed = Object.entries(from).filter(([key, item]) => key in to && isPassed(item));
    Object.assign(to, Object.fromEntries(passed));
  }
  return copy;
}
const isPassed = (item: unknown): boolean => typeof item === "number" || typeof item === "boolean";
