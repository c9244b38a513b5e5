/** The ARM body of a monitor as the `create_monitor` of a schedule. */
import { mapping, said, saidOrNothing, word } from "./short.ts";
import type { Mapping } from "./short.ts";

type Short = (text: string) => string;

const list = (value: unknown): readonly Mapping[] => (Array.isArray(value) ? value.map(mapping) : []);
const named = (value: unknown, short: Short): unknown => (typeof value === "string" ? short(value) : value);
const day = (value: unknown): unknown => (typeof value === "string" ? value.slice(0, 10) : value);
const limit = (threshold: Mapping): unknown => mapping(threshold["threshold"])["value"];

function dataOf(data: Mapping, short: Short): Mapping {
  return said({
    input_data: said({ type: data["jobInputType"], path: named(data["uri"], short) }),
    data_context: word(data["dataContext"]),
    data_column_names: data["columns"],
    pre_processing_component: named(data["preprocessingComponentId"], short),
    data_window: saidOrNothing({
      lookback_window_size: data["windowSize"],
      lookback_window_offset: data["windowOffset"],
      window_start: day(data["windowStart"]),
      window_end: day(data["windowEnd"]),
    }),
  });
}

function featuresOf(filter: Mapping): unknown {
  const type = word(filter["filterType"]);
  if (type === "all_features") return type;
  return filter["features"] ?? saidOrNothing({ top_n_feature_importance: filter["top"] });
}

/** By type of column, as all but a few signals have them. */
function byType(thresholds: unknown): Mapping {
  const of = (type: string) =>
    Object.fromEntries(
      list(thresholds)
        .filter((each) => word(each["dataType"]) === type && each["metric"] !== undefined)
        .map((each) => [word(each["metric"])!, limit(each)]),
    );
  const types = ["numerical", "categorical"].filter((type) =>
    list(thresholds).some((each) => word(each["dataType"]) === type),
  );
  return Object.fromEntries(types.map((type) => [type, of(type)]));
}

/** Of answers: `AggregatedFluencyPassRate` to `fluency: {aggregated_fluency_pass_rate: …}`. */
function byAnswer(thresholds: unknown): Mapping {
  const groups: Record<string, Record<string, unknown>> = {};
  for (const each of list(thresholds)) {
    const name = word(each["metric"]) ?? "";
    (groups[name.split("_")[1]!] ??= {})[name] = limit(each);
  }
  return groups;
}

const PERFORMANCE = "azureml.modelmonitor.model_performance_thresholds";

/** What the client keeps as text among the properties. */
function performance(properties: Mapping): Mapping {
  const kept = properties[PERFORMANCE];
  const thresholds = typeof kept === "string" ? (JSON.parse(kept) as unknown) : [];
  const limits = list(thresholds).map((each) => [word(each["metric"])!, limit(each)] as const);
  return limits.length > 0 ? { classification: Object.fromEntries(limits) } : {};
}

function thresholdsOf(type: string, signal: Mapping): unknown {
  const { metricThresholds: many, metricThreshold: one } = signal;
  switch (type) {
    case "custom":
      return list(many).map((each) => said({ metric_name: each["metric"], threshold: limit(each) }));
    case "feature_attribution_drift":
      return saidOrNothing({ normalized_discounted_cumulative_gain: limit(mapping(one)) }) ?? {};
    case "model_performance":
      return performance(mapping(signal["properties"]));
    case "generation_safety_quality":
      return byAnswer(many);
    case "generation_token_statistics":
      return {
        totaltoken: Object.fromEntries(list(many).map((each) => [word(each["metric"])!, limit(each)])),
      };
    default:
      return many === undefined || many === null ? undefined : byType(many);
  }
}

function signalOf(signal: Mapping, short: Short): Mapping {
  const type = word(signal["signalType"])!;
  const { [PERFORMANCE]: _, ...properties } = mapping(signal["properties"]);
  const { productionData: production, referenceData: reference, dataSegment } = signal;
  const segment = mapping(dataSegment);
  const { environmentVariables, secrets } = mapping(signal["workspaceConnection"]);
  const several = type === "feature_attribution_drift" || type === "generation_safety_quality";
  const productions = (Array.isArray(production) ? list(production) : [mapping(production)]).map((each) =>
    dataOf(each, short),
  );
  const thresholds = thresholdsOf(type, signal);
  return {
    ...said({
      type,
      production_data: production && (several ? productions : productions[0]),
      reference_data: reference && dataOf(mapping(reference), short),
      features: featuresOf(mapping(signal["features"])),
      feature_type_override: signal["featureDataTypeOverride"],
      data_segment: saidOrNothing({ feature_name: segment["feature"], feature_values: segment["values"] }),
      component_id: named(signal["componentId"], short),
      inputs: saidOrNothing(inputsOf(signal["inputs"], short)),
      input_data: saidOrNothing(
        Object.fromEntries(
          Object.entries(mapping(signal["inputAssets"])).map(([name, data]) => [
            name,
            dataOf(mapping(data), short),
          ]),
        ),
      ),
      connection: saidOrNothing({ environment_variables: environmentVariables, secret_config: secrets }),
      connection_id: signal["workspaceConnectionId"],
      sampling_rate: signal["samplingRate"],
      properties,
      alert_enabled: word(signal["mode"]) === "enabled" || undefined,
    }),
    // Nothing at all is not the same as none.
    ...(thresholds !== undefined && { metric_thresholds: thresholds }),
  };
}

const MODES: Readonly<Record<string, string>> = { read_only_mount: "ro_mount" };
const inputsOf = (inputs: unknown, short: Short): Mapping =>
  Object.fromEntries(
    Object.entries(mapping(inputs)).map(([name, input]) => {
      const { jobInputType: type, mode, uri } = mapping(input);
      const how = word(mode);
      return [name, said({ type, path: named(uri, short), mode: how && (MODES[how] ?? how) })];
    }),
  );

/** @param short names what is in the workspace by its name. */
export function monitorOf(definition: Mapping, short: Short): Mapping {
  const compute = mapping(definition["computeConfiguration"]);
  const target = mapping(definition["monitoringTarget"]);
  const notified = mapping(definition["alertNotificationSetting"]);
  return {
    compute: { instance_type: compute["instanceType"], runtime_version: compute["runtimeVersion"] },
    ...said({
      monitoring_target: saidOrNothing({
        ml_task: typeof target["taskType"] === "string" ? target["taskType"].toLowerCase() : undefined,
        endpoint_deployment_id: named(target["deploymentId"], short),
        model_id: named(target["modelId"], short),
      }),
      alert_notification:
        notified["alertNotificationType"] === "AzureMonitor"
          ? "azmonitoring"
          : saidOrNothing({ emails: mapping(notified["emailNotificationSetting"])["emails"] }),
    }),
    monitoring_signals: Object.fromEntries(
      Object.entries(mapping(definition["signals"])).map(([name, signal]) => [
        name,
        signalOf(mapping(signal), short),
      ]),
    ),
  };
}
