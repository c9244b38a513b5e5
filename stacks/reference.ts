/** What a stage file may say, for people to read and for editors to know: made from the schema that the program reads by. Pure. */
import { z } from "zod";
import { presets } from "./presets.ts";
import { presetNames, settings } from "./settings.ts";

/** As far as JSON Schema is used here. */
interface Schema {
  type?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

const whole = (): Schema => z.toJSONSchema(settings, { io: "output", target: "draft-7" }) as Schema;

/** A preset has said it already: a stage file need not. */
const optional = ({ required: _, ...schema }: Schema): Schema => schema;

/** JSON Schema of a stage file, `Pulumi.<stage>.yaml`. Other packages' settings are not its business. */
export function stageFileSchema(): Schema {
  const { properties = {} } = whole();
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stage of Azure Machine Learning as code",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, schema]) => [`azure-ml:${key}`, optional(schema)]),
        ),
        patternProperties: { "^(?!azure-ml:)[^:]+:": {} },
        additionalProperties: false,
      },
    },
  };
}

/** Every path that can be said, in the order of the schema; `*` stands for a name of the author's, `[]` for an item. */
function* rows(path: string, schema: Schema): Generator<[path: string, schema: Schema]> {
  const { properties = {}, additionalProperties, items, oneOf, anyOf } = schema;
  if (path !== "") yield [path, schema];
  const below = path === "" ? "" : `${path}.`;
  for (const [key, part] of Object.entries(properties)) yield* rows(`${below}${key}`, part);
  if (typeof additionalProperties === "object") yield* inner(`${below}*`, additionalProperties);
  if (items) yield* inner(`${path}[]`, items);
  for (const choice of oneOf ?? anyOf ?? []) {
    const kind = choice.properties?.["kind"];
    const { kind: _, ...rest } = choice.properties ?? {};
    if (kind)
      yield [
        `${below}kind: ${kind.const ?? ""}`,
        { type: "a choice", ...(kind.description && { description: kind.description }) },
      ];
    for (const [key, part] of Object.entries(rest)) yield* rows(`${below}${key}`, part);
  }
}

/** An item or entry: worth a row of its own only if it has parts. */
const inner = (path: string, schema: Schema) =>
  schema.properties || schema.oneOf || schema.anyOf ? rows(path, schema) : [];

function takes(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (schema.oneOf ?? schema.anyOf) return "one kind of";
  if (schema.items) return `list of ${takes(schema.items)}`;
  const { minimum = schema.exclusiveMinimum, maximum } = schema;
  const bounds = [
    minimum !== undefined && minimum > -(2 ** 53) + 1 && `from ${minimum}`,
    maximum !== undefined && maximum < 2 ** 31 - 1 && `to ${maximum}`,
  ].filter((part) => part !== false);
  const names: Readonly<Record<string, string>> = {
    integer: "whole number",
    object: "mapping",
    string: "text",
  };
  return [names[schema.type ?? ""] ?? schema.type ?? "any", ...bounds].join(" ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** What the presets say of a key; nothing where they say nothing. */
function defaultsOf(path: string): string {
  const values = presetNames.map((name) =>
    path
      .split(".")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], presets[name]),
  );
  const shown = values.map((value) =>
    value === undefined || (typeof value === "object" && !Array.isArray(value)) ? "" : JSON.stringify(value),
  );
  if (shown.every((text) => text === "")) return "";
  return new Set(shown).size === 1
    ? `\`${shown[0]!}\``
    : presetNames
        .map((name, index) => `${name} ${shown[index] === "" ? "–" : `\`${shown[index]!}\``}`)
        .join(", ");
}

/** The reference page, as Markdown. */
export function configPage(): string {
  const { properties = {} } = whole();
  const sections = Object.entries(properties).map(([key, schema]) =>
    [
      `## \`azure-ml:${key}\``,
      "",
      ...(schema.description ? [`${schema.description}.`, ""] : []),
      "| Key | Takes | Presets | What it is |",
      "| --- | --- | --- | --- |",
      ...[...rows(key, schema)].map(
        ([path, part]) =>
          `| \`${path}\` | ${cell(takes(part))} | ${cell(defaultsOf(path))} | ${cell(path === key ? "" : (part.description ?? ""))} |`,
      ),
    ].join("\n"),
  );
  return `${[
    "# What a stage file may say",
    "",
    "A stage file, `Pulumi.<stage>.yaml`, starts from a preset of `stacks/presets.ts` and says what differs: mappings merge, everything else takes the preset's place. `*` stands for a name of your own, `[]` for an item of a list.",
    "",
    "Made from `stacks/settings.ts`: `UPDATE_GOLDENS=1 npm test -- tests/stacks/reference`. [stage.schema.json](stage.schema.json) tells editors the same.",
    "",
    sections.join("\n\n"),
  ].join("\n")}\n`;
}
