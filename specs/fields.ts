/**
 * The parts that schemas of kinds are made of. They take what Microsoft's client takes: numbers and booleans
 * may be quoted, enums are in any letters, read-only fields of what was exported are accepted and left out.
 */
import { z } from "zod";

// Most schemas meet a few values in a run: to compile them costs more than it saves.
z.config({ jitless: true });

/**
 * A mapping with these keys and no other. The message of the issue for unknown keys is the list of the known ones,
 * so that a problem can name the nearest.
 */
export const keys = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : undefined),
  });

/** Accepted and left out: what the service fills. */
export const readOnly = z
  .unknown()
  .optional()
  .transform(() => undefined);

export const text = z.string();
export const required = z.string().min(1);
export const boolean = z.preprocess(
  (value) =>
    typeof value === "string" && /^(true|false)$/i.test(value) ? value.toLowerCase() === "true" : value,
  z.boolean(),
);

const unquoted = (value: unknown): unknown =>
  typeof value === "string" && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value;
export const whole = (minimum: number, maximum = 2 ** 31 - 1) =>
  z.preprocess(unquoted, z.int("a whole number").min(minimum).max(maximum));
/** A whole number whose limits are Azure's: those are in `rules/`. */
export const integer = whole(-(2 ** 31));
/** A number, maybe quoted. */
export const number = z.preprocess(
  (value) =>
    typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
      ? Number(value)
      : value,
  z.number(),
);

/**
 * The schema that a value is meant for is told by the value: its problems are told, not those of the others.
 * For what a union would say less about.
 */
export const choose = <T>(pick: (value: unknown) => z.ZodType<T>) => {
  const schema = z.unknown().transform((value, context): T => {
    const result = pick(value).safeParse(value);
    if (result.success) return result.data;
    context.issues.push(...(result.error.issues.map((issue) => ({ ...issue, input: value })) as never[]));
    return z.NEVER;
  });
  picks.set(schema, pick);
  return schema;
};
/** How each schema of {@link choose} chooses. */
export const picks = new WeakMap<z.ZodType, (value: unknown) => z.ZodType>();

/** A mapping whose values are text already, or nothing: where Microsoft's client takes no numbers. */
export const texts = z.record(z.string(), z.string().nullable());
export const anything = z.record(z.string(), z.unknown());
export const scalars = z.union([z.string(), z.number(), z.boolean()]);
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** One of the words, in any letters: `AADToken`, `aadToken` and `aad_token` are `aad_token`. */
export const words = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess((value) => (typeof value === "string" ? snakeCase(value) : value), z.enum(values));

/** One of the words, in any letters, and spelled as it is: where Microsoft's client makes no other form of it. */
export const lowerWords = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess((value) => (typeof value === "string" ? value.toLowerCase() : value), z.enum(values));

const snakeCase = (value: string): string =>
  value
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** Values that end as text; what they are as text is for the reader, who sees how they are written. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const strings = z.record(z.string(), scalar);
/** {@link strings} where Microsoft's client takes text alone. */
export const textTags = z.record(z.string(), z.string());
export const version = z.union([z.string().min(1), z.number()]);

/** What somebody is to write something else for: `<NAME>`, `{{name}}`. The client converts it; no stage takes it. */
export const PLACEHOLDER = /^(?:<[^<>]+>|\{\{[^{}]+\}\})$/;

const pattern = (expression: RegExp, allowed: string) => z.string().regex(expression, allowed);
/** For a name that Azure looks at, and its client does not. */
const checkedByAzure = (expression: RegExp, allowed: string) =>
  pattern(new RegExp(`${expression.source}|${PLACEHOLDER.source}`), allowed);

/** Rules of Azure: `reference-yaml-*`, `how-to-manage-quotas`, and the patterns of the resource provider's specification. */
export const names = {
  endpoint: pattern(
    /^(?=.{3,32}$)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
    "3 to 32 letters, digits and dashes, a letter first, no dash last",
  ),
  /** Of a deployment, and of the endpoint that it is of. */
  deployment: checkedByAzure(
    /^(?=.{3,32}$)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
    "3 to 32 letters, digits and dashes, a letter first, no dash last",
  ),
  asset: checkedByAzure(
    /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/,
    "1 to 255 letters, digits, dots, dashes and underscores, a letter or digit first",
  ),
  data: checkedByAzure(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/,
    "1 to 255 letters, digits, dashes and underscores, a letter or digit first",
  ),
  compute: checkedByAzure(
    /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/,
    "3 to 24 letters, digits and dashes, a letter first, and not a dash with only digits after it last",
  ),
  datastore: checkedByAzure(/^[a-z0-9_]{1,255}$/, "1 to 255 lower-case letters, digits and underscores"),
  storageAccount: checkedByAzure(/^[a-z0-9]{3,24}$/, "3 to 24 lower-case letters and digits"),
  container: checkedByAzure(
    /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    "3 to 63 lower-case letters, digits and single dashes, no dash first or last",
  ),
};

/** Of every document. */
export const common = { $schema: text.optional(), description: text.optional(), tags: strings.optional() };

/** The read-only fields of an asset. */
export const assetFields = {
  id: readOnly,
  creation_context: readOnly,
  latest_version: readOnly,
  intellectual_property: readOnly,
};

const userAssigned = keys({
  resource_id: required,
  client_id: text.optional(),
  object_id: text.optional(),
  principal_id: readOnly,
  tenant_id: readOnly,
});
export const identity = keys({
  type: words(["system_assigned", "user_assigned", "none", "system_assigned,user_assigned"]),
  user_assigned_identities: z.array(userAssigned).optional(),
  principal_id: readOnly,
  tenant_id: readOnly,
});
export type RawIdentity = z.infer<typeof identity>;
