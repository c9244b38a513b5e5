/** Schemas of expected answers. The library is loaded where there is one: most releases have none. */
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import type { SchemaProblem, Smoke } from "./release-gates.ts";

/**
 * What checks the answers to these requests.
 * @throws Error that names the request whose schema is none.
 */
export async function schemaProblems(smoke: readonly Smoke[]): Promise<SchemaProblem> {
  if (smoke.every(({ schema }) => schema === undefined)) return () => undefined;
  const { z } = await import("zod");
  const schemas = smoke.map(({ schema }, index) => {
    if (schema === undefined) return undefined;
    try {
      return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`smoke request ${index + 1} has a schema that cannot be read: ${reason}`, {
        cause: error,
      });
    }
  });
  return (index: number, answer: Value) => {
    const found = schemas[index]?.safeParse(answer);
    if (!found || found.success) return undefined;
    const { path, message } = found.error.issues[0]!;
    return `${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`;
  };
}
