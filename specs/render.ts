/** `npm run -s render [flags] FILE...`: the ARM body that each file becomes, as JSON lines; without Azure, without Pulumi. */
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { asClient } from "./as-client.ts";
import { toArm } from "./kinds.ts";
import { parseSpec } from "./parse.ts";
import { resourceIds } from "./resource-ids.ts";
import { readText } from "./source.ts";
import type { Problem } from "./types.ts";

const USAGE = `usage: npm run -s render [flags] FILE...

  --subscription S     default 00000000-0000-0000-0000-000000000000
  --resource-group R   default rg
  --workspace W        default ws
  --location L         default eastus: region of what the file gives none
  --name N             default the file's name without its ending: where the file gives no name
  --endpoint-name E    default endpoint: where a deployment gives no endpoint_name
  --compute C          default compute: where a batch deployment gives no compute

Prints a line for each file, in their order: {"file", "kind", "name", "version"?, "resourceType", "body", "warnings"?}
or {"file", "kind", "error"}. Exit code 1 if there was an error, 2 for wrong usage.`;

const OPTIONS = {
  subscription: { type: "string", default: "00000000-0000-0000-0000-000000000000" },
  "resource-group": { type: "string", default: "rg" },
  workspace: { type: "string", default: "ws" },
  location: { type: "string", default: "eastus" },
  name: { type: "string" },
  "endpoint-name": { type: "string", default: "endpoint" },
  compute: { type: "string", default: "compute" },
  help: { type: "boolean", default: false },
} as const;

type Flags = ReturnType<typeof readArguments>["values"];
const readArguments = (args: string[]) => parseArgs({ args, options: OPTIONS, allowPositionals: true });

/** One line of the output. */
export function render(file: string, flags: Flags): object {
  let text: string;
  try {
    text = readText(file);
  } catch (error) {
    return {
      file,
      kind: null,
      error: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const { document, value, kind, problems, warnings, absent } = parseSpec(file, text, {
    name: flags.name ?? basename(file).replace(/\.[^.]+$/, ""),
    endpoint_name: flags["endpoint-name"],
    compute: `azureml:${flags.compute}`,
  });
  if (!document) return { file, kind: kind ?? null, error: problems.map(describe).join("\n") };
  const resolve = resourceIds({
    subscription: flags.subscription,
    resourceGroup: flags["resource-group"],
    workspace: flags.workspace,
  });
  const told = [...warnings, ...absent].map(describe);
  const { body, ...arm } = toArm(document, resolve, { location: flags.location });
  return {
    file,
    kind: document.kind,
    ...arm,
    body: asClient(document.kind, value, body),
    ...(told.length > 0 && { warnings: told }),
  };
}

const describe = ({ file, line, column, path, message }: Problem): string =>
  `${file}:${String(line)}:${String(column)}: ${path === "" ? "" : `${path}: `}${message}`;

/** Exit code. */
export function main(args: string[]): number {
  let parsed: ReturnType<typeof readArguments>;
  try {
    parsed = readArguments(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (parsed.values.help || parsed.positionals.length === 0) {
    (parsed.values.help ? console.log : console.error)(USAGE);
    return parsed.values.help ? 0 : 2;
  }
  const lines = parsed.positionals.map((file) => render(file, parsed.values));
  for (const line of lines) console.log(JSON.stringify(line));
  return lines.some((line) => "error" in line) ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
