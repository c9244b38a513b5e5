/** When a signal of a monitor is worth a word: metrics and their limits, as the client sends them. */
import { z } from "zod";
import { keys, lowerWords, number, text } from "../fields.ts";
import { pythonFloat } from "../source.ts";
import { camelKeys, pascal } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

type Limits = Readonly<Record<string, number | undefined>>;
const limits = (...names: readonly string[]) =>
  keys(Object.fromEntries(names.map((name) => [name, number.optional()]))) as z.ZodType<Limits>;

/** In the order in which the client looks for the one that it sends. */
const NUMERICAL = [
  "jensen_shannon_distance",
  "normalized_wasserstein_distance",
  "population_stability_index",
  "two_sample_kolmogorov_smirnov_test",
] as const;
const CATEGORICAL = [
  "jensen_shannon_distance",
  "population_stability_index",
  "pearsons_chi_squared_test",
] as const;
const QUALITY = ["null_value_rate", "data_type_error_rate", "out_of_bounds_rate"] as const;
const PERFORMANCE = ["accuracy", "precision", "recall"] as const;

/** Of every threshold, and sent by none. */
const unused = {
  data_type: lowerWords(["numerical", "categorical"]).optional(),
  threshold: number.optional(),
};
export const driftThresholds = keys({
  ...unused,
  numerical: limits(...NUMERICAL).optional(),
  categorical: limits(...CATEGORICAL).optional(),
});
export const qualityThresholds = keys({
  ...unused,
  numerical: limits(...QUALITY).optional(),
  categorical: limits(...QUALITY).optional(),
});
type Both = Readonly<Partial<Record<"numerical" | "categorical", Limits | undefined>>>;

const valued = (metric: string | undefined, value: number | undefined): Record<string, Template> => ({
  metric: metric && Object.keys(camelKeys({ [metric]: 0 }))[0]!,
  threshold: value === undefined ? undefined : { value },
});

/** One metric for each type of column: the first that has a limit other than zero. */
export function readDrift(raw: Both): Template {
  const one = (dataType: string, names: readonly string[], given: Limits | undefined): Template[] => {
    if (!given) return [];
    const name = names.find((each) => given[each]);
    return [{ ...valued(name, name === undefined ? undefined : given[name]), dataType }];
  };
  return [...one("Numerical", NUMERICAL, raw.numerical), ...one("Categorical", CATEGORICAL, raw.categorical)];
}

export const readQuality = (raw: Both): Template =>
  (["numerical", "categorical"] as const).flatMap((type) =>
    QUALITY.filter((name) => raw[type]?.[name] !== undefined).map((name) => ({
      ...valued(name, raw[type]![name]),
      dataType: pascal(type),
    })),
  );

const GAIN = "normalized_discounted_cumulative_gain";
export const attributionThreshold = keys({
  threshold: number.optional(),
  [GAIN]: number.optional(),
});
export const readAttribution = (raw: z.infer<typeof attributionThreshold>): Template =>
  valued(GAIN, raw[GAIN] === 0 ? undefined : raw[GAIN]);

export const performanceThresholds = keys({
  threshold: number.optional(),
  classification: limits(...PERFORMANCE).optional(),
  regression: z
    .never({ error: "nothing; Microsoft's client fails over thresholds of regression" })
    .optional(),
});
/** The client sends the same metric whatever the file says, and what it says as text among the properties. */
export function readPerformance(
  raw: z.infer<typeof performanceThresholds>,
  reader: Reader,
  path: KeyPath,
): { metric: Template; text: string | undefined } {
  const metric = { metric: "Accuracy", modelType: "Classification", threshold: { value: 0.9 } };
  if (!raw.classification) return { metric, text: undefined };
  const said = PERFORMANCE.filter((name) => raw.classification![name]);
  if (said.length === 0)
    reader.problem([...path, "classification"], `needs one of ${PERFORMANCE.join(", ")}, other than zero`);
  const texts = said.map(
    (name) =>
      `{"modelType":"classification","metric":"${pascal(name)}","threshold":{"value":${pythonFloat(raw.classification![name]!)}}}`,
  );
  return { metric, text: `[${texts.join(", ")}]` };
}

export const customThresholds = z.array(keys({ metric_name: text, threshold: number.optional() }));
export const readCustom = (raw: z.infer<typeof customThresholds>): Template =>
  raw.map(({ metric_name, threshold }) => ({
    metric: metric_name,
    threshold: threshold === undefined ? undefined : { value: threshold },
  }));

const ANSWERS = ["groundedness", "relevance", "coherence", "fluency", "similarity"] as const;
const answer = (name: string) =>
  z
    .object({
      [`aggregated_${name}_pass_rate`]: number,
      [`acceptable_${name}_score_per_instance`]: number.optional(),
    })
    .strict() as unknown as z.ZodType<Limits>;
export const answerThresholds = keys(
  Object.fromEntries(ANSWERS.map((name) => [name, answer(name).optional()])) as Record<
    (typeof ANSWERS)[number],
    z.ZodOptional<z.ZodType<Limits>>
  >,
);
/** Of a single answer, unless the file says otherwise. */
const ACCEPTABLE = 3;
export const readAnswers = (raw: z.infer<typeof answerThresholds>): Template =>
  ANSWERS.flatMap((name) => {
    const given = raw[name];
    if (!given) return [];
    const title = pascal(name);
    return [
      {
        metric: `Acceptable${title}ScorePerInstance`,
        threshold: { value: given[`acceptable_${name}_score_per_instance`] ?? ACCEPTABLE },
      },
      {
        metric: `Aggregated${title}PassRate`,
        threshold: { value: given[`aggregated_${name}_pass_rate`]! },
      },
    ];
  });

export const tokenThresholds = keys({
  totaltoken: keys({ total_token_count: number.optional(), total_token_count_per_group: number }).optional(),
});
export function readTokens(raw: z.infer<typeof tokenThresholds> | undefined): Template {
  const given = raw ? raw.totaltoken : { total_token_count: 0, total_token_count_per_group: 0 };
  if (!given) return [];
  return [
    { metric: "TotalTokenCount", threshold: { value: given.total_token_count ?? ACCEPTABLE } },
    { metric: "TotalTokenCountPerGroup", threshold: { value: given.total_token_count_per_group } },
  ];
}
