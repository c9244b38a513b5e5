import { Thing } from "./kit.mjs";

const a = new Thing("a", { size: 1 });
new Thing("b", { source: a.arn });
