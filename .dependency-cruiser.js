/**
 * Who may import whom: the table of docs/architecture.md, held by `npm run check`.
 * @type {import("dependency-cruiser").IConfiguration}
 */
const rooms = [
  // room, what of ours it may import
  ["^index\\.ts$", "^stacks/"],
  ["^adopt/", "^(adopt/|stacks/|components/names\\.ts$|specs/|provider/azure/)"],
  ["^stacks/", "^((stacks|components|specs)/|provider/sdk\\.ts$)"],
  ["^components/", "^(components/|specs/rules/|provider/(sdk|content|release-plan)\\.ts$)"],
  ["^specs/", "^specs/"],
  ["^protocol/", "^protocol/"],
  ["^provider/", "^(provider|protocol)/"],
  ["^policy/", "^(policy/|components/[^.]*(roles|names|table|plan)[^/]*\\.ts$)"],
  ["^local/cloud/", "^local/(cloud/|contracts(-jobs|-tracking)?\\.ts$)"],
  ["^local/serving/", "^local/(serving/|contracts\\.ts$)"],
  ["^local/client/", "^local/(client/|contracts\\.ts$)"],
  ["^local/studio/", "^local/(studio/|client/|contracts\\.ts$)"],
  ["^local/jobs/", "^local/(jobs/|serving/(environments|processes)\\.ts$|contracts(-jobs)?\\.ts$)"],
  [
    "^local/tracking/",
    "^local/(tracking/|serving/(environments|processes|logs)\\.ts$|contracts(-tracking)?\\.ts$)",
  ],
  ["^local/providers/", "^(local/providers/|protocol/)"],
  ["^local/engine/", "^(local/engine/|protocol/)"],
  ["^delivery/", "^(delivery|local|protocol|provider|policy|stacks|components)/"],
  ["^local/(daemon|cli)/", "^((local|protocol|specs)/|stacks/asset-content\\.ts$)"],
];
const ours = "^(index\\.ts$|(stacks|components|specs|protocol|provider|policy|local|delivery)/)";

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...rooms.map(([from, to]) => ({
      name: `only ${to} from ${from}`,
      severity: "error",
      from: { path: from },
      to: { path: ours, pathNot: to },
    })),
    {
      name: "planners-are-pure",
      comment: "A planner takes plain values and gives plain records: no Pulumi, no provider, no network.",
      severity: "error",
      from: {
        path: "^(specs/|components/.*(-plan|-table|names|roles|duration)\\.ts$)",
        pathNot: "^specs/render\\.ts$",
      },
      to: { path: "@pulumi/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|\\.local|tests)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
