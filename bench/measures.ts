/** What is measured, in this order. */
import type { Measure } from "./figures.ts";
import { batch } from "./measures/batch.ts";
import { criticalPath } from "./measures/critical-path.ts";
import { overhead } from "./measures/overhead.ts";
import { scale } from "./measures/scale.ts";
import { specs } from "./measures/specs.ts";
import { tests } from "./measures/tests.ts";
import { upload } from "./measures/upload.ts";

export const MEASURES: Readonly<Record<string, Measure>> = {
  specs,
  upload,
  batch,
  overhead,
  "critical-path": criticalPath,
  scale,
  tests,
};
