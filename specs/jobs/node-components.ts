/** What the nodes of a pipeline run: components that exist, in files, or written in place. */
import type { z } from "zod";
import { hole } from "../template.ts";
import {
  anonymous,
  commandComponentSchema,
  componentBody,
  readOthers,
  readCommandSpec,
} from "./components.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Reference, Template } from "../types.ts";

/** What a node's component is: an id, or a component of its own. */
export interface Referred {
  readonly componentId: Template;
  readonly _source: string;
}

/** `azureml:…`, a registry's, or a file with a component. */
export function readComponent(
  text: string,
  reader: Reader,
  path: KeyPath,
  make: (file: Reader, value: unknown) => Record<string, Template> | undefined,
): Referred {
  if (text.startsWith("azureml:")) {
    const registry = text.startsWith("azureml://");
    return {
      componentId: hole(
        reader.asset(/^azureml:[^/@:]+$/.test(text) ? `${text}@default` : text, "component", path),
      ),
      _source: registry ? "REMOTE.REGISTRY" : "REMOTE.WORKSPACE.COMPONENT",
    };
  }
  const file = reader.include(text, path);
  const body = file && make(file, file.source.value);
  if (file) reader.adopt(file, path);
  return {
    componentId: local(body ?? {}, file?.source.file),
    // As the client says it of a file that it reads in the place of the mapping.
    _source: text.startsWith("file:") ? "YAML.JOB" : "YAML.COMPONENT",
  };
}

export const local = (body: Record<string, Template>, path?: string): Template => {
  const reference: Reference = {
    kind: "local",
    type: "component",
    ...(path !== undefined && { path }),
    spec: { body },
  };
  return hole(reference);
};

/** A component's file, by its own schema. */
export const bySchema =
  <Schema extends z.ZodObject>(
    schema: Schema,
    type: string,
    spec: (raw: z.infer<Schema>, file: Reader) => Record<string, Template>,
    seen: (raw: z.infer<Schema>, file: Reader) => void = () => undefined,
  ) =>
  (file: Reader): Record<string, Template> | undefined => {
    const checked = file.check(anonymous(schema)) as z.infer<Schema> | undefined;
    if (checked === undefined) return undefined;
    const others = readOthers(checked, schema, file, type === "command" ? type : "other");
    seen(checked, file);
    return componentBody(checked as never, type, { ...others, ...spec(checked, file) }, file, true);
  };

export const commandComponentOf = (
  given: string | Readonly<Record<string, unknown>>,
  reader: Reader,
  path: KeyPath,
  seen: (raw: z.infer<typeof commandComponentSchema>) => void = () => undefined,
): Referred => {
  if (typeof given === "string")
    return readComponent(
      given,
      reader,
      path,
      bySchema(commandComponentSchema, "command", readCommandSpec, seen),
    );
  const checked = anonymous(commandComponentSchema).safeParse(given);
  if (!checked.success) {
    reader.refuse(given, checked.error.issues, path);
    return { componentId: undefined, _source: "YAML.JOB" };
  }
  const raw = checked.data as z.infer<typeof commandComponentSchema>;
  seen(raw);
  const spec = readCommandSpec(raw, reader.under(path));
  return {
    componentId: local(componentBody(raw, "command", spec, reader.under(path), true)),
    _source: "YAML.JOB",
  };
};
