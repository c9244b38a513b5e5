/** The signals of a monitor: what each looks at, by what measure. One row a type. */
import { z } from "zod";
import {
  anything,
  boolean,
  choose,
  isMapping,
  keys,
  lowerWords,
  number,
  required,
  text,
  whole,
} from "../fields.ts";
import { readInput } from "../jobs/inputs.ts";
import { hole, pascal } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";
import * as data from "./data.ts";
import * as thresholds from "./thresholds.ts";

interface Row<Raw> {
  readonly schema: z.ZodType<Raw>;
  readonly read: (raw: Raw, windows: data.Windows, reader: Reader, path: KeyPath) => Record<string, Template>;
}
const row = <Raw>(schema: z.ZodType<Raw>, read: Row<Raw>["read"]): Row<Raw> => ({ schema, read });

const ofAll = { type: text, alert_enabled: boolean.optional() };
const compared = {
  ...ofAll,
  production_data: data.productionData.optional(),
  reference_data: data.referenceData.optional(),
  properties: anything.optional(),
};
const segment = keys({ feature_name: text.optional(), feature_values: z.array(text).optional() });
const featureFilter = keys({ top_n_feature_importance: whole(-(2 ** 31)).default(10) });
type Features = z.infer<typeof featureFilter> | string | string[];
const features = choose<Features>((value) => {
  if (isMapping(value)) return featureFilter;
  return (Array.isArray(value) ? z.array(text) : lowerWords(["all_features"])) as z.ZodType<Features>;
});
const byFeature = { ...compared, features: features.optional(), feature_type_override: anything.optional() };

function readFeatures(raw: Features | undefined): Template {
  if (raw === undefined || (Array.isArray(raw) && raw.length === 0)) return undefined;
  if (typeof raw === "string") return { filterType: "AllFeatures" };
  if (Array.isArray(raw)) return { filterType: "FeatureSubset", features: raw };
  return { filterType: "TopNByAttribution", top: raw.top_n_feature_importance };
}
const readSegment = (raw: z.infer<typeof segment> | undefined): Template =>
  raw && { feature: raw.feature_name, values: raw.feature_values };

type Compared = z.infer<z.ZodObject<typeof compared>>;
const readCompared = (raw: Compared, windows: data.Windows, reader: Reader, path: KeyPath) => ({
  productionData:
    raw.production_data &&
    data.readProduction(raw.production_data, windows, reader, [...path, "production_data"]),
  referenceData:
    raw.reference_data &&
    data.readReference(raw.reference_data, windows, reader, [...path, "reference_data"]),
  properties: raw.properties as Template,
});
const readByFeature = (
  raw: z.infer<z.ZodObject<typeof byFeature>>,
  ...rest: [data.Windows, Reader, KeyPath]
) => ({
  ...readCompared(raw, ...rest),
  features: readFeatures(raw.features),
  featureDataTypeOverride: raw.feature_type_override as Template,
});

const answers = { ...ofAll, properties: anything.optional(), sampling_rate: number.optional() };

/** Of the requests that tokens are counted in. */
const DEFAULT_RATE = 0.1;

const SIGNALS = {
  data_drift: row(
    keys({
      ...byFeature,
      data_segment: segment.optional(),
      metric_thresholds: thresholds.driftThresholds.optional(),
    }),
    (raw, ...rest) => ({
      ...readByFeature(raw, ...rest),
      dataSegment: readSegment(raw.data_segment),
      metricThresholds: raw.metric_thresholds && thresholds.readDrift(raw.metric_thresholds),
    }),
  ),
  data_quality: row(
    keys({ ...byFeature, metric_thresholds: thresholds.qualityThresholds.optional() }),
    (raw, ...rest) => ({
      ...readByFeature(raw, ...rest),
      metricThresholds: raw.metric_thresholds && thresholds.readQuality(raw.metric_thresholds),
    }),
  ),
  prediction_drift: row(
    keys({ ...compared, metric_thresholds: thresholds.driftThresholds }),
    (raw, ...rest) => ({
      ...readCompared(raw, ...rest),
      metricThresholds: thresholds.readDrift(raw.metric_thresholds),
      modelType: "classification",
    }),
  ),
  feature_attribution_drift: row(
    keys({
      ...ofAll,
      production_data: z.array(data.attributedData).optional(),
      reference_data: data.referenceData,
      metric_thresholds: thresholds.attributionThreshold,
    }),
    (raw, windows, reader, path) => ({
      productionData: raw.production_data?.map((one, index) =>
        data.readAttributed(one, windows, reader, [...path, "production_data", index]),
      ),
      referenceData: data.readReference(raw.reference_data, windows, reader, [...path, "reference_data"]),
      metricThreshold: thresholds.readAttribution(raw.metric_thresholds),
    }),
  ),
  model_performance: row(
    keys({
      ...ofAll,
      production_data: data.productionData,
      reference_data: data.referenceData,
      data_segment: segment.optional(),
      metric_thresholds: thresholds.performanceThresholds,
      properties: anything.optional(),
    }),
    (raw, windows, reader, path) => {
      const where = [...path, "metric_thresholds"];
      const { metric, text: said } = thresholds.readPerformance(raw.metric_thresholds, reader, where);
      return {
        productionData: [
          data.readProduction(raw.production_data, windows, reader, [...path, "production_data"]),
        ],
        // The client forgets what stands for the default offset here.
        referenceData: data.readReference(raw.reference_data, { reference: windows.reference }, reader, [
          ...path,
          "reference_data",
        ]),
        dataSegment: readSegment(raw.data_segment),
        metricThreshold: metric,
        properties: {
          ...raw.properties,
          "azureml.modelmonitor.model_performance_thresholds": said,
        },
      };
    },
  ),
  custom: row(
    keys({
      ...ofAll,
      component_id: required,
      inputs: z.record(z.string(), data.dataInput).optional(),
      input_data: z.record(z.string(), data.referenceData).optional(),
      metric_thresholds: thresholds.customThresholds,
      connection: keys({
        environment_variables: z.record(z.string(), z.string()).optional(),
        secret_config: z.record(z.string(), z.string()).optional(),
      }).optional(),
    }),
    (raw, _, reader, path) => ({
      componentId: hole(reader.asset(raw.component_id, "component", [...path, "component_id"])),
      metricThresholds: thresholds.readCustom(raw.metric_thresholds),
      inputs: mapped(raw.inputs, (one, name) => readInput(one, reader, [...path, "inputs", name])),
      inputAssets: mapped(raw.input_data, (one, name) =>
        data.readReference(one, {}, reader, [...path, "input_data", name]),
      ),
      workspaceConnection: {
        environmentVariables: raw.connection?.environment_variables,
        secrets: raw.connection?.secret_config,
      },
    }),
  ),
  generation_safety_quality: row(
    keys({
      ...answers,
      production_data: z.array(data.answersData).optional(),
      connection_id: text.optional(),
      metric_thresholds: thresholds.answerThresholds,
    }),
    (raw, windows, reader, path) => ({
      productionData: raw.production_data?.map((one, index) =>
        data.readAnswersData(one, windows, reader, [...path, "production_data", index]),
      ),
      workspaceConnectionId: raw.connection_id,
      metricThresholds: thresholds.readAnswers(raw.metric_thresholds),
      properties: raw.properties as Template,
      samplingRate: raw.sampling_rate,
    }),
  ),
  generation_token_statistics: row(
    keys({
      ...answers,
      production_data: data.answersData.optional(),
      metric_thresholds: thresholds.tokenThresholds.optional(),
    }),
    (raw, windows, reader, path) => ({
      productionData:
        raw.production_data &&
        data.readAnswersData(raw.production_data, windows, reader, [...path, "production_data"]),
      metricThresholds: thresholds.readTokens(raw.metric_thresholds),
      properties: raw.properties as Template,
      samplingRate: raw.sampling_rate === 0 ? DEFAULT_RATE : (raw.sampling_rate ?? DEFAULT_RATE),
    }),
  ),
} as const;
type Type = keyof typeof SIGNALS;
interface Signal {
  readonly type: string;
  readonly alert_enabled?: boolean | undefined;
}

const mapped = <Value>(
  raw: Readonly<Record<string, Value>> | undefined,
  make: (value: Value, name: string) => Template,
): Template =>
  raw && Object.keys(raw).length > 0
    ? Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, make(value, name)]))
    : undefined;

const typeOf = (value: unknown): string => (isMapping(value) ? String(value["type"]).toLowerCase() : "");
const anySignal = z.looseObject({ type: lowerWords(Object.keys(SIGNALS) as [Type, ...Type[]]) });
export const signal = choose<Signal>((value) => {
  const known = (SIGNALS as Readonly<Record<string, { schema: z.ZodType<Signal> }>>)[typeOf(value)];
  return known?.schema ?? anySignal;
});

export function readSignal(raw: Signal, windows: data.Windows, reader: Reader, path: KeyPath): Template {
  const type = typeOf(raw) as Type;
  const { read } = SIGNALS[type] as Row<Signal>;
  return {
    signalType: pascal(type),
    ...read(raw, windows, reader, path),
    mode: raw.alert_enabled ? "Enabled" : "Disabled",
  };
}
