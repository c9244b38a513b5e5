/** The generic part of ARM: which verb does what to which type of the table. */
import { ArmError } from "./errors.ts";
import { parseTarget } from "./id.ts";
import type { JsonObject } from "./json.ts";
import { collection, read } from "./reads.ts";
import { remove } from "./removal.ts";
import type { ArmRequest, ArmResponse } from "./table.ts";
import { show } from "./views.ts";
import { type Parts, start } from "./work.ts";
import { write } from "./writes.ts";

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(parts: Parts) {
  const { cloud, registry, operations } = parts;
  return {
    async dispatch(request: ArmRequest): Promise<ArmResponse> {
      const target = parseTarget(request.path);
      if (target.kind === "other")
        throw new ArmError(404, "NotFound", `There is nothing at '${request.path}'.`);
      if (target.kind === "collection") return collection(parts, request, target.path, target.last);
      const type = registry.need(target.path);
      switch (request.method) {
        case "GET":
        case "HEAD":
          return read(parts, request, type, target.path);
        case "PUT":
        case "PATCH":
          return write(parts, request, type, target.path);
        case "DELETE":
          return remove(parts, request, type, target.path);
        case "POST":
          throw new ArmError(405, "MethodNotAllowed", "POST needs the name of an action.");
      }
    },

    view: (key: string): JsonObject | undefined => {
      const resource = cloud.store.get(key);
      return resource && show(cloud, registry, resource);
    },

    /** Goes on with what a stop interrupted. */
    resume(): void {
      for (const operation of cloud.store.operationsInProgress()) {
        const type = registry.find(cloud.store.get(operation.key)?.type ?? "");
        if (type) start(parts, operation, type);
        else
          operations.run(
            operation,
            0,
            () => Promise.resolve(),
            () => undefined,
          ); // what it was about is gone
      }
    },
  };
}
