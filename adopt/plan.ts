/** What is written for what a workspace has: YAML by file, and how Pulumi takes over what is there. Pure. */
import { exportSpec } from "../specs/export/export.ts";
import type { Live } from "../specs/export/export.ts";
import { mapping } from "../specs/export/short.ts";
import type { Scope } from "../specs/resource-ids.ts";
import type { Import } from "../stacks/imports.ts";

export interface Written {
  /** Text by file name. */
  readonly files: Readonly<Record<string, string>>;
  /** By type and logical name. */
  readonly imports: Readonly<Record<string, Import>>;
  /** By ARM id: what of it YAML has no words for, or why there is no YAML. */
  readonly notes: readonly string[];
}

/** How the program calls what it makes of each type: token, the beginning of the logical name, what it adds to the YAML. */
const TAKEN: Readonly<Record<string, { token: string; prefix: string; adds?: readonly string[] }>> = {
  "workspaces/environments/versions": {
    token: "EnvironmentVersion",
    prefix: "environment",
    adds: ["properties.autoRebuild", "properties.environmentType"],
  },
  "workspaces/models/versions": { token: "ModelVersion", prefix: "model" },
  "workspaces/data/versions": { token: "DataVersion", prefix: "data" },
  "workspaces/components/versions": { token: "ComponentVersion", prefix: "component" },
  "workspaces/datastores": { token: "Datastore", prefix: "datastore", adds: ["skipValidation"] },
  "workspaces/computes": { token: "Compute", prefix: "compute", adds: ["tags", "identity", "location"] },
  "workspaces/connections": { token: "WorkspaceConnection", prefix: "connection" },
  "workspaces/schedules": { token: "Schedule", prefix: "schedule" },
};

/** Made by services and clients, under names that nobody chose. */
const isNobodys = ({ name, body }: Live): boolean =>
  mapping(body["properties"])["isAnonymous"] === true ||
  /^(azureml_anonymous|CliV2AnonymousEnvironment|anonymous-)/.test(name);

/** Everything as YAML. */
export function planExport(found: readonly Live[], scope: Scope): Written {
  const results = found
    .filter((live) => !isNobodys(live))
    .map((live) => ({ live, exported: exportSpec(live, scope) }));
  return {
    files: Object.assign(
      {},
      ...results.map(({ exported }) => ("files" in exported ? exported.files : {})),
    ) as Record<string, string>,
    imports: {},
    notes: results.flatMap(({ live, exported }) => {
      if ("why" in exported) return [`${live.id}: no YAML: ${exported.why}`];
      return exported.lost.length > 0 ? [`${live.id}: YAML does not say ${exported.lost.join(", ")}`] : [];
    }),
  };
}

/**
 * What the stage does not make, with what makes Pulumi take it over as it is: what the YAML says otherwise than Azure
 * keeps its live value until somebody takes it off the list.
 *
 * @param made whether the stage makes it already.
 */
export function planAdoption(found: readonly Live[], scope: Scope, made: (live: Live) => boolean): Written {
  const left = found.filter((live) => !made(live) && !isNobodys(live));
  const takeable = left.filter(({ type }) => type in TAKEN);
  const { files, notes } = planExport(takeable, scope);
  const imports = takeable.flatMap((live) => {
    const { token, prefix, adds = [] } = TAKEN[live.type]!;
    const exported = exportSpec(live, scope);
    if ("why" in exported) return [];
    const key = [prefix, live.name, live.version].filter((part) => part !== undefined).join("-");
    // One word of a component's specification cannot be left alone without the others: they are its version.
    const differing = exported.differing.map((path) =>
      path.startsWith("properties.componentSpec") ? "properties.componentSpec" : path,
    );
    const entry: Import = {
      id: live.id,
      ignoreChanges: [...new Set(["azureApiVersion", ...adds, ...differing])],
    };
    return [[`azure-native:machinelearningservices:${token}::${key}`, entry] as const];
  });
  const others = left.filter(({ type }) => !(type in TAKEN));
  return {
    files,
    imports: Object.fromEntries(imports),
    notes: [
      ...notes,
      ...others.map(
        ({ id }) =>
          `${id}: left as it is: an endpoint of a stage has the stage's suffix and identity, which this one has not`,
      ),
    ],
  };
}
