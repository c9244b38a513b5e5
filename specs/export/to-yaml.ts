/** How YAML is made of one type of resource. */
import type { Mapping } from "./short.ts";

interface Exporting {
  /** As ARM shows it, or as it was written. */
  readonly body: Mapping;
  readonly properties: Mapping;
  /** Name of the endpoint that a deployment is of. */
  readonly parent: string;
  /** An id or URI as YAML names it. */
  readonly short: (text: string) => string;
}
export type ToYaml = (exporting: Exporting) => Mapping;
