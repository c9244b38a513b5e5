/** What goes into a component and comes out of it. */
import { z } from "zod";
import { boolean, choose, isMapping, keys, text, words } from "../fields.ts";
import { pythonFloat } from "../source.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

const PRIMITIVES = ["boolean", "integer", "number", "string"] as const;
const CONTENT = [
  "path",
  "custom_model",
  "mlflow_model",
  "mltable",
  "triton_model",
  "uri_file",
  "uri_folder",
] as const;
const MODES = [
  "direct",
  "download",
  "eval_download",
  "eval_mount",
  "mount",
  "ro_mount",
  "rw_mount",
  "upload",
  "link",
] as const;
const value = z.union([z.string(), z.number(), z.boolean()]);
const parameter = keys({
  type: words(PRIMITIVES),
  optional: boolean.optional(),
  default: value.optional(),
  description: text.optional(),
  max: value.optional(),
  min: value.optional(),
  enum: z.array(text).optional(),
});
const inputPort = keys({
  type: words(CONTENT),
  optional: boolean.optional(),
  default: text.optional(),
  description: text.optional(),
  mode: words(MODES).optional(),
});
type Port = Readonly<Record<string, unknown>> & { type: string };
const isPrimitive = (raw: unknown): boolean =>
  isMapping(raw) && (PRIMITIVES as readonly unknown[]).includes(String(raw["type"]).toLowerCase());
const anyPort = keys({ type: words([...PRIMITIVES, ...CONTENT]) });
const portOf = (primitive: z.ZodType, content: z.ZodType) =>
  choose<Port>((raw) => {
    const known =
      isMapping(raw) && [...PRIMITIVES, ...CONTENT].includes(String(raw["type"]).toLowerCase() as never);
    return (known ? (isPrimitive(raw) ? primitive : content) : anyPort.loose()) as z.ZodType<Port>;
  });
export const inputPorts = z.record(z.string(), portOf(parameter, inputPort));
const contentOutput = keys({
  type: words(CONTENT),
  description: text.optional(),
  mode: words(MODES).optional(),
});
/** Other keys are nothing to the client. */
const primitiveOutput = z.object({
  type: words(PRIMITIVES),
  description: text.optional(),
  mode: words(MODES).optional(),
  early_available: z.unknown().optional(),
});
export const outputPort = portOf(primitiveOutput, contentOutput);
export const outputPorts = z.record(z.string(), outputPort);

/** A default, a bound: as text, in the form that its type has in Python. */
function asText(raw: unknown, type: string, reader: Reader, path: KeyPath): Template {
  if (typeof raw !== "string" && typeof raw !== "number" && typeof raw !== "boolean") return undefined;
  if (type === "number" && typeof raw !== "boolean") return pythonFloat(Number(raw));
  if (type === "boolean" && typeof raw === "string") return /^true$/i.test(raw) ? "True" : "False";
  return reader.scalar(raw, path);
}

function readPort(raw: Port, reader: Reader, path: KeyPath): Template {
  const primitive = isPrimitive(raw);
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [
        key,
        primitive && ["default", "min", "max"].includes(key)
          ? asText(item, raw.type, reader, [...path, key])
          : (item as Template),
      ]),
  );
}
export const readPorts = (
  raw: Readonly<Record<string, Port>> | undefined,
  reader: Reader,
  path: KeyPath,
): Template =>
  raw && Object.keys(raw).length > 0
    ? Object.fromEntries(
        Object.entries(raw).map(([name, port]) => [name, readPort(port, reader, [...path, name])]),
      )
    : undefined;
