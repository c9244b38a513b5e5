/** The data that a signal of a monitor looks at, and how far back. */
import { z } from "zod";
import { anything, choose, isMapping, keys, lowerWords, text, words } from "../fields.ts";
import { readInput } from "../jobs/inputs.ts";
import { hole } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

const MODES = ["download", "ro_mount", "direct"] as const;
const place = { path: text.optional(), path_on_compute: text.optional(), datastore: text.optional() };
const files = keys({
  ...place,
  type: words(["uri_file", "uri_folder"]).optional(),
  mode: words(MODES).optional(),
});
const table = keys({
  ...place,
  type: words(["mltable"]).optional(),
  mode: words([...MODES, "eval_mount", "eval_download"]).optional(),
});
type Input = z.infer<typeof files> | z.infer<typeof table>;
export const dataInput = choose<Input>((value) =>
  isMapping(value) && /^mltable$/i.test(String(value["type"])) ? table : files,
);

const window = keys({
  window_start: text.optional(),
  window_end: text.optional(),
  lookback_window_size: text.optional(),
  lookback_window_offset: text.optional(),
});
const columns = z.record(z.string(), z.string());
const context = lowerWords([
  "model_inputs",
  "model_outputs",
  "training",
  "test",
  "validation",
  "ground_truth",
]);
const common = {
  input_data: dataInput,
  data_context: context.optional(),
  pre_processing_component: text.optional(),
  data_window: window.optional(),
};
export const productionData = keys({ ...common, data_column_names: columns.optional() });
export const referenceData = keys({
  ...common,
  target_column_name: z
    .never({ error: "nothing; Microsoft's client fails over it: put target_column under data_column_names" })
    .optional(),
  data_column_names: columns.optional(),
});
export const attributedData = keys({
  ...common,
  data_column_names: keys({
    prediction: text.optional(),
    prediction_probability: text.optional(),
    correlation_id: text.optional(),
  }).optional(),
});
export const answersData = keys({
  input_data: dataInput,
  data_column_names: anything.optional(),
  data_window: window.optional(),
});
type Data = z.infer<typeof productionData> | z.infer<typeof attributedData> | z.infer<typeof answersData>;
type Window = z.infer<typeof window>;

/** How far back a signal looks unless it says so: as far as the monitor is apart from its last run. */
export interface Windows {
  readonly production: string;
  readonly reference: string;
}

const DAYS: Readonly<Record<string, (interval: number) => number>> = {
  minute: () => 1,
  hour: () => 1,
  day: (interval) => interval,
  week: (interval) => interval * 7,
  month: (interval) => interval * 30,
};
export function windowsOf(trigger: { frequency?: string; interval?: number } | undefined): Windows {
  const days = DAYS[trigger?.frequency ?? ""]?.(trigger?.interval ?? 1) ?? 7;
  return { production: `P${String(days)}D`, reference: `P${String(2 * days)}D` };
}

const NO_OFFSET = "P0D";
const trailing = (size: string | undefined, offset: string | undefined): Record<string, Template> => ({
  windowSize: size,
  windowOffset: offset ?? NO_OFFSET,
  inputDataType: "Trailing",
});

/** Which columns, of what, where; `window` says of which time. */
function readData(
  raw: Data,
  window: Record<string, Template>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const { uri, jobInputType } = readInput(raw.input_data, reader, [...path, "input_data"]) as Record<
    string,
    Template
  >;
  const component = "pre_processing_component" in raw ? raw.pre_processing_component : undefined;
  const where = [...path, "pre_processing_component"];
  const id = component === undefined ? undefined : hole(reader.asset(component, "component", where));
  return {
    dataContext: "data_context" in raw ? raw.data_context : undefined,
    columns: raw.data_column_names as Template,
    jobInputType,
    uri,
    preprocessingComponentId: window["inputDataType"] === "Fixed" ? undefined : id,
    ...window,
  };
}

type Read<Raw> = (raw: Raw, windows: Windows, reader: Reader, path: KeyPath) => Template;

export const readProduction: Read<z.infer<typeof productionData>> = (raw, windows, reader, path) => {
  const {
    window_start,
    window_end,
    lookback_window_size: size,
    lookback_window_offset,
  } = raw.data_window ?? {};
  if (window_start || window_end)
    reader.problem(
      [...path, "data_window"],
      "production data has no fixed window; allowed: lookback_window_size and lookback_window_offset",
    );
  const given = size === undefined || size === "default" ? windows.production : size;
  return readData(raw, trailing(given, lookback_window_offset), reader, path);
};

export const readAttributed: Read<z.infer<typeof attributedData>> = (raw, windows, reader, path) => {
  const given: Window = raw.data_window ?? { lookback_window_size: "default" };
  const size = given.lookback_window_size;
  const window = trailing(size === "default" ? windows.production : size, given.lookback_window_offset);
  return readData(raw, window, reader, path);
};

export const readAnswersData: Read<z.infer<typeof answersData>> = (raw, windows, reader, path) => {
  const given: Window = raw.data_window ?? { lookback_window_size: windows.production };
  return readData(raw, trailing(given.lookback_window_size, given.lookback_window_offset), reader, path);
};

/** `windows` says what stands for `default`; a part that is missing stands for nothing. */
export const readReference = (
  raw: z.infer<typeof referenceData>,
  windows: Partial<Windows>,
  reader: Reader,
  path: KeyPath,
): Template => {
  const { window_start: start, window_end: end, ...lookback } = raw.data_window ?? {};
  const [size, offset] = [lookback.lookback_window_size, lookback.lookback_window_offset];
  const window =
    size !== undefined
      ? trailing(
          size === "default" ? windows.reference : size,
          offset === "default" ? windows.production : offset,
        )
      : start !== undefined && end !== undefined
        ? {
            windowStart: midnight(start, reader, [...path, "data_window", "window_start"]),
            windowEnd: midnight(end, reader, [...path, "data_window", "window_end"]),
            inputDataType: "Static",
          }
        : { inputDataType: "Fixed" };
  return readData(raw, window, reader, path);
};

function midnight(day: string, reader: Reader, path: KeyPath): string {
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(day) ?? [];
  const at = new Date(
    `${year ?? ""}-${(month ?? "").padStart(2, "0")}-${(date ?? "").padStart(2, "0")}T00:00:00.000Z`,
  );
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  reader.problem(path, `found ${JSON.stringify(day)}; allowed: a day, YYYY-MM-DD`);
  return day;
}
