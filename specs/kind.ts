/** What a kind of document is made of. Each file in `kinds/` defines one; `kinds.ts` is their table. */
import type { z } from "zod";
import { schemaProblems } from "./problems.ts";
import type { Reader } from "./reader.ts";
import type { ArmBodies, ArmContext } from "./arm.ts";
import type { Kind, ReferenceResolver, Specs } from "./types.ts";

/** A mapping from YAML, before it is checked. */
export type Mapping = Readonly<Record<string, unknown>>;

interface Definition<K extends Kind, Schema extends z.ZodType> {
  readonly kind: K;
  /** Names of the CLI's schema files, without `.schema.json`. */
  readonly schemas: readonly string[];
  /** `Microsoft.MachineLearningServices/` and this. */
  readonly resourceType: string;
  /** Whether a document without `$schema` is of this kind. */
  readonly looksLike: (value: Mapping) => boolean;
  readonly schema: Schema;
  /** What the schema let through as a spec: defaults, references, rules between fields. */
  readonly read: (raw: z.infer<Schema>, reader: Reader) => Specs[K];
  readonly body: <Id>(
    spec: Specs[K],
    resolve: ReferenceResolver<Id>,
    context: ArmContext<Id>,
  ) => ArmBodies<Id>[K];
}

export interface KindDefinition<K extends Kind> extends Omit<Definition<K, z.ZodType>, "schema" | "read"> {
  /** `undefined` if the reader now has problems. */
  readonly read: (value: unknown, reader: Reader) => Specs[K] | undefined;
}

export function defineKind<K extends Kind, Schema extends z.ZodType>({
  schema,
  read,
  ...rest
}: Definition<K, Schema>): KindDefinition<K> {
  return {
    ...rest,
    read: (value, reader) => {
      const checked = schema.safeParse(value);
      if (checked.success) {
        const spec = read(checked.data, reader);
        return reader.problems.length === 0 ? spec : undefined;
      }
      reader.problems.push(...schemaProblems(reader.source, value, checked.error.issues));
      // What is right may still refer to a file that is missing: one run is to show that too.
      const rest = schema.safeParse(without(value, checked.error.issues));
      if (!rest.success) return undefined;
      const before = reader.problems.splice(0);
      read(rest.data, reader);
      const told = new Set(before.map(({ path }) => path));
      reader.problems.unshift(...before, ...reader.problems.splice(0).filter(({ path }) => !told.has(path)));
      return undefined;
    },
  };
}

/** A copy of `value` without what the issues are about. */
function without(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(value);
  const bad = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  for (const path of bad) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], copy);
    if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, path.at(-1)!);
  }
  return copy;
}

/** Without the keys that are `undefined`: specs and bodies say what they say and no more. */
export const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
