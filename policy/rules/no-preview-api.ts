import { resourceRule } from "./rule.ts";

export const noPreviewApi = resourceRule({
  name: "no-preview-api",
  description: "Resources use API versions that Azure stands behind.",
  severity: "low",
  tags: ["PCP disallowPreviewResource"],
  types: "any",
  problems: (_, resource) => [
    /\/v\d{8}preview:/.test(resource.type) && "Use the module without a preview version.",
  ],
});
