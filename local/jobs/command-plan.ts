/** A command made ready to be run: its placeholders filled, its environment variables named. Pure. */
import type { CommandSpec, JobInput, JobOutput } from "../contracts-jobs.ts";

const PLACEHOLDER = /\$\{\{\s*([A-Za-z_]+)\.([^}\s]+)\s*\}\}/g;
const OPTIONAL = /\$\[\[([\s\S]*?)\]\]/g;

/** A value of an input, or a place of an output, as a step is told it. */
type Told = Readonly<Record<string, string>>;

interface Known {
  readonly inputs: Told;
  readonly outputs: Told;
  readonly search_space?: Told;
}

/** As Azure ML has it: one instance of a word quoted is the command's own matter, so nothing is quoted here. */
export function fillCommand(command: string, known: Known): string {
  const has = (text: string) =>
    [...text.matchAll(PLACEHOLDER)].every(
      ([, kind, name]) =>
        (known as unknown as Record<string, Told | undefined>)[kind!]?.[name!] !== undefined,
    );
  return command
    .replaceAll(OPTIONAL, (_, part: string) => (has(part) ? part : ""))
    .replaceAll(
      PLACEHOLDER,
      (whole, kind: string, name: string) =>
        (known as unknown as Record<string, Told | undefined>)[kind]?.[name] ?? whole,
    );
}

const ours = (value: JobInput | JobOutput): boolean => typeof value === "string" || value.mode === "direct";

/** What an input or output is told as: a literal, a URI in mode `direct`, else its place on this machine. */
export const toldAs = (
  values: Readonly<Record<string, JobInput | JobOutput>>,
  places: Told,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? value : ours(value) ? value.uri : (places[name] ?? value.uri),
    ]),
  );

/** What is wrong with the command of a job, before anything runs. */
export function commandProblems({ job, command, inputs, outputs, searchSpace }: CommandSpec): string[] {
  const known: Readonly<Record<string, object>> = {
    inputs,
    outputs,
    ...(searchSpace && { search_space: searchSpace }),
  };
  const required = command.replaceAll(OPTIONAL, "");
  const missing = [...required.matchAll(PLACEHOLDER)].filter(
    ([, kind, name]) => !Object.hasOwn(known[kind!] ?? {}, name!),
  );
  const has = (kind: string) => Object.keys(known[kind] ?? {}).join(", ") || "none";
  return missing.map(
    ([whole, kind]) =>
      `the command of '${job}' asks for ${whole}, and its ${kind ?? ""} are: ${has(kind ?? "")}`,
  );
}

/** What Azure ML says to a step by its environment, beside the author's own variables. */
export function jobVariables(spec: CommandSpec, inputs: Told, outputs: Told): Record<string, string> {
  const named = (prefix: string, told: Told) =>
    Object.fromEntries(Object.entries(told).map(([name, value]) => [`${prefix}${name}`, value]));
  return {
    AZUREML_RUN_ID: spec.job,
    ...named("AZURE_ML_INPUT_", inputs),
    ...named("AZURE_ML_OUTPUT_", outputs),
    ...(spec.tracking && { ...spec.tracking, MLFLOW_RUN_ID: spec.job }),
    ...spec.environmentVariables,
  };
}

/** Lines of the log that an error quotes. */
const QUOTED = 20;

/** Why a command failed, in its own last words. */
export function failureText(code: number | null, signal: string | null, log: string): string {
  const how = code === null ? `was ended by ${signal ?? "a signal"}` : `exited with status code ${code}`;
  const lines = log.trimEnd().split("\n").slice(-QUOTED).join("\n");
  return (
    `Execution failed. User process ${how}. ` +
    `The log file 'user_logs/std_log.txt' has all of what it said${lines ? `, and ends:\n${lines}` : ": nothing."}`
  );
}
