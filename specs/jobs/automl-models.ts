/** What AutoML's models of images and texts are trained with, and which of it may be swept. */
import type { z } from "zod";
import { boolean, choose, isMapping, keys, number, text, whole, words } from "../fields.ts";
import { space } from "./sweep.ts";

type Word = "whole" | "number" | "flag" | "text" | readonly [string, ...string[]];
type Settings = Readonly<Record<string, Word>>;

const all = (word: Word, names: string): Settings =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, word] as const),
  );

const IMAGE: Settings = {
  ...all("flag", "ams_gradient distributed early_stopping enable_onnx_normalization nesterov"),
  ...all("number", "beta1 beta2 learning_rate momentum step_lr_gamma warmup_cosine_lr_cycles weight_decay"),
  ...all(
    "whole",
    `early_stopping_delay early_stopping_patience evaluation_frequency gradient_accumulation_step layers_to_freeze
    number_of_epochs number_of_workers random_seed step_lr_step_size training_batch_size validation_batch_size
    warmup_cosine_lr_warmup_epochs`,
  ),
  learning_rate_scheduler: ["none", "warmup_cosine", "step"],
  optimizer: ["none", "sgd", "adam", "adamw"],
  model_name: "text",
};
const CLASSIFICATION: Settings = all(
  "whole",
  "training_crop_size validation_crop_size validation_resize_size weighted_loss",
);
const DETECTION: Settings = {
  ...all("whole", "box_detections_per_image image_size max_size min_size"),
  ...all(
    "number",
    `box_score_threshold nms_iou_threshold tile_overlap_ratio tile_predictions_nms_threshold validation_iou_threshold`,
  ),
  model_size: ["none", "small", "medium", "large", "extra_large"],
  multi_scale: "flag",
  tile_grid_size: "text",
  validation_metric_type: ["none", "coco", "voc", "coco_voc"],
};
/** Of a training, and not to be swept. */
const FIXED_IMAGE: Settings = {
  ...all("text", "advanced_settings checkpoint_run_id"),
  checkpoint_frequency: "whole",
};
const FIXED_DETECTION: Settings = {
  log_training_metrics: ["enable", "disable"],
  log_validation_loss: ["enable", "disable"],
};
const TEXT: Settings = {
  ...all("whole", "gradient_accumulation_steps number_of_epochs training_batch_size validation_batch_size"),
  ...all("number", "learning_rate warmup_ratio weight_decay"),
  learning_rate_scheduler: [
    "none",
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
  ],
  model_name: "text",
};

const VALUES = { whole: whole(-(2 ** 31)), number, flag: boolean, text } as const;
const valueOf = (word: Word): z.ZodType => (typeof word === "string" ? VALUES[word] : words(word));
const one = (settings: Settings): z.ZodType<Readonly<Record<string, unknown>>> =>
  keys(Object.fromEntries(Object.entries(settings).map(([name, word]) => [name, valueOf(word).optional()])));
const swept = (settings: Settings): z.ZodType<Readonly<Record<string, unknown>>> =>
  keys(
    Object.fromEntries(
      Object.entries(settings).map(([name, word]) => [
        name,
        choose((value) => (isMapping(value) ? (space as z.ZodType) : valueOf(word))).optional(),
      ]),
    ),
  );

/** `training_parameters` and an item of `search_space`, by the words of a task. */
export function modelSettings(task: string): { readonly parameters: z.ZodType; readonly sweep: z.ZodType } {
  if (task.startsWith("Text")) return { parameters: one(TEXT), sweep: swept(TEXT) };
  const classifies = task.startsWith("ImageClassification");
  const own = { ...IMAGE, ...(classifies ? CLASSIFICATION : DETECTION) };
  return {
    parameters: one({ ...own, ...FIXED_IMAGE, ...(!classifies && FIXED_DETECTION) }),
    sweep: swept({ ...own, augmentations: "text" }),
  };
}
