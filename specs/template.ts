/**
 * ARM bodies with holes: what most kinds are read into. The shape of such a body is known when the file is read;
 * only the ids in it, and the region, come later, so its spec is the body with a {@link Hole} for each of them.
 */
import { defined } from "./kind.ts";
import type { KindDefinition, Mapping } from "./kind.ts";
import { defineKind } from "./kind.ts";
import type { Reader } from "./reader.ts";
import type { ArmContext } from "./arm.ts";
import type { Hole, Reference, ReferenceResolver, Template, TemplateKind, TemplateSpec } from "./types.ts";
import type { z } from "zod";

export const hole = (of: Reference): Hole => ({ hole: of });
/** The region of the workspace. */
export const LOCATION: Hole = { hole: "location" };

/** Of templates that a reader makes; a user's own mapping with a key `hole` is none of them. */
const isHole = (value: Template): value is Hole =>
  typeof value === "object" &&
  value !== null &&
  "hole" in value &&
  Object.keys(value).length === 1 &&
  (value.hole === "location" ||
    (typeof value.hole === "object" && value.hole !== null && "kind" in value.hole));

/** The template with an id in each hole; keys that are `undefined` are left out. */
export function fill<Id>(
  template: Template,
  resolve: ReferenceResolver<Id>,
  context: ArmContext<Id>,
): unknown {
  if (typeof template !== "object" || template === null) return template;
  if (Array.isArray(template)) return template.map((item: Template) => fill(item, resolve, context));
  if (isHole(template)) return template.hole === "location" ? context.location : resolve(template.hole);
  return Object.fromEntries(
    Object.entries(template as Readonly<Record<string, Template>>)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, fill(item, resolve, context)]),
  );
}

interface TemplateDefinition<K extends TemplateKind, Schema extends z.ZodType> {
  readonly kind: K;
  readonly schemas: readonly string[];
  readonly resourceType: string;
  readonly looksLike: (value: Mapping) => boolean;
  readonly schema: Schema;
  readonly read: (
    raw: z.infer<Schema>,
    reader: Reader,
  ) => {
    readonly name: string | undefined;
    readonly version?: string | undefined;
    readonly endpoint_name?: string;
    readonly body: Readonly<Record<string, Template>>;
  };
}

/** A kind whose spec is its body. */
export const defineTemplate = <K extends TemplateKind, Schema extends z.ZodType>({
  read,
  ...rest
}: TemplateDefinition<K, Schema>): KindDefinition<K> =>
  defineKind<K, Schema>({
    ...rest,
    read: (raw, reader) => {
      const { name, version, endpoint_name, body } = read(raw, reader);
      const spec: TemplateSpec = defined({ name, version, endpoint_name, body });
      return spec; // of K, which TypeScript does not follow
    },
    body: (spec, resolve, context) => fill(spec.body, resolve, context) as never,
  });

const camel = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
export const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const renamed =
  (rename: (key: string) => string) =>
  (value: object): Record<string, Template> =>
    Object.fromEntries(
      Object.entries(value as Readonly<Record<string, unknown>>)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [rename(key), item as Template]),
    );
/** The same values under keys in the letters of ARM; what is `undefined` is left out. One level only. */
export const camelKeys = renamed(camel);
/** The same values under keys in the letters of YAML. One level only. */
export const snakeKeys = renamed(snake);

/** `low_priority` to `LowPriority`. */
export const pascal = (word: string): string => {
  const name = camel(word);
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** Nothing where the mapping is empty. */
export const unlessEmpty = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length > 0 ? value : undefined;
