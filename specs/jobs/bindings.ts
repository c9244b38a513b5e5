/**
 * Bindings of pipelines: `${{parent.inputs.nodes}}` in the place of a value. The client takes one for each value of a node,
 * however deep, whatever the value is.
 */
import { z } from "zod";
import { choose, keys, picks } from "../fields.ts";

export const SINGLE_BINDING = /^\s*\$\{\{.*\}\}\s*$/s;
const ANYWHERE = /\$\{\{\s*\S*?\s*\}\}/;

/** Whether it is one binding and nothing else. */
export const isBinding = (value: unknown): value is string =>
  typeof value === "string" && SINGLE_BINDING.test(value);
/** Whether there is one in it. */
const hasBinding = (value: unknown): boolean => typeof value === "string" && ANYWHERE.test(value);

const known = new WeakMap<z.ZodType, z.ZodType>();

/** The same schema, with a binding allowed for each value in it, but not for the keys in `except`. */
export function bindable<Schema extends z.ZodType>(schema: Schema, except: readonly string[] = []): Schema {
  const made = (known.get(schema) ?? inner(schema, except)) as Schema;
  known.set(schema, made);
  return made;
}

function inner(schema: z.ZodType, except: readonly string[]): z.ZodType {
  if (schema instanceof z.ZodOptional) return bindable(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodDefault)
    return bindable(schema.unwrap() as z.ZodType).default(schema.def.defaultValue as never);
  if (schema instanceof z.ZodNullable) return bindable(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodRecord)
    return z.record(schema.keyType as z.ZodString, bindable(schema.valueType as z.ZodType));
  if (schema instanceof z.ZodArray) return z.array(bindable(schema.element as z.ZodType));
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, value]) => [
        key,
        except.includes(key) ? value : bindable(value),
      ]),
    );
    return schema.def.catchall instanceof z.ZodNever ? keys(shape) : z.looseObject(shape);
  }
  const pick = picks.get(schema);
  if (pick) return choose((value) => (hasBinding(value) ? z.string() : bindable(pick(value))));
  const value = choose((value) => (hasBinding(value) ? z.string() : schema));
  return schema.safeParse(undefined).success ? value.optional() : value;
}
