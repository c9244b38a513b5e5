/** `docs/policies.md`, from the rules. Pure. */
import { conflicts, deviations, unchecked } from "./deviations.ts";
import { rules } from "./rules/index.ts";

const cell = (text: string) => text.replaceAll("|", "\\|");
const row = (...cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;

/** The whole page. */
export const policiesPage = (): string => `# What a stage is held to

Made from \`policy/\` by \`UPDATE_DOCS=1 npm test -- tests/policy/stages\`; do not edit.

\`pulumi preview --policy-pack policy\` holds a stage to these ${rules.length} rules. In local and dev all of them advise:
\`--policy-pack-config policy/stages/STAGE.json\`. In staging and prod they are mandatory but for those below that say why not.

| Rule | What holds | Severity | Level | The same rule elsewhere |
| --- | --- | --- | --- | --- |
${rules
  .map(({ name, description, severity = "", tags = [] }) =>
    row(name, description, severity, name in deviations ? "advisory" : "mandatory", tags.join("; ")),
  )
  .join("\n")}

## Advisory in prod, and why

| Rule | Reason |
| --- | --- |
${Object.entries(deviations)
  .map(([name, reason]) => row(name, reason))
  .join("\n")}

## Where sources contradict each other

| Sources | What counts here |
| --- | --- |
${conflicts.map(([what, decision]) => row(what, decision)).join("\n")}

## What no program can show

| Rule | Reason |
| --- | --- |
${unchecked.map(([what, why]) => row(what, why)).join("\n")}
`;
