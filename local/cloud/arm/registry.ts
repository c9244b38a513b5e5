/** All types that this Azure knows, found by name without regard to case. */
import { ArmError } from "./errors.ts";
import type { ProviderTable, ResourceType, Route } from "./table.ts";

export interface Registry {
  readonly types: readonly ResourceType[];
  readonly routes: readonly Route[];
  readonly namespaces: readonly string[];
  find(type: string): ResourceType | undefined;
  /** Refuses a type that is not in the table by name. */
  need(path: { readonly namespace: string; readonly types: readonly string[] }): ResourceType;
}

export function createRegistry(tables: readonly ProviderTable[]): Registry {
  const types = tables.flatMap((table) => table.types);
  const byName = new Map(types.map((type) => [type.type.toLowerCase(), type]));
  const namespaces = [...new Set(types.map((type) => type.type.split("/")[0]!))];
  return {
    types,
    routes: tables.flatMap((table) => table.routes ?? []),
    namespaces,
    find: (type) => byName.get(type.toLowerCase()),
    need(path) {
      const name = [path.namespace, ...path.types].join("/");
      const type = byName.get(name.toLowerCase());
      if (type) return type;
      if (namespaces.some((known) => known.toLowerCase() === path.namespace.toLowerCase()))
        throw new ArmError(
          400,
          "InvalidResourceType",
          `The resource type '${path.types.join("/")}' could not be found in the namespace '${path.namespace}'. This local Azure does not have it.`,
        );
      throw new ArmError(
        400,
        "NoRegisteredProviderFound",
        `No registered resource provider found for the namespace '${path.namespace}' of type '${name}'. This local Azure does not have it.`,
      );
    },
  };
}
