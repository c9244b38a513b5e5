import { Thing, kind, step } from "./kit.mjs";

const Other = kind("Other");
const a =
    step === 1 ? new Thing("a", { size: 1 }) : new Other("a", { size: 1 }, { aliases: [{ type: "kit:index:Thing" }] });
new Thing("b", { source: a.arn }, { parent: a });
